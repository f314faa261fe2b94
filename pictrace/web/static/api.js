// The service's API, as this page uses it.

import { make, showBar } from "./dom.js";

const ROOT = "/api/v1";

/** What went wrong, in the service's own sentence. */
export class Problem extends Error {
  constructor(status, sentence) {
    super(sentence);
    this.status = status;
  }
}

export const thumbnailOf = (sha256) => `${ROOT}/pictures/${sha256}/thumbnail`;
export const previewOf = (sha256, side) => `${ROOT}/pictures/${sha256}/preview?side=${side}`;
export const originalOf = (sha256) => `${ROOT}/pictures/${sha256}`;
export const eventsOf = (job) => `${ROOT}/jobs/${job.id}/events`;

/** The digest in an address of this service's own pictures, else null. */
export function digestIn(address) {
  if (!URL.canParse(address, location.href)) return null;
  const url = new URL(address, location.href);
  const found = /^\/api\/v1\/pictures\/([0-9a-f]{64})(\/|$)/.exec(url.pathname);
  return url.origin === location.origin && found ? found[1] : null;
}

async function ask(path, options = {}) {
  let response;
  try {
    response = await fetch(ROOT + path, { credentials: "same-origin", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0, "The service does not answer. Look whether it is still running, then try again.");
  }
  if (response.status === 401) {
    const where = make("a", { class: "button", href: "/sign-in" }, "Sign in");
    showBar("You are signed out. Sign in to go on.", where);
  }
  if (!response.ok) throw new Problem(response.status, await sentenceOf(response));
  return response.status === 204 ? null : response.json();
}

async function sentenceOf(response) {
  try {
    const problem = await response.json();
    return problem.detail || problem.title || response.statusText;
  } catch {
    return `The service answered with an error (${response.status}).`;
  }
}

const post = (path, body, signal) =>
  ask(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    signal,
  });

/** `what` is {file}, {url} or {sha256}; `region` is in pixels of the upright query, or null. */
export function search(what, { top, region, mirrored }, signal) {
  if (!what.file) return post("/search", { ...what, top, region, mirrored }, signal);
  const form = new FormData();
  form.append("file", what.file, what.name || what.file.name || "picture");
  form.append("top", String(top));
  form.append("mirrored", String(mirrored));
  if (region) form.append("region", regionWords(region));
  return ask("/search/upload", { method: "POST", body: form, signal });
}

export function explain(one, other, region, signal) {
  const question = new URLSearchParams({ one, other });
  if (region) question.set("region", regionWords(region));
  return ask(`/explain?${question}`, { signal });
}

const regionWords = ({ x, y, width, height }) => [x, y, width, height].join(",");

export const statistics = () => ask("/statistics");
export const pictures = (start, count) => ask(`/pictures?start=${start}&count=${count}`);
export const skipped = (start, count) => ask(`/skipped?start=${start}&count=${count}`);
export const jobs = () => ask("/jobs");
export const jobAgain = (job) => ask(`/jobs/${job.id}`);
export const startJob = (kind, similar = false) => post("/jobs", { kind, similar });
export const steerJob = (job, verb) => post(`/jobs/${job.id}/${verb}`, {});
export const groups = (job, start, count) => ask(`/jobs/${job.id}/groups?start=${start}&count=${count}`);
