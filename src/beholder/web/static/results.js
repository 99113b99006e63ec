// Results: more pictures as one scrolls, a closer look, favourites without leaving the place.

import { make } from "./dom.js";
import "./filter.js";
import { keep } from "./keep.js";
import { zoom } from "./zoom.js";
import "./panels.js";
import "./shell.js";

const wall = document.getElementById("wall");
const more = document.getElementById("more");
const AHEAD = "1200px";

// Ratios come as data: a style attribute would be refused by the page's own policy.
function hang(figures) {
  for (const figure of figures) figure.style.setProperty("--ar", figure.dataset.ar);
}

async function add() {
  if (more.dataset.busy || !more.isConnected) return;
  more.dataset.busy = "1";
  const address = new URL(more.href);
  const number = Number(address.searchParams.get("page"));
  address.searchParams.set("part", "1");
  const response = await fetch(address).catch(() => null);
  delete more.dataset.busy;
  if (!response?.ok || response.redirected) {
    document.getElementById("upto").textContent = "The server cannot be reached. Press More to try again.";
    return;
  }
  const part = new DOMParser().parseFromString(await response.text(), "text/html"); // scripts in it would not run
  const figures = [...part.querySelectorAll("figure")];
  hang(figures);
  wall.append(...figures);
  const upto = document.getElementById("upto");
  upto.textContent = upto.textContent.replace(/ to \d+/, ` to ${wall.children.length}`).replace(/^\d+/, "1");
  if (response.headers.get("x-last-page") === String(number)) more.remove();
  else {
    address.searchParams.delete("part");
    address.searchParams.set("page", number + 1);
    more.href = address;
  }
}

if (more) {
  more.addEventListener("click", (e) => {
    e.preventDefault();
    const first = wall.children.length;
    add().then(() => wall.children[first]?.querySelector("a")?.focus());
  });
  new IntersectionObserver((seen) => seen.some((s) => s.isIntersecting) && add(), { rootMargin: AHEAD }).observe(more);
}

// What stands under a picture of the wall: title, artist and price, and why it hangs there.
const told = (plate) =>
  [...plate.closest("figure").querySelectorAll("figcaption p")].map((line) => line.textContent.trim()).filter(Boolean);
const alike = (plate) => plate.closest("figure").querySelector("a.alike").href;

document.getElementById("main").addEventListener("click", (e) => {
  const link = e.target.closest("a[data-zoom]");
  if (!link || e.ctrlKey || e.metaKey || e.shiftKey) return;
  e.preventDefault();
  const alt = (a) => a.querySelector("img").alt || a.getAttribute("aria-label");
  const links = link.classList.contains("near") ? [link] : [...link.closest(".wall").querySelectorAll("a.plate")];
  const one = (a) => ({ src: a.href, alt: alt(a), ...(a.matches(".near") ? { words: [a.getAttribute("aria-label")] } : { words: told(a), more: alike(a) }) });
  zoom(links.map(one), links.indexOf(link));
});

document.getElementById("main").addEventListener("click", (e) => {
  const figure = e.target.closest("[data-keep]")?.closest("figure");
  if (figure) keep(Number(figure.dataset.item), figure.querySelector(".title").textContent);
});

document.getElementById("main").addEventListener("submit", async (e) => {
  const form = e.target.closest("form.marks");
  if (!form) return;
  e.preventDefault();
  const button = e.submitter;
  const body = new URLSearchParams(new FormData(form, button));
  const response = await fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => null);
  if (response?.type !== "opaqueredirect") {
    const why = response?.status === 409 ? "somebody else is answering in this browser now" : "the server cannot be reached";
    form.replaceChildren(make("small", { role: "alert" }, `not saved: ${why}`));
    return;
  }
  const on = button.value === "1";
  button.value = on ? "0" : "1";
  button.setAttribute("aria-pressed", on);
});
