// Pictures are coming in: each is shown as it comes, and choosing begins when there are enough.

import { call } from "./api.js";
import { make } from "./dom.js";
import { ended, running } from "./importing.js";
import "./shell.js";

const box = document.getElementById("coming");
const wall = document.querySelector(".coming");
const { job: id, start, segment } = box.dataset;
const EVERY = 500;
let last = 0;

function hang({ id: item, v, width, height }) {
  last = Math.max(last, item);
  wall.append(make("li", {}, make("img", { src: `/pictures/${item}/320.jpg?v=${v}`, width, height, alt: "" })));
}

async function look() {
  const job = await call(`/api/imports/${id}`);
  const { items } = await call(`/api/imports/${id}/pictures?after=${last}`);
  items.forEach(hang);
  box.dataset.state = job.state;
  const busy = job.state === "waiting" || job.state === "running";
  box.querySelector(".job-line").textContent = busy ? running(job) : ended(job);
  const bar = box.querySelector("progress");
  bar.hidden = !busy;
  if (job.total) [bar.max, bar.value] = [Number(start), Math.min(wall.children.length, Number(start))];
  if (wall.children.length >= Number(start) || job.state === "done") location.replace(`/label/${segment}`);
  return busy;
}

for (let busy = Boolean(id); busy; ) {
  busy = await look().catch((fault) => fault.passing);
  await new Promise((done) => setTimeout(done, EVERY));
}
if (!id) setTimeout(() => location.reload(), 4 * EVERY);
