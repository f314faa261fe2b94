// The files that could not be read, and why.

import * as api from "./api.js";
import { button, byId, make, tell } from "./dom.js";
import { counted } from "./words.js";

const PAGE = 100;

export class SkippedList {
  constructor() {
    byId("more-skipped").addEventListener("click", () => this.more());
  }

  async show() {
    byId("skipped-list").replaceChildren();
    await this.more();
  }

  async more() {
    const list = byId("skipped-list");
    try {
      const answer = await api.skipped(list.childElementCount, PAGE);
      for (const { archive, name, reason } of answer.items) {
        list.append(make("li", {}, make("span", { class: "name" }, name), make("span", { class: "soft" }, archive), make("p", {}, reason)));
      }
      byId("more-skipped").hidden = list.childElementCount >= answer.total;
      byId("skipped-status").textContent = answer.total ? counted(answer.total, "file was passed over; all others are searched.", "files were passed over; all others are searched.") : "";
      tell(byId("skipped-message"), answer.total ? "" : "Every file could be read.");
    } catch (problem) {
      tell(byId("skipped-message"), "The list could not be read.", problem.message, button("Try again", () => this.show()));
    }
  }
}
