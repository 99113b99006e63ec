// Collections: an import that is watched while it runs, and stopped when the person says so.

import { call, counted } from "./api.js";
import { make } from "./dom.js";
import { ended, howMany, isBusy, running, steps } from "./importing.js";
import "./shell.js";

const jobs = document.getElementById("jobs");
const lines = () => [...jobs.children];
const of = (id) => lines().find((box) => box.dataset.job === id);
// What the page is not drawn again under: pictures on their way here, what is typed or pressed now.
const BUSY = '.job[data-state="sending"], .bring input[placeholder]:not(:placeholder-shown), :is(a, button, summary, label):active';

// The line of an import, made where there is none yet.
function lineOf({ id, collection }) {
  const had = of(id);
  if (had) return had;
  const box = document.getElementById("new-job").content.firstElementChild.cloneNode(true);
  Object.assign(box.dataset, { job: id, of: collection });
  for (const part of box.querySelectorAll("[aria-label]")) part.setAttribute("aria-label", part.getAttribute("aria-label") + collection);
  for (const other of lines()) if (!isBusy(other.dataset)) other.remove(); // they have been told
  jobs.append(box);
  return box;
}

export function show(job) {
  const box = lineOf(job);
  const [bar, stop, again, later, meanwhile, broken] = ["progress", ".stop", ".again", ".later", ".begin", ".broken"].map((part) => box.querySelector(part));
  box.dataset.state = job.state;
  const busy = isBusy(job);
  box.querySelector(".job-line").textContent = busy ? running(job) : ended(job);
  stop.hidden = !busy || job.state === "sending";
  bar.hidden = !busy || job.state === "waiting";
  again.hidden = later.hidden = job.state !== "cancelled";
  for (const other of document.querySelectorAll("[data-go-on]")) other.parentNode.hidden = lines().some(({ dataset }) => dataset.of === other.dataset.in);
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
  broken.querySelector("summary").textContent = `${counted(list.length + (job.report.more_broken ?? 0), "picture")} could not be opened, and why`;
  broken.querySelector("ul").replaceChildren(
    ...list.slice(0, 500).map((b) => make("li", {}, make("b", {}, b.title || b.name), ` ${b.reason}`)));
  return box;
}

export async function watch(id, began) {
  let last = null;
  for await (const job of steps(id)) {
    last = job;
    const box = show(job);
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
    show(job).scrollIntoView({ block: "nearest" });
    await watch(job.id, true);
  } catch (problem) {
    fault.textContent = problem.message;
    form.querySelector("input:not([type=hidden])")?.focus();
    fault.scrollIntoView({ block: "nearest" });
  }
}

async function goOn(id, line) {
  try {
    const job = await call(`/api/imports/${id}/again`, {});
    show(job);
    await watch(job.id, true);
  } catch (problem) {
    line.textContent = problem.message;
  }
}
jobs.addEventListener("click", ({ target }) => {
  const box = target.closest(".job");
  const line = box?.querySelector(".job-line");
  const id = box?.dataset.job;
  if (target.matches(".stop")) {
    target.disabled = true;
    call(`/api/imports/${id}/cancel`, {}).catch(() => (target.disabled = false));
  }
  if (target.matches(".again")) goOn(id, line);
  if (target.matches(".later")) call(`/api/imports/${id}/later`, {}).then(() => location.replace("/"), (problem) => (line.textContent = problem.message));
});
for (const button of document.querySelectorAll("[data-go-on]")) {
  button.addEventListener("click", () => {
    scrollTo(0, 0); // where it is told how the import goes
    goOn(button.dataset.goOn, button.parentNode);
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
for (const { dataset } of lines()) watch(dataset.job, dataset.state !== "cancelled");
if (before && !of(before)) watch(before, false); // the page was drawn again for the new collection: say how the import went
