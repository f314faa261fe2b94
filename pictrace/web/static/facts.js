// What is known of both pictures, with what differs marked, and what the score is made of.

import { byId, make } from "./dom.js";
import { bytes, counted, fileName, shareWords, sides } from "./words.js";

const exact = (size) => counted(size, "byte", "bytes");

function sizeWords(one, other) {
  const alike = one.bytes && other.bytes && one.bytes !== other.bytes && bytes(one.bytes) === bytes(other.bytes);
  return alike ? exact : bytes;
}

const folder = ({ archive, name }) => {
  const place = name?.lastIndexOf("/") > 0 ? name.slice(0, name.lastIndexOf("/")) : "";
  return archive ? [archive, place].filter(Boolean).join(" / ") : "";
};

export function showFacts(one, other) {
  const size = sizeWords(one, other);
  const rows = [
    ["Name", (picture) => fileName(picture.name ?? "")],
    ["Place", (picture) => picture.address || folder(picture)],
    ["Dimensions", (picture) => (picture.width ? sides(picture.width, picture.height) : "")],
    ["Size", (picture) => (picture.bytes ? size(picture.bytes) : "")],
  ];
  byId("facts").replaceChildren(
    ...rows
      .map(([title, words]) => [title, words(one), words(other)])
      .filter(([, mine, theirs]) => mine || theirs)
      .map(([title, mine, theirs]) => row(title, mine, theirs)),
  );
}

function row(title, mine, theirs) {
  const differs = Boolean(mine && theirs && mine !== theirs);
  const head = make("th", { scope: "row" }, title);
  if (differs) head.append(make("span", { class: "differs" }, " ≠"), make("span", { class: "unseen" }, " differs"));
  const cells = [mine, theirs].map((words) => make("td", { title: words || null }, ...breakable(words || "–")));
  return make("tr", { class: differs ? "differs" : null }, head, ...cells);
}

/** A path is rather broken after a folder than within its name. */
const breakable = (words) => words.split(/(?<=\/)/).flatMap((part) => [part, make("wbr")]);

/** Every number of an explanation, in words. */
export function showNumbers(told) {
  const rows = [["Look as a whole", shareWords(told.share), told.share, `cosine ${told.cosine.toFixed(3)} of the fingerprints`]];
  rows.push(["Structure", told.structure.toFixed(2), told.structure, "SSIM, both pressed into squares"]);
  if (told.aligned_structure !== null && told.aligned_structure !== undefined) {
    rows.push(["Structure, laid over", told.aligned_structure.toFixed(2), told.aligned_structure, "SSIM where they cover each other"]);
  }
  const agreeing = counted(told.points_agreeing, "point agrees", "points agree");
  rows.push(["Key points", shareWords(told.keypoints), told.keypoints, `${agreeing} on one map${posed(told)}`]);
  byId("numbers").replaceChildren(...rows.map(([title, value, share, words]) => number(title, value, share, words)));
}

function posed(told) {
  const words = [];
  if (told.mirrored) words.push("mirrored");
  if (Math.abs(told.turned_degrees) >= 1) words.push(`turned by ${Math.round(told.turned_degrees)}°`);
  return words.length ? `, ${words.join(" and ")}` : "";
}

function number(title, value, share, words) {
  const fill = make("span");
  fill.style.width = `${Math.max(0, Math.min(1, share)) * 100}%`;
  const bar = make("span", { class: "score-bar", "aria-hidden": "true" }, fill);
  return make("div", {}, make("dt", {}, title), make("dd", {}, make("b", {}, value), bar, make("span", { class: "soft" }, words)));
}
