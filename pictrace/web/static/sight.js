// One zoom and pan for two pictures: which part of each is seen, and where on the canvas it comes to lie.
// Views are matrices from shares (0 to 1) of a picture's sides to pixels of the canvas.

const MOST_ZOOM = 64;

const clamp = (value, least, most) => Math.min(most, Math.max(least, value));

export const fitting = (size, pane) => Math.min(pane.width / size.width, pane.height / size.height);

export const middle = (pane) => ({ x: pane.left + pane.width / 2, y: pane.top + pane.height / 2 });

export const carried = (matrix, { x, y }) => {
  const { x: left, y: top } = matrix.transformPoint({ x, y });
  return { x: left, y: top };
};

/** The service tells it row by row. */
export const affineMatrix = ([a, b, left, c, d, top]) => new DOMMatrix([a, c, b, d, left, top]);

export const area = (matrix) => matrix.a * matrix.d - matrix.b * matrix.c;

export class Sight {
  constructor() {
    this.fit();
  }

  fit() {
    this.lens = { x: 0.5, y: 0.5, zoom: 1 };
  }

  setPair(one, other, affine) {
    Object.assign(this, { one, other, affine });
  }

  view(ofOther, pane) {
    const { x, y, zoom } = this.lens;
    const size = ofOther ? this.other : this.one;
    let scale = fitting(size, pane) * zoom;
    let at = { x, y };
    if (ofOther && this.affine) {
      const locked = this.locked();
      const exact = (fitting(this.one, pane) * zoom) / this.enlarged();
      scale = scale ** (1 - locked) * exact ** locked;
      const there = carried(this.affine, at);
      at = { x: 0.5 + (there.x - 0.5) * locked, y: 0.5 + (there.y - 0.5) * locked };
    }
    const across = size.width * scale;
    const down = size.height * scale;
    const centre = middle(pane);
    return new DOMMatrix([across, 0, 0, down, centre.x - at.x * across, centre.y - at.y * down]);
  }

  /** As if the picture in this pane was dragged by so many pixels, and the other one followed. */
  move(ofOther, pane, dx, dy) {
    const view = this.view(ofOther, pane);
    let x = dx / view.a;
    let y = dy / view.d;
    if (ofOther && this.affine) {
      const locked = this.locked();
      if (locked < 1e-6) return;
      const back = this.affine.inverse();
      [x, y] = [(back.a * x + back.c * y) / locked, (back.b * x + back.d * y) / locked];
    }
    this.lens = { ...this.lens, x: this.lens.x - x, y: this.lens.y - y };
    this.hold(pane);
  }

  /** What is under `around` stays there, as far as the picture's edges let it. */
  zoom(ofOther, pane, factor, around) {
    const stays = carried(this.view(ofOther, pane).inverse(), around);
    this.lens = { ...this.lens, zoom: clamp(this.lens.zoom * factor, 1, MOST_ZOOM) };
    const now = carried(this.view(ofOther, pane), stays);
    this.move(ofOther, pane, around.x - now.x, around.y - now.y);
    this.hold(pane);
  }

  /** 0 where both fit, each by itself; 1 from twofold zoom on, where both show the same thing at the same size. */
  locked() {
    return Math.min(1, Math.log2(this.lens.zoom));
  }

  /** Pixels of the other for one of the one. */
  enlarged() {
    const { one, other } = this;
    return Math.sqrt((Math.abs(area(this.affine)) * other.width * other.height) / (one.width * one.height));
  }

  /** No further than to the edge of the picture. */
  hold(pane) {
    const scale = fitting(this.one, pane) * this.lens.zoom;
    const half = (room, side) => Math.min(0.5, room / (2 * side * scale));
    const [x, y] = [half(pane.width, this.one.width), half(pane.height, this.one.height)];
    this.lens = { ...this.lens, x: clamp(this.lens.x, x, 1 - x), y: clamp(this.lens.y, y, 1 - y) };
  }
}
