// All pictures of the archives, page by page as they come into sight.

import * as api from "./api.js";
import { fillPicture, fillSkeleton, PICTURE_WORDS } from "./cards.js";
import { button, byId, skippedLink, tell } from "./dom.js";
import { PictureGrid } from "./picture_grid.js";
import { preference } from "./preferences.js";
import { counted } from "./words.js";

const PAGE = 60;
const KEPT_PAGES = 40;

export class Gallery {
  constructor({ onSearch }) {
    this.pages = new Map();
    this.asked = new Set();
    this.grid = new PictureGrid(byId("gallery"), {
      size: preference("size"),
      wordsHeight: PICTURE_WORDS,
      key: (index) => `${index}`,
      fill: (cell, index) => {
        const picture = this.at(index);
        if (picture) fillPicture(cell, picture, onSearch);
        else fillSkeleton(cell);
      },
      onRange: (first, last) => this.want(first, last),
    });
    byId("gallery").addEventListener("keydown", (event) => {
      if (event.key.toLowerCase() === "s" && !event.ctrlKey && !event.metaKey && this.at(this.grid.active)) {
        onSearch(this.at(this.grid.active));
      }
    });
  }

  at(index) {
    return this.pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  /** Called when the view is opened, and when there may be more pictures than before. */
  async show(statistics) {
    this.statistics = statistics ?? this.statistics;
    if (!this.pages.size) this.grid.setCount(24);
    await this.load(0, true);
  }

  want(first, last) {
    for (let page = Math.floor(first / PAGE); page <= Math.floor((last - 1) / PAGE); page++) {
      if (!this.pages.has(page) && !this.asked.has(page)) this.load(page);
    }
  }

  async load(page, again = false) {
    if (this.asked.has(page)) return;
    this.asked.add(page);
    try {
      const answer = await api.pictures(page * PAGE, PAGE);
      const changed = again && JSON.stringify(this.pages.get(page)) !== JSON.stringify(answer.items);
      if (changed) this.pages.clear();
      this.keep(page, answer.items);
      if (answer.total !== this.grid.count) this.grid.setCount(answer.total);
      if (changed) this.grid.refresh();
      else if (!again) this.grid.refresh(page * PAGE, (page + 1) * PAGE);
      this.describe(answer.total);
    } catch (problem) {
      if (!this.pages.size) this.grid.setCount(0);
      const retry = button("Try again", () => this.show());
      tell(byId("pictures-message"), "The pictures could not be listed.", problem.message, retry);
    } finally {
      this.asked.delete(page);
    }
  }

  keep(page, items) {
    this.pages.set(page, items);
    for (const old of this.pages.keys()) {
      if (this.pages.size <= KEPT_PAGES) break;
      if (Math.abs(old - page) > KEPT_PAGES / 2) this.pages.delete(old);
    }
  }

  describe(total) {
    const known = this.statistics;
    const where = known ? ` in ${known.archives.join(", ")}` : "";
    byId("pictures-status").replaceChildren(`${counted(total, "picture", "pictures")}${where}`);
    if (known?.skipped) {
      byId("pictures-status").append(" · ", skippedLink(known.skipped));
    }
    if (total) tell(byId("pictures-message"), "");
    else if (known?.indexing) tell(byId("pictures-message"), "The first pictures are being read.", "They appear here as soon as they are ready.");
    else tell(byId("pictures-message"), "There are no pictures here.", "PicTrace reads JPEG, PNG, WebP, GIF, BMP, TIFF, HEIC, AVIF, JPEG 2000, ICO, PSD and camera RAW files.");
  }
}
