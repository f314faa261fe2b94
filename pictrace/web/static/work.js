// The work that runs: how far it is, as the service tells it, and pause, continue, cancel.

import * as api from "./api.js";
import { byId, say, showBar } from "./dom.js";
import { workWords } from "./words.js";

const ENDED = ["finished", "cancelled", "failed"];

export const hasEnded = (job) => ENDED.includes(job.state);

export class Work {
  /** `onChange(job)` hears every state of the job that is followed. */
  constructor({ onChange }) {
    this.onChange = onChange;
    this.job = null;
    byId("work-pause").addEventListener("click", () => this.steer(this.job.state === "paused" ? "resume" : "pause"));
    byId("work-cancel").addEventListener("click", () => this.steer("cancel"));
  }

  follow(job) {
    if (this.job?.id === job.id && this.source) return;
    this.source?.close();
    this.take(job);
    if (hasEnded(job)) return;
    const source = new EventSource(api.eventsOf(job));
    this.source = source;
    source.addEventListener("job", (event) => this.take(JSON.parse(event.data)));
    source.addEventListener("error", () => {
      // The browser connects again by itself, unless the service refused.
      if (source.readyState === EventSource.CLOSED && this.source === source) this.lookAgain(job);
    });
  }

  async lookAgain(job) {
    this.source = null;
    try {
      const now = await api.jobAgain(job);
      this.take(now);
      if (!hasEnded(now)) setTimeout(() => this.follow(now), 2000);
    } catch (problem) {
      byId("work").hidden = true;
      this.job = null;
      // A service that was started again knows nothing of it; what it does now is asked for soon.
      if (problem.status !== 401 && problem.status !== 404) showBar(problem.message);
    }
  }

  take(job) {
    const before = this.job;
    this.job = job;
    if (hasEnded(job)) {
      this.source?.close();
      this.source = null;
    }
    this.draw(job);
    if (before?.state !== job.state && job.state !== "running") say(job.message || `${job.kind === "index" ? "Reading pictures" : "Finding duplicates"}: ${job.state}`);
    this.onChange(job);
  }

  draw(job) {
    const over = hasEnded(job);
    byId("work").hidden = over;
    document.body.classList.toggle("working", !over);
    byId("work-words").textContent = workWords(job);
    const share = byId("work-share");
    if (job.total && job.stage !== "counting") share.value = job.done / job.total;
    else share.removeAttribute("value");
    byId("work-pause").textContent = job.state === "paused" ? "Continue" : "Pause";
  }

  async steer(verb) {
    try {
      this.take(await api.steerJob(this.job, verb));
    } catch (problem) {
      showBar(problem.message);
    }
  }
}
