// How a picture comes in: chosen, dropped, pasted, or by its address.

import { digestIn } from "./api.js";
import { byId, say, showBar } from "./dom.js";

/** `take` gets {file, name}, {url} or {sha256}. */
export function listen(take) {
  const chooser = byId("file");
  const choose = () => chooser.click();
  byId("choose").addEventListener("click", choose);
  byId("change").addEventListener("click", choose);
  chooser.addEventListener("change", () => {
    if (chooser.files.length) take({ file: chooser.files[0], name: chooser.files[0].name });
    chooser.value = "";
  });
  for (const form of document.querySelectorAll("form[data-address]")) {
    form.elements.url.addEventListener("change", complete);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      take(addressed(new FormData(form).get("url").trim()));
      form.reset();
    });
  }
  listenForDrops(take);
  document.addEventListener("paste", (event) => onPaste(event, take));
  if (/Mac|iPhone|iPad/.test(navigator.platform)) byId("paste-hint").querySelector("kbd").textContent = "⌘";
  return choose;
}

/** As in a browser's own field for addresses, the scheme may be left out. */
function complete(event) {
  const field = event.target;
  const words = field.value.trim();
  if (/^[\w-]+(\.[\w-]+)+(:\d+)?\//.test(words)) field.value = `https://${words}`;
}

function addressed(address) {
  const sha256 = digestIn(address);
  return sha256 ? { sha256 } : { url: address };
}

function listenForDrops(take) {
  let over = 0;
  const veil = byId("veil");
  const show = () => veil.classList.toggle("on", over > 0);
  const carries = (event) => [...event.dataTransfer.types].some((type) => type === "Files" || type === "text/uri-list");
  document.addEventListener("dragenter", (event) => {
    if (carries(event)) over += 1;
    show();
  });
  document.addEventListener("dragleave", (event) => {
    if (carries(event)) over = Math.max(0, over - 1);
    show();
  });
  document.addEventListener("dragover", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
  });
  document.addEventListener("drop", (event) => {
    over = 0;
    show();
    if (!carries(event)) return;
    event.preventDefault();
    onDrop(event.dataTransfer, take);
  });
}

function onDrop(carried, take) {
  const address = carried.getData("text/uri-list").split(/\r?\n/).find((line) => line && !line.startsWith("#"));
  if (address && digestIn(address)) return take({ sha256: digestIn(address) });
  if (carried.files.length) {
    const entry = carried.items[0]?.webkitGetAsEntry?.();
    if (entry?.isDirectory) return showBar("This is a folder. Drop one picture to search with it.");
    const file = [...carried.files].find((one) => one.type.startsWith("image/")) ?? carried.files[0];
    if (carried.files.length > 1) say(`Several files were dropped; searching with ${file.name}.`);
    return take({ file, name: file.name });
  }
  if (address) return take(addressed(address));
}

function onPaste(event, take) {
  const pasted = event.clipboardData;
  if (pasted.files.length) {
    event.preventDefault();
    const file = pasted.files[0];
    return take({ file, name: /^image\.\w+$/.test(file.name) ? "Pasted picture" : file.name });
  }
  const words = pasted.getData("text").trim();
  const typing = event.target.closest?.("input, textarea");
  if (!typing && /^https?:\/\/\S+$/i.test(words)) {
    event.preventDefault();
    return take(addressed(words));
  }
  if (!typing && words) showBar("There is no picture on the clipboard, and no address of one.");
}
