// What was found: filtered by the slider, sorted, and shown in the grid.

import { fillMatch, fillSkeleton, MATCH_WORDS } from "./cards.js";
import { button, byId, say, skippedLink, tell } from "./dom.js";
import { PictureGrid } from "./picture_grid.js";
import { preference, remember } from "./preferences.js";
import { count, fileName, percent } from "./words.js";

const ORDERS = {
  score: (one, other) => one.rank - other.rank,
  name: (one, other) =>
    fileName(one.name).localeCompare(fileName(other.name), "en", { numeric: true }) || one.rank - other.rank,
  pixels: (one, other) => other.width * other.height - one.width * one.height || one.rank - other.rank,
  bytes: (one, other) => other.bytes - one.bytes || one.rank - other.rank,
};

export class Results {
  constructor({ onOpen, onSearch, onMore, skipped }) {
    this.matches = [];
    this.shown = [];
    Object.assign(this, { onMore, skipped });
    this.answers = 0;
    this.grid = new PictureGrid(byId("cards"), {
      size: preference("size"),
      wordsHeight: MATCH_WORDS,
      key: (index) => (this.shown[index] ? `${this.answers} ${keyOf(this.shown[index])}` : `empty ${index}`),
      fill: (cell, index) => {
        if (this.shown[index]) fillMatch(cell, this.shown[index], { onOpen, onSearch });
        else fillSkeleton(cell);
      },
    });
    const threshold = byId("threshold");
    threshold.value = preference("threshold");
    threshold.addEventListener("input", () => this.setThreshold(Number(threshold.value)));
    this.sort = byId("sort");
    this.sort.addEventListener("change", () => this.filter());
    byId("cards").addEventListener("keydown", (event) => {
      const match = this.shown[this.grid.active];
      if (event.key.toLowerCase() === "s" && !event.ctrlKey && !event.metaKey && match) onSearch(match);
    });
    this.sayThreshold();
  }

  setThreshold(value) {
    remember("threshold", value);
    byId("threshold").value = value;
    this.sayThreshold();
    this.filter();
  }

  sayThreshold() {
    byId("threshold-said").textContent = `at least ${preference("threshold")}%`;
  }

  /** Something is being searched for longer than a blink: old results stay, dimmed; else a foreshadowing of new ones. */
  wait() {
    byId("cards").setAttribute("aria-busy", "true");
    byId("found-status").textContent = "Searching…";
    if (this.answer) byId("cards").classList.add("dimmed");
    else this.grid.setCount(8);
  }

  clear() {
    byId("asked").classList.remove("failed");
    this.answer = null;
    this.matches = [];
    this.shown = [];
    this.grid.setCount(0);
    tell(byId("message"), "");
    byId("found-status").textContent = "\u00a0";
    this.rest();
  }

  rest() {
    byId("cards").classList.remove("dimmed");
    byId("cards").removeAttribute("aria-busy");
  }

  fail(title, sentence, ...buttons) {
    this.clear();
    byId("asked").classList.add("failed");
    tell(byId("message"), title, sentence, ...buttons);
  }

  take(answer, { top, whole }) {
    this.answer = answer;
    this.answers += 1;
    this.top = top;
    this.matches = answer.matches;
    this.grid.active = 0;
    byId("found-title").textContent = whole ? "Best matches" : "Best matches so far";
    this.rest();
    this.filter();
  }

  filter() {
    if (!this.answer) return;
    const least = preference("threshold") / 100;
    this.shown = this.matches.filter((match) => match.score >= least).sort(ORDERS[this.sort.value]);
    this.grid.setCount(this.shown.length);
    this.describe(least);
  }

  describe(least) {
    const { searched, seconds } = this.answer;
    const full = this.shown.length === this.matches.length && this.matches.length >= this.top;
    const found = full ? `The best ${count(this.shown.length)}` : count(this.shown.length);
    byId("found-status").textContent = `${found} of ${count(searched)} match · ${seconds.toFixed(2)} s`;
    if (full && this.top < 1000) byId("found-status").append(" · ", button("Show more", this.onMore, "linklike"));
    if (this.skipped()) byId("found-status").append(" · ", skippedLink(this.skipped()));
    const closest = this.matches[0];
    if (this.shown.length) {
      tell(byId("message"), "");
      say(`${count(this.shown.length)} of ${count(searched)} pictures are at least ${Math.round(least * 100)}% similar.`);
    } else if (closest) {
      const title = `Nothing is at least ${Math.round(least * 100)}% similar. The closest is ${percent(closest.score)}.`;
      const lower = () => {
        this.setThreshold(Math.floor(closest.score * 100 + 1e-9));
        this.grid.go(0);
      };
      tell(byId("message"), title, "", button("Show the closest", lower, "primary"));
    } else {
      tell(byId("message"), "There is no other picture here.", "Once pictures are read, search again.");
    }
  }
}

const keyOf = (match) => `${match.sha256} ${match.archive} ${match.name}`;
