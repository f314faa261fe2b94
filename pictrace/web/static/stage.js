// The canvas of the comparison: lays out its panes, and obeys mouse, wheel and fingers.

import { byId } from "./dom.js";
import { laidOver, liesOnOther, paint } from "./painting.js";
import { Sight, fitting, middle } from "./sight.js";

const WHEEL = 0.0016;
const GAP = 12;
const EDGE = 12;
const HEAD = 34; // room for the names above a pane
const FOOT = 52; // room for the caption and the buttons

export class Stage {
  /** `onView(longestSides)` hears how many pixels of each picture are of use now. */
  constructor({ onView }) {
    this.onView = onView;
    this.place = byId("stage");
    this.canvas = byId("canvas");
    this.context = this.canvas.getContext("2d");
    this.pointers = new Map();
    this.sight = new Sight();
    Object.assign(this, { mode: "beside", divider: 0.5, flipped: false });
    this.clear();
    new ResizeObserver(() => this.redraw()).observe(this.place);
    document.addEventListener("themechange", () => this.redraw());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.redraw());
    this.canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.canvas.addEventListener("pointerdown", (event) => this.press(event));
    this.canvas.addEventListener("pointermove", (event) => this.drag(event));
    for (const end of ["pointerup", "pointercancel"]) this.canvas.addEventListener(end, (event) => this.release(event));
    this.canvas.addEventListener("dblclick", (event) => this.double(event));
    byId("divider").addEventListener("input", (event) => this.slideTo(event.target.value / 100));
  }

  clear() {
    this.sight.fit();
    this.sight.setPair(null, null, null);
    Object.assign(this, { images: [null, null], sizes: [null, null], affine: null, points: [], heat: null });
    this.overOther = true;
    this.redraw();
  }

  setPicture(side, image, size) {
    this.images[side] = image;
    this.sizes[side] = size;
    this.sight.setPair(this.sizes[0], this.sizes[1], this.affine);
    this.redraw();
  }

  setOverlay({ points, affine, overOther, heat }) {
    Object.assign(this, { points, affine, overOther, heat });
    this.sight.setPair(this.sizes[0], this.sizes[1], affine);
    this.redraw();
  }

  set(values) {
    Object.assign(this, values);
    this.redraw();
  }

  fit() {
    this.sight.fit();
    this.redraw();
  }

  slideTo(divider) {
    this.divider = Math.min(1, Math.max(0, divider));
    byId("divider").value = Math.round(this.divider * 100);
    this.redraw();
  }

  zoom(factor, around = null) {
    if (!this.complete) return;
    const { pane, ofOther } = this.grip(around ?? middle(this.panes()[0]));
    this.sight.zoom(ofOther, pane, factor, around ?? middle(pane));
    this.redraw();
  }

  get complete() {
    return Boolean(this.sight.one && this.sight.other);
  }

  get single() {
    return this.mode === "differences" || this.mode === "slider";
  }

  /** In pixels of the canvas. Two stand beside or above one another, as both are seen larger. */
  panes() {
    const unit = this.ratio;
    const [edge, head, gap] = [EDGE * unit, HEAD * unit, GAP * unit];
    const width = this.canvas.width - 2 * edge;
    const height = this.canvas.height - head - FOOT * unit;
    const pane = (left, top, wide, high) => ({ left, top, width: Math.max(1, wide), height: Math.max(1, high) });
    if (this.single) return [pane(edge, head, width, height)];
    const half = (width - gap) / 2;
    const beside = [pane(edge, head, half, height), pane(edge + half + gap, head, half, height)];
    const low = (height - head) / 2;
    const above = [pane(edge, head, width, low), pane(edge, 2 * head + low, width, low)];
    const room = (panes) => (this.complete ? fitting(this.sizes[0], panes[0]) + fitting(this.sizes[1], panes[1]) : 0);
    return room(above) > room(beside) * 1.1 ? above : beside;
  }

  redraw() {
    if (!this.waiting) this.waiting = requestAnimationFrame(() => this.drawNow());
  }

  drawNow() {
    this.waiting = 0;
    const { clientWidth, clientHeight } = this.canvas;
    if (!clientWidth || !clientHeight) return;
    this.ratio = window.devicePixelRatio || 1;
    const [width, height] = [Math.round(clientWidth * this.ratio), Math.round(clientHeight * this.ratio)];
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height });
    this.paper = getComputedStyle(this.place).backgroundColor;
    const panes = this.panes();
    paint(this.context, this, panes);
    this.placeNames(panes);
    if (this.complete) this.onView(this.longestSides(panes));
  }

  longestSides(panes) {
    const views = this.single ? laidOver(this, panes[0]) : [0, 1].map((side) => this.sight.view(Boolean(side), panes[side]));
    return views.map((view) => Math.max(Math.hypot(view.a, view.b), Math.hypot(view.c, view.d)));
  }

  placeNames(panes) {
    const names = [byId("name-one"), byId("name-other")];
    const order = this.flipped ? [1, 0] : [0, 1];
    order.forEach((side, at) => {
      const pane = panes[at] ?? panes[0];
      const { style } = names[side];
      const width = (this.single ? pane.width / 2 : pane.width) / this.ratio;
      const left = pane.left / this.ratio + (this.single ? at * width : 0);
      style.transform = `translate(${left}px, ${(pane.top - HEAD * this.ratio) / this.ratio}px)`;
      style.width = `${width}px`;
      names[side].classList.toggle("right", this.single && at === 1);
    });
  }

  /** The pane there, and whether what is in it moves as the other picture does. */
  grip({ x, y }) {
    const panes = this.panes();
    if (panes.length === 1) return { pane: panes[0], ofOther: liesOnOther(this) };
    const second = panes[1].left > panes[0].left ? x >= panes[1].left : y >= panes[1].top;
    return { pane: panes[Number(second)], ofOther: second !== this.flipped };
  }

  at(event) {
    const box = this.canvas.getBoundingClientRect();
    return { x: (event.clientX - box.left) * this.ratio, y: (event.clientY - box.top) * this.ratio };
  }

  wheel(event) {
    event.preventDefault();
    const pixels = event.deltaMode === 1 ? event.deltaY * 16 : event.deltaY;
    this.zoom(Math.exp(-pixels * WHEEL), this.at(event));
  }

  press(event) {
    if (event.button !== 0 || !this.complete) return;
    this.canvas.setPointerCapture(event.pointerId);
    const at = this.at(event);
    this.pointers.set(event.pointerId, at);
    this.held = this.grip(at);
    const { pane } = this.held;
    const near = Math.abs(at.x - pane.left - pane.width * this.divider) < 24 * this.ratio;
    this.sliding = this.mode === "slider" && this.pointers.size === 1 && (near || this.sight.lens.zoom === 1);
    this.canvas.classList.toggle("held", true);
    if (this.sliding) this.slideTo((at.x - pane.left) / pane.width);
  }

  drag(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    const at = this.at(event);
    const { pane, ofOther } = this.held;
    const other = [...this.pointers].find(([id]) => id !== event.pointerId)?.[1];
    this.pointers.set(event.pointerId, at);
    if (other) {
      const factor = Math.hypot(at.x - other.x, at.y - other.y) / Math.max(1, Math.hypot(before.x - other.x, before.y - other.y));
      this.sight.zoom(ofOther, pane, factor, { x: (at.x + other.x) / 2, y: (at.y + other.y) / 2 });
      this.sight.move(ofOther, pane, (at.x - before.x) / 2, (at.y - before.y) / 2);
      this.redraw();
    } else if (this.sliding) {
      this.slideTo((at.x - pane.left) / pane.width);
    } else {
      this.sight.move(ofOther, pane, at.x - before.x, at.y - before.y);
      this.redraw();
    }
  }

  release(event) {
    this.pointers.delete(event.pointerId);
    this.canvas.classList.toggle("held", this.pointers.size > 0);
    if (!this.pointers.size) this.sliding = false;
  }

  /** Between all of it and a close look. */
  double(event) {
    if (this.sight.lens.zoom > 1) this.fit();
    else if (this.mode !== "slider") this.zoom(3, this.at(event));
  }
}
