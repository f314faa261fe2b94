// Elements without markup in strings: what comes from files and servers is text, never HTML.

const SVG = "http://www.w3.org/2000/svg";

export const byId = (id) => document.getElementById(id);

/** `make("li", { class: "card", onclick: open }, child, "text")`; attributes that are null or false are left out. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#icon-${name}`);
  svg.append(use);
  return svg;
}

/** A link to the files that could not be read. */
export function skippedLink(count) {
  const words = `${count.toLocaleString("en")} ${count === 1 ? "file" : "files"} could not be read`;
  return make("a", { href: "#/skipped" }, words);
}

let speaking = 0;

/** For those who hear the page; only the last of many in a row is said. */
export function say(text) {
  clearTimeout(speaking);
  speaking = setTimeout(() => {
    byId("said").textContent = text;
  }, 250);
}

/** A message in the place of what is not there; without words it goes away. */
export function tell(place, title, text = "", ...buttons) {
  place.hidden = !title;
  place.replaceChildren();
  if (!title) return;
  place.append(make("p", { class: "message-title" }, title));
  if (text) place.append(make("p", { class: "soft" }, text));
  if (buttons.length) place.append(make("div", { class: "message-buttons" }, ...buttons));
  say(`${title} ${text}`);
}

/** A strip above everything, for what concerns the whole page. */
export function showBar(text, ...buttons) {
  const bar = byId("bar");
  bar.hidden = false;
  const away = make("button", { type: "button", class: "plain square", "aria-label": "Dismiss", onclick: hideBar });
  away.append(icon("close"));
  bar.replaceChildren(make("p", {}, text), ...buttons, away);
}

export function hideBar() {
  byId("bar").hidden = true;
}

export function button(text, onclick, kind = "") {
  return make("button", { type: "button", class: kind || null, onclick }, text);
}
