// What the stage shows in each way of comparing, painted on its canvas.

import { area, carried } from "./sight.js";

const LINES = 40; // more hide the pictures
const GREY_STRENGTH = 0.6;

/** Which picture gives the frame where one is laid over the other: the one that shows more, or whose frame the
 * differences have. */
export function liesOnOther(scene) {
  if (!scene.affine) return true;
  return scene.mode === "differences" ? scene.overOther : Math.abs(area(scene.affine)) <= 1;
}

/** The views of both pictures in one pane, laid over one another. */
export function laidOver(scene, pane) {
  const onOther = liesOnOther(scene);
  const below = scene.sight.view(onOther, pane);
  if (!scene.affine) return [below, below];
  const above = below.multiply(onOther ? scene.affine : scene.affine.inverse());
  return onOther ? [above, below] : [below, above];
}

export function paint(context, scene, panes) {
  const { canvas } = context;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.fillStyle = scene.paper;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = "high";
  if (!scene.sight.one || !scene.sight.other) return;
  if (scene.mode === "differences") paintDifferences(context, scene, panes[0]);
  else if (scene.mode === "slider") paintSlider(context, scene, panes[0]);
  else paintBoth(context, scene, panes);
}

function clipped(context, pane, paintInside) {
  context.save();
  context.beginPath();
  context.rect(pane.left, pane.top, pane.width, pane.height);
  context.clip();
  paintInside();
  context.restore();
}

function draw(context, image, view) {
  if (!image) return;
  context.setTransform(view);
  // Single pixels are to be seen as such where they are large.
  context.imageSmoothingEnabled = Math.sqrt(Math.abs(area(view))) / Math.sqrt(image.width * image.height) < 4;
  context.drawImage(image, 0, 0, 1, 1);
  context.setTransform(1, 0, 0, 1, 0, 0);
}

function paintBoth(context, scene, panes) {
  const sides = scene.flipped ? [1, 0] : [0, 1];
  const views = sides.map((side, at) => scene.sight.view(Boolean(side), panes[at]));
  sides.forEach((side, at) => clipped(context, panes[at], () => draw(context, scene.images[side], views[at])));
  if (scene.mode === "points") paintPoints(context, scene, views, panes);
}

const holds = (pane, { x, y }) =>
  x >= pane.left && y >= pane.top && x <= pane.left + pane.width && y <= pane.top + pane.height;

function paintPoints(context, scene, views, panes) {
  const pairs = scene.points.map(([a, b, c, d]) => (scene.flipped ? [[c, d], [a, b]] : [[a, b], [c, d]]));
  const seen = pairs
    .map((pair) => pair.map(([x, y], at) => carried(views[at], { x, y })))
    .filter((ends) => ends.every((end, at) => holds(panes[at], end)));
  const joined = seen.slice(0, LINES).sort((one, other) => one[0].y - other[0].y);
  const unit = scene.ratio;
  for (const end of seen.slice(LINES).flat()) ring(context, end, 2.4 * unit, "#fff", "#141414", unit);
  joined.forEach(([start, end], number) => {
    context.strokeStyle = hue(number, joined.length, 0.85);
    context.lineWidth = 1.6 * unit;
    context.beginPath();
    context.moveTo(start.x, start.y);
    context.lineTo(end.x, end.y);
    context.stroke();
  });
  joined.forEach((ends, number) => {
    for (const end of ends) ring(context, end, 4 * unit, hue(number, joined.length, 1), "#fff", 1.5 * unit);
  });
}

const hue = (number, count, alpha) => `hsl(${(number / count) * 330} 85% 55% / ${alpha})`;

function ring(context, { x, y }, radius, inside, around, width) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = inside;
  context.fill();
  context.strokeStyle = around;
  context.lineWidth = width;
  context.stroke();
}

function paintDifferences(context, scene, pane) {
  const onOther = liesOnOther(scene);
  const views = laidOver(scene, pane);
  const shown = onOther !== scene.flipped ? 1 : 0;
  clipped(context, pane, () => {
    draw(context, scene.images[shown], views[shown]);
    context.globalCompositeOperation = "saturation";
    context.fillStyle = "#808080";
    context.fillRect(pane.left, pane.top, pane.width, pane.height);
    context.globalCompositeOperation = "source-over";
    context.globalAlpha = 1 - GREY_STRENGTH;
    context.fillStyle = scene.paper;
    context.fillRect(pane.left, pane.top, pane.width, pane.height);
    context.globalAlpha = 1;
    draw(context, scene.heat, views[Number(onOther)]);
  });
}

function paintSlider(context, scene, pane) {
  const views = laidOver(scene, pane);
  const cut = Math.round(pane.width * scene.divider);
  const parts = [
    { ...pane, width: cut },
    { ...pane, left: pane.left + cut, width: pane.width - cut },
  ];
  const sides = scene.flipped ? [1, 0] : [0, 1];
  sides.forEach((side, at) => clipped(context, parts[at], () => draw(context, scene.images[side], views[side])));
  paintDivider(context, pane.left + cut, pane, scene.ratio);
}

function paintDivider(context, x, pane, unit) {
  const y = pane.top + pane.height / 2;
  for (const [colour, width] of [["rgb(0 0 0 / 0.45)", 4], ["#fff", 2]]) {
    context.fillStyle = colour;
    context.fillRect(x - (width / 2) * unit, pane.top, width * unit, pane.height);
  }
  ring(context, { x, y }, 17 * unit, "#fff", "rgb(0 0 0 / 0.35)", unit);
  context.fillStyle = "#1c1f23";
  for (const way of [-1, 1]) {
    context.beginPath();
    context.moveTo(x + way * 11 * unit, y);
    context.lineTo(x + way * 5 * unit, y - 4.5 * unit);
    context.lineTo(x + way * 5 * unit, y + 4.5 * unit);
    context.fill();
  }
}
