// A shortlist: notes are kept as they are typed, pictures are moved by dragging or with the arrow keys.

import { call, Fault } from "./api.js";
import { facts, zoom } from "./zoom.js";
import "./panels.js";
import "./shell.js";

const PAUSE = 600; // ms without a key before a note is saved
const EDGE = 60; // pixels from the edge of the window where what is dragged scrolls the list
const PACE = 8; // pixels every 16 ms
const list = document.getElementById("list");
const said = document.getElementById("said");
const id = list?.dataset.id;
const entries = () => [...list.children];

async function save(what, body, done) {
  try {
    await call(`/shortlists/${id}/${what}`, body);
    said.textContent = done;
    return true;
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    said.textContent = `Not saved. ${fault.message}`;
    return false;
  }
}

const unsaved = new Map(); // note field -> timer
function keepNote(field) {
  clearTimeout(unsaved.get(field));
  unsaved.delete(field);
  return save("note", { item: Number(field.closest("li").dataset.item), text: field.value }, "Note saved");
}
list?.addEventListener("input", (e) => {
  if (!e.target.matches("[data-note]")) return;
  clearTimeout(unsaved.get(e.target));
  unsaved.set(e.target, setTimeout(() => keepNote(e.target), PAUSE));
});
list?.addEventListener("focusout", (e) => unsaved.has(e.target) && keepNote(e.target));
for (const field of list?.querySelectorAll("[data-note]") ?? []) {
  if (field.value !== field.defaultValue) keepNote(field); // typed before this script was here
}
addEventListener("pagehide", () => [...unsaved.keys()].forEach(keepNote));

const order = () => {
  entries().forEach((entry, at) => {
    for (const up of entry.querySelectorAll("[data-up], [data-top]")) up.disabled = at === 0;
    entry.querySelector("[data-down]").disabled = at === entries().length - 1;
  });
  return save("order", { items: entries().map((entry) => Number(entry.dataset.item)) }, "Order saved");
};

function step(entry, by) {
  const other = by < 0 ? entry.previousElementSibling : entry.nextElementSibling;
  if (!other) return;
  if (by < 0) other.before(entry);
  else other.after(entry);
  order();
}

// Without a reload: the moved picture stays where the finger is.
list?.addEventListener("click", (e) => {
  const pressed = e.target.closest("[data-up], [data-down], [data-top]");
  if (!pressed) return;
  e.preventDefault();
  const entry = pressed.closest("li"), before = pressed.getBoundingClientRect().top;
  if (pressed.matches("[data-top]")) {
    list.prepend(entry); // the others stay in view: one may be next
    order();
  } else {
    step(entry, pressed.matches("[data-up]") ? -1 : 1);
    scrollBy({ top: pressed.getBoundingClientRect().top - before, behavior: "instant" });
  }
  (pressed.disabled ? entry.querySelector("[data-up]:enabled, [data-down]:enabled") : pressed).focus({ preventScroll: true });
});

// Where a picture would stand if it were let go here: before the first entry whose middle is further on.
function placeAt(moved, x, y) {
  const others = entries().filter((entry) => entry !== moved);
  return others.find((entry) => {
    const box = entry.getBoundingClientRect();
    return y < box.top || (y < box.bottom && x < box.left + box.width / 2);
  });
}

for (const grip of document.querySelectorAll("[data-grip]")) {
  const entry = grip.closest("li");
  grip.hidden = false;
  grip.addEventListener("keydown", (e) => {
    const by = { ArrowUp: -1, ArrowLeft: -1, ArrowDown: 1, ArrowRight: 1 }[e.key];
    if (!by) return;
    e.preventDefault();
    step(entry, by);
    grip.focus();
  });
  grip.addEventListener("pointerdown", (e) => {
    if (e.button) return;
    const before = entries();
    e.preventDefault(); // no text is selected on the way
    entry.classList.add("moving");
    let at = [e.clientX, e.clientY];
    const move = ({ clientX, clientY }) => {
      at = [clientX, clientY];
      const next = placeAt(entry, clientX, clientY);
      if (next === entry.nextElementSibling || (!next && entry === list.lastElementChild)) return;
      if (next) next.before(entry);
      else list.append(entry);
    };
    const edge = setInterval(() => { // near the edge of the window the list goes on
      const by = at[1] < EDGE ? -1 : at[1] > innerHeight - EDGE ? 1 : 0;
      if (!by) return;
      scrollBy({ top: by * PACE, behavior: "instant" });
      move({ clientX: at[0], clientY: at[1] });
    }, 16);
    const end = () => {
      clearInterval(edge);
      document.removeEventListener("pointermove", move);
      for (const last of ["pointerup", "pointercancel"]) document.removeEventListener(last, end);
      entry.classList.remove("moving");
      if (entries().some((one, at) => one !== before[at])) order();
    };
    document.addEventListener("pointermove", move); // a moved element loses what it captured
    for (const last of ["pointerup", "pointercancel"]) document.addEventListener(last, end);
  });
}

// What was just taken off comes back.
addEventListener("keydown", (e) => {
  if (e.key.toLowerCase() !== "u" || e.ctrlKey || e.metaKey || e.altKey || e.target.closest("input, textarea, dialog")) return;
  document.querySelector("[data-back]")?.click();
});

// Side by side: those that are ticked, else the first few.
const beside = document.getElementById("beside");
list?.addEventListener("change", (e) => {
  if (!e.target.matches("[data-beside]")) return;
  const boxes = [...list.querySelectorAll("[data-beside]")];
  const ticked = boxes.filter((box) => box.checked);
  for (const box of boxes) box.disabled = !box.checked && ticked.length >= Number(list.dataset.most);
  const query = new URLSearchParams(ticked.map((box) => ["item", box.closest("li").dataset.item]));
  beside.href = `/shortlists/${id}/beside?${query}`;
  beside.textContent = ticked.length ? `Compare (${ticked.length})` : "Compare";
});

list?.addEventListener("click", (e) => {
  const link = e.target.closest("a[data-zoom]");
  if (!link || e.ctrlKey || e.metaKey || e.shiftKey) return;
  e.preventDefault();
  const links = [...list.querySelectorAll("a[data-zoom]")];
  const words = (entry) => [".title", ".list-byline"].map((part) => entry.querySelector(part).textContent);
  const one = (a) => ({ src: a.href, alt: a.querySelector("img").alt, words: [...words(a.closest("li")), facts(a), a.closest("li").querySelector("[data-note]").value] });
  zoom(links.map(one), links.indexOf(link));
});

const print = document.getElementById("print");
if (print) {
  print.hidden = false;
  print.addEventListener("click", () => window.print());
}
for (const copy of document.querySelectorAll("[data-copy]")) {
  const field = copy.parentNode.querySelector("input, code");
  const select = () => (field.select ? field.select() : getSelection().selectAllChildren(field));
  field.addEventListener("focus", select);
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    select();
    try {
      await navigator.clipboard.writeText(field.value ?? field.textContent);
    } catch {
      document.execCommand("copy"); // a page without encryption has no clipboard of its own
    }
    copy.textContent = "Copied";
  });
}
