// The picture that is looked for: its preview, its facts, and the part of it that counts.

import { previewOf, thumbnailOf } from "./api.js";
import { byId } from "./dom.js";
import { RegionFrame, pixelsOf } from "./region.js";
import { bytes, fileName, sides } from "./words.js";

export class QueryPanel {
  constructor({ onRegion }) {
    this.picture = byId("preview-picture");
    this.toggle = byId("choose-part");
    this.frame = new RegionFrame(byId("preview-sheet"), byId("part"), {
      onChange: (share) => {
        this.showToggle();
        onRegion(share);
      },
    });
    this.toggle.addEventListener("click", () => this.onToggle(onRegion));
    this.picture.addEventListener("load", () => byId("preview").classList.remove("waits", "gone"));
    this.picture.addEventListener("error", () => this.fallBack());
  }

  /** Another picture is looked for: what is known of it before the service has answered. */
  begin(what) {
    URL.revokeObjectURL(this.blob);
    this.blob = what.file ? URL.createObjectURL(what.file) : "";
    this.query = null;
    this.frame.set(null);
    this.showToggle();
    byId("preview").classList.remove("gone");
    byId("preview").classList.add("waits");
    this.show(this.blob || (what.sha256 ? thumbnailOf(what.sha256) : ""));
    byId("query-name").textContent = fileName(what.name || what.url || "Picture");
    byId("query-name").title = what.name || what.url || "";
    byId("query-facts").textContent = what.file ? bytes(what.file.size) : "\u00a0";
    this.toggle.disabled = true;
  }

  answered(query, size) {
    const first = !this.query;
    this.query = query;
    this.toggle.disabled = false;
    const facts = [sides(query.width, query.height), size ? bytes(size) : ""];
    byId("query-facts").textContent = facts.filter(Boolean).join(" · ");
    if (query.name) {
      byId("query-name").textContent = fileName(query.name);
      byId("query-name").title = query.name;
    }
    if (first && (!this.blob || this.broken)) this.show(previewOf(query.sha256, 1024));
  }

  region() {
    return this.frame.share && this.query ? pixelsOf(this.frame.share, this.query) : null;
  }

  show(source) {
    this.broken = false;
    if (source) this.picture.src = source;
    else this.picture.removeAttribute("src");
  }

  /** A format that this browser cannot draw: the service can. */
  fallBack() {
    const tried = this.picture.src;
    this.broken = true;
    if (this.query && tried.startsWith("blob:")) this.show(previewOf(this.query.sha256, 1024));
    else byId("preview").classList.add("gone");
  }

  /** There is no such picture, or none that can be read. */
  failed() {
    byId("preview").classList.remove("waits");
    if (!this.picture.naturalWidth) byId("preview").classList.add("gone");
  }

  onToggle(onRegion) {
    if (this.frame.choosing || this.frame.share) {
      const had = this.frame.share;
      this.frame.set(null);
      this.frame.setChoosing(false);
      this.showToggle();
      if (had) onRegion(null);
      return;
    }
    this.frame.setChoosing(true);
    this.frame.begin();
    this.showToggle();
    onRegion(this.frame.share);
  }

  showToggle() {
    const on = Boolean(this.frame.share);
    if (!on) this.frame.setChoosing(false);
    this.toggle.setAttribute("aria-pressed", String(on));
    this.toggle.querySelector("span").textContent = on ? "Whole picture" : "Only a part";
    byId("asked").classList.toggle("has-part", on);
  }
}
