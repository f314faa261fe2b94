// From a picture that came in to its answer; the newest question is the only one that counts.

import * as api from "./api.js";
import { button, byId } from "./dom.js";
import { preference, remember } from "./preferences.js";
import { QueryPanel } from "./query_panel.js";
import { Results } from "./results.js";

const FIRST = 200;
const MOST = 1000;
const PATIENCE_MS = 300;

export class Searching {
  /** `choose` opens the file chooser; `isWhole` tells whether all pictures are read, `skipped` how many could not be. */
  constructor({ onOpen, onStart, isWhole, skipped, choose }) {
    Object.assign(this, { onStart, isWhole, choose });
    this.what = null;
    this.results = new Results({ onOpen, onSearch: (match) => this.start(match), onMore: () => this.again(MOST), skipped });
    this.panel = new QueryPanel({ onRegion: () => this.again() });
    const mirrored = byId("mirrored");
    mirrored.checked = preference("mirrored");
    mirrored.addEventListener("change", () => {
      remember("mirrored", mirrored.checked);
      this.again();
    });
  }

  /** With {file, name}, {url}, {sha256} or a picture of the archives. */
  start(what) {
    this.what = what;
    this.query = null;
    byId("welcome").hidden = true;
    byId("asked").hidden = false;
    this.onStart();
    this.results.clear();
    this.panel.begin(what);
    window.scrollTo({ top: 0, behavior: "instant" });
    return this.again();
  }

  /** Back to the first page. */
  leave() {
    this.asking?.abort();
    this.what = this.query = null;
    this.results.clear();
    byId("welcome").hidden = false;
    byId("asked").hidden = true;
  }

  async again(top = FIRST) {
    if (!this.what) return;
    this.asking?.abort();
    const asking = new AbortController();
    this.asking = asking;
    const patience = setTimeout(() => this.results.wait(), PATIENCE_MS);
    try {
      const answer = await this.ask(top, asking.signal);
      if (asking !== this.asking) return;
      this.query = { ...answer.query, region: this.panel.region(), bytes: this.sizeOf(answer.query) };
      this.panel.answered(this.query, this.query.bytes);
      this.results.take(answer, { top, whole: this.isWhole() });
    } catch (problem) {
      if (asking === this.asking && problem.name !== "AbortError") this.fail(problem);
    } finally {
      clearTimeout(patience);
    }
  }

  async ask(top, signal) {
    const options = { top, region: this.panel.region(), mirrored: preference("mirrored") };
    if (!this.query) return api.search(this.original(), options, signal);
    try {
      return await api.search({ sha256: this.query.sha256 }, options, signal);
    } catch (problem) {
      // The service remembers only the latest queries; a picture that is still at hand is sent again.
      if (problem.status !== 404 || this.what.sha256) throw problem;
      return api.search(this.original(), options, signal);
    }
  }

  original() {
    const { file, name, url, sha256 } = this.what;
    if (file) return { file, name };
    return url ? { url } : { sha256 };
  }

  sizeOf(query) {
    return query.bytes ?? this.what.file?.size ?? this.what.bytes ?? null;
  }

  fail(problem) {
    this.panel.failed();
    const another = button("Choose another", this.choose, "primary");
    const retry = button("Try again", () => this.again());
    const unreadable = problem.status >= 400 && problem.status < 500;
    const title = unreadable ? "PicTrace cannot search with this." : "That did not work.";
    this.results.fail(title, problem.message, ...(unreadable ? [another] : [retry, another]));
  }
}
