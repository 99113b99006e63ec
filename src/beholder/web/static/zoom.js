// A closer look: one picture as large as the window, and at its full size with one more tap.

import { icon, make } from "./dom.js";
import { keyOf } from "./keys.js";

const GHOST = 450; // ms
let dialog = null;
let picture = null;
let words = null;
let alike = null;
let opened = 0;
let list = [];
let at = 0;

function build() {
  picture = make("img", { alt: "" });
  words = make("div", { class: "zoom-words", "aria-live": "polite" });
  const close = make("button", { type: "button", class: "round", "aria-label": "Back", onclick: () => dialog.close() }, icon("close"));
  const step = (by, label, sign) =>
    make("button", { type: "button", class: "round", "aria-label": label, onclick: () => turn(by) }, sign);
  alike = make("a", { class: "button round zoom-more", "aria-label": "More like this", title: "More like this" }, icon("alike"));
  const steps = make("div", { class: "zoom-steps" }, alike, step(-1, "Previous picture", "‹"), step(1, "Next picture", "›"));
  const frame = make("div", { class: "zoom-frame", tabindex: 0 }, picture);
  frame.addEventListener("click", (e) => (e.target === picture ? dialog.classList.toggle("full") : dialog.close()));
  dialog = make("dialog", { class: "zoom", "aria-label": "Zoomed picture" }, frame, make("div", { class: "zoom-foot" }, words, steps), close);
  // The click that a browser makes of the tap that opened this would enlarge the picture at once.
  dialog.addEventListener("click", (e) => {
    if (!e.isTrusted || e.detail === 0 || e.timeStamp > opened + GHOST) return;
    e.stopPropagation();
    e.preventDefault();
  }, { capture: true });
  dialog.addEventListener("keydown", (e) => {
    if (e.key === "ArrowRight" || e.key === "ArrowLeft") turn(e.key === "ArrowRight" ? 1 : -1);
    else if (keyOf(e).toLowerCase() === "z" || (e.key === " " && e.target === frame)) dialog.close();
    else if (e.key === "Enter" && e.target === frame) dialog.classList.toggle("full");
    else return;
    e.preventDefault();
    e.stopPropagation();
  });
  document.body.append(dialog);
}

function turn(by) {
  at = (at + by + list.length) % list.length;
  dialog.classList.remove("full");
  picture.src = list[at].src;
  picture.alt = list[at].alt;
  words.replaceChildren(...(list[at].words ?? []).map((line) => make("p", {}, line)));
  alike.hidden = !list[at].more;
  alike.href = list[at].more ?? "";
}

// pictures: [{src, alt, words, more}], words: lines to stand under it, more: where pictures like it are, if any; the
// arrow keys go through them.
export function zoom(pictures, first = 0) {
  if (!dialog) build();
  list = pictures;
  at = first;
  turn(0);
  dialog.classList.toggle("alone", list.length < 2);
  opened = performance.now();
  dialog.showModal();
}
