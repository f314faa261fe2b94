// A frame over the preview: drawn with the mouse or a finger, moved and sized with the keyboard too.
// Its place is in shares (0 to 1) of the picture's sides; who listens hears of it once it rests.

import { make } from "./dom.js";

const LEAST = 0.04;
const STEP = 0.02;
const KEY_REST_MS = 500;
const CORNERS = ["nw", "ne", "sw", "se"];

const within = (value, least, most) => Math.min(most, Math.max(least, value));

export class RegionFrame {
  constructor(sheet, layer, { onChange }) {
    Object.assign(this, { sheet, layer, onChange });
    this.frame = make("button", { type: "button", class: "part-frame", hidden: true });
    this.frame.append(...CORNERS.map((corner) => make("span", { class: `grip ${corner}`, "data-corner": corner })));
    layer.append(this.frame);
    this.share = null;
    layer.addEventListener("pointerdown", (event) => this.press(event));
    layer.addEventListener("pointermove", (event) => this.drag(event));
    for (const end of ["pointerup", "pointercancel"]) layer.addEventListener(end, (event) => this.release(event));
    this.frame.addEventListener("keydown", (event) => this.onKey(event));
  }

  /** Fingers draw only then; otherwise they scroll the page. */
  setChoosing(choosing) {
    this.choosing = choosing;
    this.layer.classList.toggle("choosing", choosing);
  }

  /** The frame in the middle, for those who do not draw. */
  begin() {
    this.set({ x: 0.25, y: 0.25, width: 0.5, height: 0.5 });
    this.frame.focus({ preventScroll: true });
  }

  /** Without telling anybody. */
  set(share) {
    this.share = share;
    this.frame.hidden = !share;
    if (!share) return;
    const style = this.frame.style;
    for (const [name, value] of [["left", share.x], ["top", share.y], ["width", share.width], ["height", share.height]]) {
      style[name] = `${value * 100}%`;
    }
    const words = [share.x, share.y, share.width, share.height].map((value) => Math.round(value * 100));
    this.frame.setAttribute(
      "aria-label",
      `Chosen part: ${words[2]}% by ${words[3]}%, at ${words[0]}% and ${words[1]}%. ` +
        "Arrow keys move it, with Shift they change its size, Delete removes it.",
    );
  }

  place(event) {
    const box = this.sheet.getBoundingClientRect();
    return { x: within((event.clientX - box.left) / box.width, 0, 1), y: within((event.clientY - box.top) / box.height, 0, 1) };
  }

  press(event) {
    if (event.button !== 0 || (event.pointerType === "touch" && !this.choosing) || this.start) return;
    this.layer.setPointerCapture(event.pointerId);
    const from = this.place(event);
    this.before = this.share;
    this.start = { from, share: this.share, corner: event.target.dataset.corner, inside: event.target === this.frame };
    if (this.start.corner) {
      const { x, y, width, height } = this.share;
      this.start.from = {
        x: this.start.corner.includes("e") ? x : x + width,
        y: this.start.corner.includes("s") ? y : y + height,
      };
    }
    event.preventDefault();
  }

  drag(event) {
    if (!this.start) return;
    const { from, share, inside } = this.start;
    const to = this.place(event);
    if (inside) {
      const x = within(share.x + to.x - from.x, 0, 1 - share.width);
      const y = within(share.y + to.y - from.y, 0, 1 - share.height);
      this.set({ ...share, x, y });
      return;
    }
    const [left, right] = [from.x, to.x].sort((one, other) => one - other);
    const [top, bottom] = [from.y, to.y].sort((one, other) => one - other);
    this.set({ x: left, y: top, width: right - left, height: bottom - top });
  }

  release(event) {
    if (!this.start) return;
    this.start = null;
    if (event.type === "pointercancel") this.set(this.before);
    else if (this.share && Math.min(this.share.width, this.share.height) < LEAST) this.set(null);
    if (this.share) this.frame.focus({ preventScroll: true });
    if (JSON.stringify(this.share) !== JSON.stringify(this.before)) this.onChange(this.share);
  }

  onKey(event) {
    if (event.key === "Delete" || event.key === "Backspace" || event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      this.set(null);
      this.tellSoon(0);
      return;
    }
    const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (!(event.key in ways)) return;
    event.preventDefault();
    event.stopPropagation();
    const [dx, dy] = ways[event.key].map((way) => way * STEP);
    const { x, y, width, height } = this.share;
    if (event.shiftKey) {
      this.set({ x, y, width: within(width + dx, LEAST, 1 - x), height: within(height + dy, LEAST, 1 - y) });
    } else {
      this.set({ x: within(x + dx, 0, 1 - width), y: within(y + dy, 0, 1 - height), width, height });
    }
    this.tellSoon(KEY_REST_MS);
  }

  tellSoon(delay) {
    clearTimeout(this.telling);
    this.telling = setTimeout(() => this.onChange(this.share), delay);
  }
}

/** In whole pixels of the upright picture. */
export function pixelsOf(share, { width, height }) {
  const x = Math.min(width - 1, Math.floor(share.x * width));
  const y = Math.min(height - 1, Math.floor(share.y * height));
  return {
    x,
    y,
    width: Math.max(1, Math.min(width - x, Math.round(share.width * width))),
    height: Math.max(1, Math.min(height - y, Math.round(share.height * height))),
  };
}
