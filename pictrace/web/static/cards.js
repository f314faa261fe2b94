// One picture in a grid: what it is, how much it is alike, and what can be done with it.

import { originalOf, thumbnailOf } from "./api.js";
import { icon, make } from "./dom.js";
import { bytes, capital, fileName, percent, sides } from "./words.js";

/** Heights of what stands below a picture; the style sheet lays out by the same numbers. */
export const MATCH_WORDS = 116;
export const PICTURE_WORDS = 60;

function thumbnail(picture) {
  const image = make("img", {
    src: thumbnailOf(picture.sha256),
    alt: "",
    decoding: "async",
    draggable: "true",
    class: "waits",
  });
  image.addEventListener("load", () => image.classList.remove("waits"));
  image.addEventListener("error", () => image.closest(".thumb")?.classList.add("gone"));
  return make("span", { class: "thumb" }, image);
}

function tools(picture, onSearch) {
  const open = { class: "tool", href: originalOf(picture.sha256), target: "_blank", rel: "noopener" };
  const again = { type: "button", class: "tool", title: "Search with this picture", onclick: () => onSearch(picture) };
  const name = fileName(picture.name);
  return make(
    "span",
    { class: "card-tools" },
    onSearch && make("button", { ...again, "aria-label": `Search with this picture: ${name}` }, icon("search")),
    make("a", { ...open, title: "Open the picture", "aria-label": `Open the picture: ${name}` }, icon("open")),
  );
}

export function barOf(score) {
  const fill = make("span");
  fill.style.width = `${score * 100}%`;
  return make("span", { class: "score-bar", "aria-hidden": "true" }, fill);
}

export function fillMatch(cell, match, { onOpen, onSearch }) {
  cell.className = "card";
  const words = [
    make("span", { class: "line" }, make("span", { class: "name", title: match.name }, fileName(match.name)), make("b", { class: "score" }, percent(match.score))),
    barOf(match.score),
    make("span", { class: "label" }, capital(match.label_words)),
    make("span", { class: "reason", title: match.reason }, match.reason),
  ];
  const face = make(
    "button",
    { type: "button", class: "face", "aria-label": `Compare ${fileName(match.name)}, ${percent(match.score)}, ${match.label_words}. ${match.reason}`, onclick: () => onOpen(match) },
    thumbnail(match),
    make("span", { class: "words" }, ...words),
  );
  cell.append(face, tools(match, onSearch));
}

export function fillPicture(cell, picture, onSearch) {
  cell.className = "card picture";
  const face = make(
    "button",
    { type: "button", class: "face", "aria-label": `Search with ${fileName(picture.name)}`, onclick: () => onSearch(picture) },
    thumbnail(picture),
    make(
      "span",
      { class: "words" },
      make("span", { class: "name", title: picture.name }, fileName(picture.name)),
      make("span", { class: "soft" }, factsOf(picture)),
    ),
  );
  cell.append(face, tools(picture, null));
}

export const factsOf = (picture) =>
  [picture.width ? sides(picture.width, picture.height) : "", picture.bytes ? bytes(picture.bytes) : "", picture.damaged ? "damaged" : ""]
    .filter(Boolean)
    .join(" · ");

export function fillSkeleton(cell) {
  cell.className = "card skeleton";
  cell.setAttribute("aria-label", "Loading");
  cell.append(make("span", { class: "thumb" }), make("span", { class: "words" }, make("span"), make("span")));
}
