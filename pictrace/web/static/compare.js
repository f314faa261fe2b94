// The comparison of two pictures, over the whole page: modes, steps, keys, and the pictures as fine as they are needed.

import * as api from "./api.js";
import { byId } from "./dom.js";
import { showFacts, showNumbers } from "./facts.js";
import { heatOf } from "./heat.js";
import { affineMatrix } from "./sight.js";
import { Stage } from "./stage.js";
import { capital, count, fileName, percent } from "./words.js";

const MODES = ["beside", "points", "differences", "slider"];
const LEVELS = [1600, 4096];
const ZOOM_STEP = 1.4;

export class Compare {
  constructor({ onSearch }) {
    this.dialog = byId("compare");
    this.stage = new Stage({ onView: (sides) => this.want(sides) });
    this.mode = "beside";
    for (const one of byId("modes").children) one.addEventListener("click", () => this.setMode(one.dataset.mode));
    byId("compare-back").addEventListener("click", () => this.dialog.close());
    byId("compare-search").addEventListener("click", () => {
      const picture = this.others[this.index];
      this.onStep = () => {};
      this.dialog.close();
      onSearch(picture);
    });
    byId("previous").addEventListener("click", () => this.step(-1));
    byId("next").addEventListener("click", () => this.step(1));
    byId("zoom-in").addEventListener("click", () => this.stage.zoom(ZOOM_STEP));
    byId("zoom-out").addEventListener("click", () => this.stage.zoom(1 / ZOOM_STEP));
    byId("zoom-fit").addEventListener("click", () => this.stage.fit());
    this.dialog.addEventListener("keydown", (event) => this.onKey(event));
    this.dialog.addEventListener("keyup", (event) => event.key.toLowerCase() === "b" && this.stage.set({ flipped: false }));
    window.addEventListener("blur", () => this.stage.set({ flipped: false }));
    window.addEventListener("popstate", () => this.dialog.open && this.dialog.close());
    this.dialog.addEventListener("close", () => this.closed());
  }

  /** `others` are what `one` is compared with, step by step; `onStep(index)` hears which one was looked at last. */
  open(one, others, index, onStep = () => {}) {
    Object.assign(this, { one, others, index, onStep });
    if (!this.dialog.open) {
      history.pushState({ compare: true }, "");
      this.dialog.showModal();
    }
    this.show();
  }

  closed() {
    this.asking?.abort();
    this.stage.set({ flipped: false });
    if (history.state?.compare) history.back();
    this.onStep(this.index);
  }

  step(way) {
    const to = this.index + way;
    if (to < 0 || to >= this.others.length) return;
    this.index = to;
    this.show();
  }

  setMode(mode) {
    this.mode = mode;
    for (const one of byId("modes").children) one.setAttribute("aria-pressed", String(one.dataset.mode === mode));
    byId("divider-label").hidden = mode !== "slider";
    this.stage.set({ mode });
    this.caption();
  }

  show() {
    const { one, others, index } = this;
    const other = others[index];
    this.told = this.heat = null;
    this.problem = "";
    this.levels = [0, 0];
    this.stage.clear();
    for (const [id, picture] of [["name-one", one], ["name-other", other]]) {
      byId(id).querySelector("span").textContent = fileName(picture.name ?? "");
      byId(id).title = picture.name ?? "";
    }
    byId("canvas").setAttribute("aria-label", `${fileName(one.name ?? "")} and ${fileName(other.name)}`);
    byId("compare-place").textContent = `${count(index + 1)} of ${count(others.length)}`;
    byId("previous").disabled = index === 0;
    byId("next").disabled = index === others.length - 1;
    showFacts(this.factsOfOne(), other);
    byId("numbers").replaceChildren();
    byId("compare-open").href = api.originalOf(other.sha256);
    this.verdict(other);
    this.asking?.abort();
    this.asking = new AbortController();
    this.load(0, api.thumbnailOf(one.sha256), 384);
    this.load(1, api.thumbnailOf(other.sha256), 384);
    this.explain(this.asking.signal);
    this.setMode(this.mode);
  }

  factsOfOne() {
    const { region } = this.one;
    return region ? { ...this.one, width: region.width, height: region.height } : this.one;
  }

  /** The score and its sentence are the match's own where there is one. */
  verdict(known) {
    byId("verdict-score").textContent = known.score === undefined ? "" : percent(known.score);
    byId("verdict-label").textContent = known.label_words ? capital(known.label_words) : "";
    byId("verdict-reason").textContent = known.reason ?? "";
  }

  async explain(signal) {
    const other = this.others[this.index];
    try {
      const told = await api.explain(this.one.sha256, other.sha256, this.one.region, signal);
      const heat = await heatOf(told.overlay.differences);
      if (signal.aborted) return;
      Object.assign(this, { told, heat });
      const { points, affine, over_other: overOther } = told.overlay;
      this.stage.setOverlay({ points, affine: affine && affineMatrix(affine), overOther, heat: heat.canvas });
      this.verdict({ ...told, ...(other.reason ? other : {}) });
      showNumbers(told);
    } catch (problem) {
      if (signal.aborted) return;
      this.problem = problem.message;
      if (!other.reason) byId("verdict-reason").textContent = problem.message;
    }
    this.caption();
  }

  caption() {
    byId("caption").textContent = this.captionWords();
  }

  captionWords() {
    if (this.mode === "beside") return "";
    if (this.problem) return this.problem;
    if (!this.told) return "Comparing…";
    const { points_agreeing: agreeing, overlay } = this.told;
    if (this.mode === "points") {
      if (!overlay.points.length) return "No key points agree on one map.";
      const said = agreeing === 1 ? "1 key point agrees on one map" : `${count(agreeing)} key points agree on one map`;
      return agreeing > 40 ? `${said}; 40 of them are joined.` : `${said}.`;
    }
    if (!overlay.affine) return "Nothing shows how they lie over one another; both are pressed into one frame.";
    if (this.mode === "slider") return "";
    if (this.heat.share === null) return "There is too little to compare.";
    const share = this.heat.share > 0 && this.heat.share < 0.01 ? "Less than 1%" : `${Math.round(this.heat.share * 100)}%`;
    return `${share} of what both show differs.`;
  }

  /** A thumbnail is there at once; finer ones follow as far as they would be seen. */
  want(sides) {
    const pictures = [this.one, this.others[this.index]];
    pictures.forEach((picture, side) => {
      const seen = sides[side] * (side === 0 && picture.region ? picture.width / picture.region.width : 1);
      const largest = Math.max(picture.width, picture.height);
      const level = LEVELS.find((one) => one >= Math.min(seen, largest)) ?? LEVELS.at(-1);
      if (seen <= 384 || largest <= 384 || level <= this.levels[side]) return;
      this.levels[side] = level;
      this.load(side, api.previewOf(picture.sha256, level), level);
    });
  }

  async load(side, source, level) {
    const { signal } = this.asking;
    const picture = side === 0 ? this.one : this.others[this.index];
    const image = new Image();
    image.src = source;
    try {
      await image.decode();
    } catch {
      if (!signal.aborted && level === 384) this.problem = `${fileName(picture.name ?? "The picture")} cannot be shown.`;
      return;
    }
    const finer = (this.stage.images[side]?.level ?? 0) > level;
    if (signal.aborted || finer) return;
    const region = side === 0 ? picture.region : null;
    const drawn = await createImageBitmap(image, ...(region ? cutOf(image, region, picture) : []));
    drawn.level = level;
    this.stage.setPicture(side, drawn, region ?? { width: picture.width, height: picture.height });
  }

  onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const key = event.key.toLowerCase();
    const onDivider = event.target.id === "divider";
    if (MODES[Number(key) - 1]) this.setMode(MODES[Number(key) - 1]);
    else if (key === "b") this.stage.set({ flipped: true });
    else if (key === "+" || key === "=") this.stage.zoom(ZOOM_STEP);
    else if (key === "-") this.stage.zoom(1 / ZOOM_STEP);
    else if (key === "0") this.stage.fit();
    else if ((key === "arrowleft" || key === "arrowright") && !onDivider) {
      const way = key === "arrowleft" ? -1 : 1;
      if (event.shiftKey) this.stage.slideTo(this.stage.divider + way * 0.05);
      else this.step(way);
    } else return;
    event.preventDefault();
  }
}

function cutOf(image, region, { width, height }) {
  const [x, y] = [image.naturalWidth / width, image.naturalHeight / height];
  return [region.x * x, region.y * y, Math.max(1, region.width * x), Math.max(1, region.height * y)];
}
