// Pictures are coming in: each is shown as it comes, and choosing begins when there are enough.

import { call } from "./api.js";
import { make } from "./dom.js";
import { begins, ended, isBusy, running, steps } from "./importing.js";
import "./shell.js";

const box = document.getElementById("coming");
const wall = document.querySelector(".coming");
const { job: id, start, segment } = box.dataset;
const bar = box.querySelector("progress");
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
let last = 0;
let leaving = false; // by a link that was pressed

addEventListener("click", (e) => (leaving ||= Boolean(e.target.closest("a[href]")) && !(e.ctrlKey || e.metaKey || e.shiftKey)));
addEventListener("pageshow", () => (leaving = false)); // back again

function hang({ id: item, v, width, height }) {
  last = Math.max(last, item);
  wall.append(make("li", {}, make("img", { src: `/pictures/${item}/320.jpg?v=${v}`, width, height, alt: "" })));
}

for await (const job of id ? steps(id, () => (last ? 500 : 100)) : []) {
  const { items } = await call(`/api/imports/${id}/pictures?after=${last}`).catch(() => ({ items: [] }));
  items.forEach(hang);
  const [here, enough] = [wall.children.length, Number(start)];
  box.dataset.state = job.state;
  if (job.total) job.done = here; // what is seen here is what is counted
  box.querySelector(".job-line").textContent = isBusy(job) ? running(job) : ended(job);
  bar.hidden = !isBusy(job);
  if (job.total) [bar.max, bar.value] = [job.total, here];
  if (here) document.getElementById("when").textContent = begins(Math.min(enough, job.total || enough) - here);
  if (here < enough && (isBusy(job) || !here)) continue;
  while (leaving || document.querySelector(":is(a, button, summary, label):active")) await wait(100);
  location.replace(`/label/${segment}`);
}
while (!id) { // somebody else's import: only its end can be seen
  await wait(2000);
  const page = await fetch(location).then((answer) => answer.text()).catch(() => wall.className);
  if (!page.includes(`class="${wall.className}"`)) location.reload();
}
