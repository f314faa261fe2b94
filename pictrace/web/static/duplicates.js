// Groups of pictures that are copies of one another.

import * as api from "./api.js";
import { barOf, factsOf } from "./cards.js";
import { button, byId, make, say, tell } from "./dom.js";
import { counted, fileName, percent } from "./words.js";
import { hasEnded } from "./work.js";

const PAGE = 50;
const KINDS = {
  exact: ["Exact copies", "The same picture, bit for bit."],
  edited: ["Edited copies", "One photograph, changed: resized, cropped, recoloured…"],
  similar: ["Similar pictures", "The same scene, photographed again."],
};

export class Duplicates {
  constructor({ onCompare, onWork }) {
    Object.assign(this, { onCompare, onWork });
    this.job = null;
    this.list = byId("groups");
    byId("find-duplicates").addEventListener("click", () => this.start());
    byId("more-groups").addEventListener("click", () => this.more());
  }

  /** Called when the view is opened: an answer that the service still has is shown. */
  async show() {
    if (this.job) return;
    try {
      const latest = (await api.jobs()).items.find((job) => job.kind === "duplicates");
      if (latest) this.take(latest);
      else this.offer();
    } catch (problem) {
      tell(byId("duplicates-message"), "That did not work.", problem.message, button("Try again", () => this.show()));
    }
  }

  offer() {
    const words = "PicTrace compares all pictures with one another. Nothing is deleted.";
    tell(byId("duplicates-message"), "Find pictures that are there more than once", words);
  }

  async start() {
    byId("find-duplicates").disabled = true;
    try {
      const job = await api.startJob("duplicates", byId("duplicates-similar").checked);
      this.list.replaceChildren();
      this.job = null;
      byId("more-groups").hidden = true;
      this.take(job);
    } catch (problem) {
      byId("find-duplicates").disabled = false;
      tell(byId("duplicates-message"), "That did not work.", problem.message);
    }
  }

  /** Every state of a job that finds duplicates. */
  take(job) {
    const known = this.job;
    this.job = job;
    byId("find-duplicates").disabled = !hasEnded(job);
    if (!hasEnded(job)) {
      if (known?.id !== job.id) {
        tell(byId("duplicates-message"), "Looking for duplicates…", "You can go on searching meanwhile.");
        this.onWork(job);
      }
    } else if (job.state === "finished") {
      if (known?.id !== job.id || !hasEnded(known)) this.list.replaceChildren();
      if (!this.list.childElementCount) this.more();
    } else if (job.state === "cancelled") {
      tell(byId("duplicates-message"), "Stopped.", "What was compared so far is remembered; the next time is faster.");
    } else {
      tell(byId("duplicates-message"), "That did not work.", job.message ?? "");
    }
  }

  async more() {
    try {
      const answer = await api.groups(this.job, this.list.childElementCount, PAGE);
      for (const group of answer.items) this.list.append(this.row(group));
      byId("more-groups").hidden = this.list.childElementCount >= answer.total;
      const words = answer.total ? counted(answer.total, "group", "groups") : "";
      byId("duplicates-status").textContent = words ? `${words}; the one to keep stands first.` : "";
      tell(byId("duplicates-message"), answer.total ? "" : "No picture is there twice.");
      say(words);
    } catch (problem) {
      tell(byId("duplicates-message"), "That did not work.", problem.message, button("Try again", () => this.more()));
    }
  }

  row(group) {
    const [title, words] = KINDS[group.kind];
    const head = make("div", { class: "group-head" }, make("h2", {}, title), make("p", { class: "soft" }, words));
    const members = group.members.map((member, number) => this.member(group, member, number));
    return make("li", { class: `group ${group.kind}` }, head, make("ul", { class: "members" }, ...members));
  }

  member(group, member, number) {
    const name = fileName(member.name);
    const keeps = number === 0;
    const image = make("img", { src: api.thumbnailOf(member.sha256), alt: "", loading: "lazy", decoding: "async" });
    const words = make(
      "span",
      { class: "words" },
      make("span", { class: "line" }, make("span", { class: "name", title: member.name }, name), keeps ? make("span", { class: "keep" }, "Keep") : make("b", { class: "score" }, percent(member.score))),
      keeps ? make("span", { class: "score-bar none" }) : barOf(member.score),
      make("span", { class: "soft" }, factsOf(member)),
      make("span", { class: "soft name", title: `${member.archive}/${member.name}` }, placeOf(member)),
    );
    const label = keeps ? `${name}, the one to keep. Compare with the next` : `Compare ${name} with the one to keep, ${percent(member.score)}`;
    const open = () => this.onCompare(group.members, Math.max(1, number));
    const face = make("button", { type: "button", class: "face", "aria-label": label, onclick: open }, make("span", { class: "thumb" }, image), words);
    return make("li", { class: "card" }, face);
  }
}

function placeOf({ archive, name }) {
  const end = name.lastIndexOf("/");
  return end < 0 ? archive : `${archive} / ${name.slice(0, end)}`;
}
