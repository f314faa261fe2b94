// The page: its views, what is shared between them, and the keys that work everywhere.

import * as api from "./api.js";
import { Compare } from "./compare.js";
import { byId, make, showBar } from "./dom.js";
import { Duplicates } from "./duplicates.js";
import { Gallery } from "./gallery.js";
import { listen } from "./incoming.js";
import { applyTheme, mustSignIn, preference, remember } from "./preferences.js";
import { Searching } from "./searching.js";
import { SkippedList } from "./skipped.js";
import { count, counted, fileName } from "./words.js";
import { Work, hasEnded } from "./work.js";

const VIEWS = ["search", "pictures", "duplicates", "skipped"];
const LOOK_AGAIN_MS = 60_000;
const STARTERS = 8;

const compare = new Compare({ onSearch: (picture) => searching.start(picture) });
const skipped = new SkippedList();
const work = new Work({ onChange: onWork });
const choose = listen((what) => searching.start(what));
const gallery = new Gallery({ onSearch: (picture) => searching.start(picture) });
const searching = new Searching({
  onOpen: openMatch,
  onStart: showSearch,
  isWhole: () => !statistics?.indexing,
  skipped: () => statistics?.skipped ?? 0,
  choose,
});
const duplicates = new Duplicates({
  onCompare: (members, index) => compare.open(members[0], members.slice(1), index - 1),
  onWork: (job) => work.follow(job),
});
let statistics = null;
let noticed = "";

function openMatch(match) {
  const { grid, shown } = searching.results;
  compare.open(searching.query, shown, shown.indexOf(match), (index) => grid.go(index));
}

function showSearch() {
  if (location.hash.length > 2) history.pushState(null, "", "#/");
  showView("search");
}

function showView(view) {
  for (const one of VIEWS) byId(`view-${one}`).hidden = one !== view;
  for (const tab of document.querySelectorAll(".tabs a")) {
    if (tab.dataset.view === view) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
  const title = view === "search" ? "" : byId(`${view}-title`).textContent;
  document.title = title ? `${title} · PicTrace` : "PicTrace";
}

function route(event) {
  const view = VIEWS.find((one) => location.hash === `#/${one}`) ?? "search";
  showView(view);
  if (view === "pictures") gallery.show(statistics);
  if (view === "duplicates") duplicates.show();
  if (view === "skipped") skipped.show();
  if (!event) return;
  window.scrollTo({ top: 0, behavior: "instant" });
  if (view !== "search") byId(`${view}-title`).focus({ preventScroll: true });
}

async function look() {
  try {
    statistics = await api.statistics();
  } catch (problem) {
    if (problem.status !== 401) showBar(problem.message);
    return;
  }
  describeArchives();
  if (statistics.indexing && (!work.job || hasEnded(work.job))) work.follow(statistics.indexing);
  const notices = statistics.notices.join(" ");
  if (notices !== noticed) showBar(notices);
  noticed = notices;
  if (!byId("view-pictures").hidden) gallery.show(statistics);
}

function describeArchives() {
  const { archives, ready, indexing } = statistics;
  const words = counted(ready, "picture", "pictures");
  byId("archive-line").textContent = indexing ? `${words} so far` : `${words} in ${archives.join(", ")}`;
  byId("archive-line").title = archives.join(", ");
}

let readyThen = 0;

function onWork(job) {
  if (job.kind === "duplicates") {
    duplicates.take(job);
    if (hasEnded(job)) look();
  } else if (hasEnded(job)) afterIndexing(job);
  else if (job.done !== readyThen && job.stage === "indexing" && statistics) {
    readyThen = job.done;
    byId("archive-line").textContent = `${count(job.done)} pictures read`;
    if (!byId("starter-list").childElementCount) offerStarters();
  }
}

async function afterIndexing(job) {
  await look();
  offerStarters();
  if (job.state === "cancelled") {
    const ready = counted(statistics?.ready ?? 0, "picture is ready", "pictures are ready");
    const on = make("button", { type: "button", onclick: readAgain }, "Continue");
    showBar(`Stopped. ${ready}; the rest continue next time.`, on);
  } else if (job.state === "failed") {
    showBar(job.message ?? "The reading of pictures stopped unexpectedly. Your index is safe.", make("button", { type: "button", onclick: readAgain }, "Start again"));
  } else if (searching.what && byId("found-title").textContent !== "Best matches") {
    searching.again();
  }
}

async function readAgain() {
  byId("menu").hidePopover();
  byId("bar").hidden = true;
  try {
    work.follow(await api.startJob("index"));
  } catch (problem) {
    showBar(problem.message);
  }
}

/** Pictures of the archives to begin with, for who has none at hand; spread over all there are. */
async function offerStarters() {
  const list = byId("starter-list");
  if (list.childElementCount || searching.what) return;
  try {
    const { total } = await api.pictures(0, 1);
    const starts = [...new Set(Array.from({ length: STARTERS }, (_, at) => Math.floor((at * total) / STARTERS)))];
    const found = await Promise.all(total ? starts.map((start) => api.pictures(start, 1)) : []);
    const pictures = found.flatMap((answer) => answer.items);
    const different = new Map(pictures.map((picture) => [picture.sha256, picture]));
    list.replaceChildren(...[...different.values()].map(starter));
    byId("starters").hidden = !pictures.length;
  } catch {
    // Only an offer: what is wrong is told where something was asked for.
  }
}

function starter(picture) {
  const image = make("img", { src: api.thumbnailOf(picture.sha256), alt: "", decoding: "async" });
  const label = `Search with ${fileName(picture.name)}`;
  const open = () => searching.start(picture);
  return make("li", {}, make("button", { type: "button", "aria-label": label, title: label, onclick: open }, image));
}

function setSize(value) {
  remember("size", value);
  for (const slider of document.querySelectorAll("[data-size]")) slider.value = value;
  searching.results.grid.setSize(value);
  gallery.grid.setSize(value);
}

function onKey(event) {
  const typing = event.target.closest("input:not([type=range], [type=checkbox], [type=radio]), select, textarea");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const acts = {
    "/": () => (byId("asked").hidden ? byId("address") : byId("other-address")).focus(),
    "o": choose,
    "?": () => byId("shortcuts").showModal(),
    "+": () => setSize(Math.min(360, preference("size") + 20)),
    "-": () => setSize(Math.max(120, preference("size") - 20)),
  };
  if (!acts[event.key]) return;
  event.preventDefault();
  acts[event.key]();
}

for (const radio of document.querySelectorAll("[name=theme]")) {
  radio.checked = radio.value === preference("theme");
  radio.addEventListener("change", () => {
    remember("theme", radio.value);
    applyTheme();
  });
}
for (const slider of document.querySelectorAll("[data-size]")) {
  slider.value = preference("size");
  slider.addEventListener("input", () => setSize(Number(slider.value)));
}
byId("brand").addEventListener("click", () => searching.leave());
byId("index-again").addEventListener("click", readAgain);
byId("show-shortcuts").addEventListener("click", () => {
  byId("menu").hidePopover();
  byId("shortcuts").showModal();
});
byId("sign-out").hidden = !mustSignIn();
document.addEventListener("keydown", onKey);
window.addEventListener("hashchange", route);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && look());
setInterval(() => document.visibilityState === "visible" && look(), LOOK_AGAIN_MS);
route(null);
look().then(offerStarters);
