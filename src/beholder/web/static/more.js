// More pictures come in than an open page of Results knows of: it stays as it is until the person wants them.

import { counted } from "./api.js";
import { follow } from "./importing.js";

const MORE = 1.1; // times as many, as from then on Results has them
const BUSY = ":is(a, button, summary, label):active, .wall:hover, dialog[open], .drop-down[open], input:focus";
const coming = document.getElementById("coming");

function more(job) {
  const had = Number(coming.dataset.size);
  coming.nextElementSibling.hidden = !(job.size >= MORE * had);
  return job.size >= MORE * had ? `${counted(job.size - had, "more picture")} are in.` : "";
}

// All pictures are in: who has not begun to look is shown them all, others when they want to.
function refresh(job) {
  if (!job?.total) return;
  if (!scrollY && !document.querySelector(BUSY)) return location.reload();
  coming.textContent = job.state === "done" ? "All pictures are in." : "No more pictures come in now.";
  coming.nextElementSibling.hidden = false;
}

if (coming) follow(coming.dataset.job, coming, more).then(refresh);
