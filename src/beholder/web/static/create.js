// Create: pictures are shown as they come, what is said of them is kept without leaving the place.

import { call } from "./api.js";
import { become, make } from "./dom.js";
import { keep } from "./keep.js";
import { zoom } from "./zoom.js";
import "./panels.js";
import "./shell.js";

const EVERY = 700; // ms between two looks at how it goes
const main = document.getElementById("main");
const live = () => document.getElementById("live");

// The page as it is now; a picture that hangs already stays as it is, with what is said of it.
async function renew(response) {
  if (!response.ok) return false;
  const page = new DOMParser().parseFromString(await response.text(), "text/html"); // scripts in it would not run
  const next = page.getElementById("live");
  if (!next) return false;
  become(live(), next, (old, fresh) => {
    if (!old.matches("figure[id]")) return old.matches(".veil img");
    for (const button of fresh.querySelectorAll("button[form]")) old.querySelector(`button[name=${button.name}][form]`).disabled = button.disabled;
    return true;
  });
  document.querySelector("#order > .main").disabled = "active" in next.dataset;
  count();
  return true;
}

function count() {
  const mix = document.querySelector("[data-of-two]");
  if (mix) mix.disabled = document.querySelectorAll("input[name=between]:checked").length !== 2;
}
document.addEventListener("change", count);

// What would be done with the words of the order, said while they are typed.
const order = document.getElementById("order");
let asked = 0;
async function ask() {
  const mine = ++asked;
  const { engine, more, less } = Object.fromEntries(new FormData(order));
  await new Promise((done) => setTimeout(done, 300));
  if (mine !== asked) return; // something else was typed
  const words = new URLSearchParams({ engine, more, less });
  const { said } = more || less ? await call(`/api/create/${live().dataset.segment}/words?${words}`).catch(() => ({})) : {};
  const place = document.getElementById("of-words");
  if (mine === asked && said !== place.textContent) Object.assign(place, { textContent: said ?? "", hidden: !said });
}
order.addEventListener("input", ask);
order.elements.engine.addEventListener("change", ({ target }) => {
  for (const said of order.querySelectorAll("[data-engine]")) said.hidden = said.dataset.engine !== target.value;
});
ask();
count();
const again = () => fetch(location.pathname).then(renew).catch(() => false);

function tell({ stage, state, done, count, passed: time }) {
  const said = document.getElementById("said");
  const words = `${state === "waiting" ? "waiting for another round to end" : stage} · ${done} of ${count}`;
  if (said && said.textContent !== words) said.textContent = words;
  const passed = document.getElementById("passed");
  if (passed) passed.textContent = time;
  const bar = live().querySelector("progress");
  if (bar) bar.value = done;
}

function show({ coming, looks }) {
  for (const at of coming) {
    const image = live().querySelector(`.to-come[data-key="${at}"] img`);
    if (!image) continue;
    image.src = `/api/create/${live().dataset.segment}/coming/${at}.png?n=${looks}`;
    image.onload = () => (image.hidden = false);
  }
}

async function follow() {
  let looks = -1;
  while ("active" in live().dataset) {
    await new Promise((done) => setTimeout(done, EVERY));
    const now = await call(`/api/create/${live().dataset.segment}/round`).catch((fault) => fault);
    if (now instanceof Error) {
      document.getElementById("said").textContent = now.message;
      if (!now.passing) return;
      continue;
    }
    const ended = !["waiting", "running"].includes(now.state);
    if (ended || String(now.done) !== live().dataset.done) await again();
    if (ended) continue;
    tell(now);
    if (now.looks !== looks) show(now);
    looks = now.looks;
  }
}
follow();

main.addEventListener("submit", async (e) => {
  const form = e.target.closest("form.say-so, .which form");
  if (!form) return;
  e.preventDefault();
  const body = new URLSearchParams(new FormData(form, e.submitter));
  const kept = !form.matches(".say-so") ? "follow" : "manual"; // the next question is on the page that follows
  const response = await fetch(form.action, { method: "POST", body, redirect: kept }).catch(() => null);
  if (!form.matches(".say-so") ? response && (await renew(response)) : response?.type === "opaqueredirect") {
    if (form.matches(".say-so")) press(form, e.submitter);
    return;
  }
  const why = response?.status === 409 ? "somebody else is answering in this browser now" : "the server cannot be reached";
  form.querySelector("[role=alert]")?.remove();
  form.append(make("small", { role: "alert" }, `not saved: ${why}`));
});

function press(form, button) {
  form.querySelector("[role=alert]")?.remove();
  for (const one of form.querySelectorAll("button")) {
    const on = one === button && one.value !== "nothing";
    one.setAttribute("aria-pressed", on);
    one.value = on ? "nothing" : one.dataset.said;
  }
}

main.addEventListener("click", (e) => {
  const figure = e.target.closest("[data-keep]")?.closest("figure");
  if (figure) return void keep(Number(figure.dataset.item), figure.querySelector("img").alt);
  const link = e.target.closest("a[data-zoom]");
  if (!link || e.ctrlKey || e.metaKey || e.shiftKey) return;
  e.preventDefault();
  const links = [...link.closest(".made").querySelectorAll("a.plate")].filter((one) => one.offsetParent);
  const words = (one) => [...one.closest("figure").querySelectorAll("figcaption p:not(.made-links)")].filter((line) => getComputedStyle(line).display !== "none").map((line) => (line.offsetParent ? line.innerText : line.textContent).trim());
  zoom(links.map((one) => ({ src: one.href, alt: one.querySelector("img").alt, words: words(one) })), links.indexOf(link));
});

