// Collections: an import that is watched while it runs, and stopped when the person says so.

import { call, counted } from "./api.js";
import { make } from "./dom.js";
import "./shell.js";

const box = document.getElementById("job");
const line = box.querySelector(".job-line");
const bar = box.querySelector("progress");
const stop = box.querySelector(".stop");
const broken = box.querySelector(".broken");
const EVERY = 500;

function duration(seconds) {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`;
  return seconds < 3600 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

function running({ collection, stage, done, total, rate, seconds_left: left }) {
  const parts = [`${collection}: ${stage || "waiting for another import"}`];
  if (total) parts.push(`${done.toLocaleString("en")} of ${total.toLocaleString("en")}`);
  if (rate) parts.push(`${rate < 10 ? rate.toFixed(1) : Math.round(rate)} a second`);
  if (left !== null) parts.push(`about ${duration(left)} left`);
  return parts.join(" · ");
}

function ended({ collection, state, error, report, adds }) {
  if (state === "failed") return `${collection}: ${error}`;
  if (adds) {
    return state === "done"
      ? `${collection}: seen by ${adds} too. Your answers are kept, and results follow what it sees.`
      : `${collection}: stopped. What was downloaded and looked at is kept; start again to continue.`;
  }
  if (state === "cancelled") return `${collection}: stopped. Imported pictures are kept; run the same import again to continue.`;
  const said = [`${counted(report.new, "new picture")}`];
  if (report.known) said.push(`${report.known.toLocaleString("en")} already known`);
  if (report.copies) said.push(counted(report.copies, "copy", "copies"));
  if (report.moved) said.push(`${report.moved} moved`);
  if (report.gone) said.push(`${report.gone} no longer in the folder`);
  const broken = report.broken.length + report.more_broken;
  if (broken) said.push(`${broken.toLocaleString("en")} could not be opened`);
  const news = report.refresh?.words ? ` Newer pages say: ${report.refresh.words}.` : "";
  return `${collection}: ${said.join(", ")}, in ${duration(report.seconds)}.${news}`;
}

function show(job) {
  box.hidden = false;
  box.dataset.state = job.state;
  const busy = job.state === "waiting" || job.state === "running";
  line.textContent = busy ? running(job) : ended(job);
  stop.hidden = bar.hidden = !busy;
  if (job.adds && job.state === "failed") { // it is said once; the offer does not come back
    for (const offer of document.querySelectorAll('[action^="/sharper/"]')) offer.remove();
  }
  if (job.total) [bar.max, bar.value] = [job.total, job.done];
  else bar.removeAttribute("value");
  const list = job.report.broken ?? [];
  broken.hidden = !list.length;
  broken.querySelector("summary").textContent = `${counted(list.length + (job.report.more_broken ?? 0), "file")} could not be opened, and why`;
  broken.querySelector("ul").replaceChildren(
    ...list.slice(0, 500).map((b) => make("li", {}, make("b", {}, b.name), ` ${b.reason}`)));
  return busy;
}

async function watch(id, began) {
  box.dataset.job = id;
  for (;;) {
    const job = await call(`/api/imports/${id}`).catch((fault) => fault);
    if (job instanceof Error && !job.passing) return;
    if (!(job instanceof Error) && !show(job)) {
      if (!began || job.state === "failed") return;
      sessionStorage.setItem("beholder.job", id);
      location.assign("/");
      return;
    }
    await new Promise((done) => setTimeout(done, EVERY));
  }
}

async function begin(form) {
  const fault = document.getElementById("import-fault");
  const { path, name } = Object.fromEntries(new FormData(form));
  fault.textContent = "";
  try {
    const job = await call("/api/imports", { path, name });
    show(job);
    box.scrollIntoView({ block: "nearest" });
    await watch(job.id, true);
  } catch (problem) {
    fault.textContent = problem.message;
    form.querySelector("input:not([type=hidden])")?.focus();
  }
}

stop.addEventListener("click", () => call(`/api/imports/${box.dataset.job}/cancel`, {}).catch(() => {}));
for (const form of document.querySelectorAll("#import, #sample")) {
  form.addEventListener("submit", (e) => {
    e.preventDefault();
    begin(form);
  });
}

const before = sessionStorage.getItem("beholder.job");
sessionStorage.removeItem("beholder.job");
if (box.dataset.job) watch(box.dataset.job, true);
else if (before) watch(before, false); // the page was drawn again for the new collection: say how the import went
