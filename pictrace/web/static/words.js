// Numbers and facts, as a person reads them.

const numbers = new Intl.NumberFormat("en");

export const count = (value) => numbers.format(value);

export const counted = (value, one, many) => `${count(value)} ${value === 1 ? one : many}`;

/** Never rounded up to 100% what is not the same. */
export const percent = (score) => (score < 1 ? `${Math.floor(score * 100 + 1e-9)}%` : "100%");

/** As the sentences say it. */
export const shareWords = (value) => (value > 0.99 && value < 1 ? "99%" : `${Math.round(value * 100)}%`);

export function bytes(size) {
  if (size < 1000) return counted(size, "byte", "bytes");
  return size < 1e6 ? `${Math.round(size / 1000)} KB` : `${(size / 1e6).toFixed(1)} MB`;
}

export const sides = (width, height) => `${width} × ${height}`;

export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

export const fileName = (name) => name.slice(name.lastIndexOf("/") + 1);

function timeLeft(seconds) {
  if (seconds < 60) return `about ${Math.max(1, Math.round(seconds))} s left`;
  return seconds < 5400 ? `about ${Math.round(seconds / 60)} min left` : `about ${(seconds / 3600).toFixed(1)} h left`;
}

const STAGES = {
  indexing: "Reading pictures",
  comparing: "Comparing",
  searching: "Searching",
  turning: "Looking at pictures turned",
};

/** As it stands beside the bar: n of N, rate and time left. */
export function workWords(job) {
  const words = [];
  if (job.stage === "counting") words.push(`Looking for pictures… ${count(job.done)} found`);
  else if (job.total) words.push(`${STAGES[job.stage] ?? "Working"} ${count(job.done)} of ${count(job.total)}`);
  else words.push(job.message ?? "Starting…");
  if (job.state === "paused") return `Paused · ${words[0]}`;
  if (job.per_second) words.push(`${count(Math.round(job.per_second))} a second`);
  if (job.seconds_left !== null && job.seconds_left !== undefined) words.push(timeLeft(job.seconds_left));
  return words.join(" · ");
}
