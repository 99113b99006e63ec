// Collections: an import that is watched while it runs, and stopped when the person says so.

import { call, counted } from "./api.js";
import { make } from "./dom.js";
import { ended, howMany, isBusy, running, steps } from "./importing.js";
import "./shell.js";

const box = document.getElementById("job");
const line = box.querySelector(".job-line");
const bar = box.querySelector("progress");
const stop = box.querySelector(".stop");
const [again, later] = [box.querySelector(".again"), box.querySelector(".later")];
const meanwhile = box.querySelector(".begin");
const broken = box.querySelector(".broken");
const BUSY = ".bring input[placeholder]:not(:placeholder-shown), :is(a, button, summary, label):active"; // typed or pressed now

export function show(job) {
  box.hidden = false;
  box.dataset.state = job.state;
  const busy = isBusy(job);
  line.textContent = busy ? running(job) : ended(job);
  stop.hidden = bar.hidden = !busy;
  again.hidden = later.hidden = job.state !== "cancelled";
  for (const other of document.querySelectorAll("[data-go-on]")) other.parentNode.hidden = other.dataset.in === job.collection;
  for (const sign of document.querySelectorAll("[data-size-of]")) { // the same number everywhere
    if (busy && job.total && !job.adds && sign.dataset.sizeOf === job.collection) sign.textContent = howMany(job);
  }
  meanwhile.hidden = !busy || job.adds || !job.total;
  meanwhile.href = `/label/${encodeURIComponent(job.collection)}`;
  if (job.adds && job.state === "failed") { // it is said once; the offer does not come back
    for (const offer of document.querySelectorAll('[action^="/sharper/"]')) offer.remove();
  }
  if (job.total) [bar.max, bar.value] = [job.total, job.done];
  else bar.removeAttribute("value");
  const list = job.report.broken ?? [];
  broken.hidden = !list.length;
  broken.open ||= job.state === "failed"; // that is all there is to say
  broken.querySelector("summary").textContent = `${counted(list.length + (job.report.more_broken ?? 0), "file")} could not be opened, and why`;
  broken.querySelector("ul").replaceChildren(
    ...list.slice(0, 500).map((b) => make("li", {}, make("b", {}, b.name), ` ${b.reason}`)));
}

export async function watch(id, began) {
  let last = null;
  box.dataset.job = id;
  for await (const job of steps(id)) {
    last = job;
    show(job);
    if (isBusy(job) || !began || job.state === "failed") continue;
    sessionStorage.setItem("beholder.job", id);
    const link = box.querySelector("a.button");
    link.hidden = !document.querySelector(BUSY);
    if (!link.hidden) continue; // the person draws the page again when ready
    scrollTo(0, 0); // where it is told how the import went
    location.assign("/");
  }
  return last;
}

async function begin(form) {
  const fault = document.getElementById("import-fault");
  const { path, name, artworks } = Object.fromEntries(new FormData(form));
  fault.textContent = "";
  try {
    const job = await call("/api/imports", { path, name, artworks: artworks === "1" });
    form.reset();
    show(job);
    box.scrollIntoView({ block: "nearest" });
    await watch(job.id, true);
  } catch (problem) {
    fault.textContent = problem.message;
    form.querySelector("input:not([type=hidden])")?.focus();
    fault.scrollIntoView({ block: "nearest" });
  }
}

stop.addEventListener("click", () => call(`/api/imports/${box.dataset.job}/cancel`, {}).catch(() => {}));
async function goOn(id) {
  try {
    const job = await call(`/api/imports/${id}/again`, {});
    show(job);
    await watch(job.id, true);
  } catch (problem) {
    line.textContent = problem.message;
    box.hidden = false;
  }
}
again.addEventListener("click", () => goOn(box.dataset.job));
later.addEventListener("click", () =>
  call(`/api/imports/${box.dataset.job}/later`, {}).then(() => location.replace("/"), (problem) => (line.textContent = problem.message)));
for (const button of document.querySelectorAll("[data-go-on]")) {
  button.addEventListener("click", () => {
    button.parentNode.hidden = true;
    scrollTo(0, 0); // where it is told how the import goes
    goOn(button.dataset.goOn);
  });
}
for (const form of document.querySelectorAll("#import, #sample")) {
  form.addEventListener("submit", (e) => {
    e.preventDefault();
    begin(form);
  });
}

const before = sessionStorage.getItem("beholder.job");
sessionStorage.removeItem("beholder.job");
if (box.dataset.job) watch(box.dataset.job, box.dataset.state !== "cancelled");
else if (before) watch(before, false); // the page was drawn again for the new collection: say how the import went
