// A closer look: one picture as large as the window, and at its full size with one more tap.

import { icon, make } from "./dom.js";
import { keyOf } from "./keys.js";
import { swipes } from "./touch.js";

const GHOST = 450; // ms
const LATE = 1000; // ms
let dialog = null;
let picture = null;
let words = null;
let tools = null;
let opened = 0;
let list = [];
let at = 0;
let on = {};

// One step of the browser's history stands for the open picture: Back closes it, and what closes it takes the step back.
let leaving = null; // while it is taken back: what the page keeps, such as where it was scrolled to
function enter() {
  if (!leaving && !history.state?.zoom) history.pushState({ ...history.state, zoom: true }, "");
}
function leave() {
  if (leaving || dialog?.open || !history.state?.zoom) return;
  leaving = { ...history.state, zoom: undefined };
  history.back();
  setTimeout(() => {
    if (!leaving) return;
    leaving = null; // something came in between, and the step was not taken
    leave();
  }, LATE);
}
function settle() {
  const [anew, kept] = [leaving && dialog?.open, leaving];
  leaving = null;
  if (kept) history.replaceState(kept, "");
  if (anew) enter();
  else if (history.state?.zoom) leave();
  else dialog?.close();
}
addEventListener("popstate", settle);
addEventListener("pageshow", (e) => e.persisted && settle());
leave(); // a page that was loaded anew has no picture open

function build() {
  picture = make("img", { alt: "" });
  words = make("div", { class: "zoom-words", "aria-live": "polite" });
  tools = make("div", { class: "zoom-tools" });
  const close = make("button", { type: "button", class: "round zoom-back", "aria-label": "Back", title: "Back (Esc)", onclick: () => dialog.close() }, icon("close"));
  const step = (by, label, sign) =>
    make("button", { type: "button", class: "round", "aria-label": label, title: `${label} (${by < 0 ? "←" : "→"})`, onclick: () => turn(by) }, sign);
  const steps = make("div", { class: "zoom-steps" }, step(-1, "Previous picture", "‹"), step(1, "Next picture", "›"));
  const frame = make("div", { class: "zoom-frame", tabindex: 0 }, picture);
  const full = () => dialog.classList.contains("full");
  frame.addEventListener("click", (e) => (e.target === picture ? dialog.classList.toggle("full") : dialog.close()));
  swipes(frame, { left: () => turn(1), right: () => turn(-1), down: () => dialog.close() }, full);
  dialog = make("dialog", { class: "zoom", "aria-label": "Zoomed picture" }, frame,
    make("div", { class: "zoom-foot" }, words, make("div", { class: "zoom-controls" }, tools, steps)), close);
  // The click that a browser makes of the tap that opened this would enlarge the picture at once.
  dialog.addEventListener("click", (e) => {
    if (!e.isTrusted || e.detail === 0 || e.timeStamp > opened + GHOST) return;
    e.stopPropagation();
    e.preventDefault();
  }, { capture: true });
  dialog.addEventListener("click", (e) => {
    const link = e.target.closest("a[href]:not([target])");
    if (!link || e.ctrlKey || e.metaKey || e.shiftKey) return;
    e.preventDefault();
    location.replace(link.href); // in place of the step for the picture
  });
  dialog.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    const key = keyOf(e).toLowerCase();
    if (key === "arrowright" || key === "arrowleft") turn(key === "arrowright" ? 1 : -1);
    else if (key === "z" || (key === " " && e.target === frame)) dialog.close();
    else if (key === "enter" && e.target === frame) dialog.classList.toggle("full");
    else if (key === "?") document.getElementById("help")?.showModal();
    else if (e.repeat || !on.key?.(key)) return;
    e.preventDefault();
    e.stopPropagation();
  });
  dialog.addEventListener("close", () => {
    on.closed?.(at);
    leave();
  });
  document.body.append(dialog);
}

async function turn(by) {
  const to = (at + by + list.length) % list.length;
  at = to;
  const one = await list.at(to);
  if (at !== to || !one) return; // turned on meanwhile, or not to be had now
  dialog.classList.remove("full");
  picture.src = one.src;
  picture.alt = one.alt;
  words.replaceChildren(...(one.words ?? []).filter(Boolean).map((line) => (line.matches?.(".facts") ? line : make("p", {}, line))));
  const kept = one.tools ?? [];
  if (kept.some((part, n) => part !== tools.children[n]) || kept.length !== tools.children.length) tools.replaceChildren(...kept); // what has the focus stays
  on.ahead?.((to + (by || 1) + list.length) % list.length);
}

// What else is known of a picture, as it stands in the tile or entry of its link; null where nothing does.
export function facts(link) {
  const found = link.closest("figure, li")?.querySelector(".facts")?.cloneNode(true);
  found?.removeAttribute("hidden");
  return found;
}

// pictures: an array, or what has a length and `at` as one, of {src, alt, words, tools}: lines (or elements) to stand
// under it, and buttons. The arrow keys and a finger go through them.
// acts: key(key) tells whether it was one of theirs; ahead(at) which picture may come next, closed(at) which was seen last.
export function zoom(pictures, first = 0, acts = {}) {
  if (!dialog) build();
  [list, at, on] = [pictures, first, acts];
  picture.removeAttribute("src"); // of the picture that was open before
  for (const part of [words, tools]) part.replaceChildren();
  turn(0);
  dialog.classList.toggle("alone", list.length < 2);
  opened = performance.now();
  dialog.showModal();
  enter();
}
