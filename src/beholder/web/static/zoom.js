// A closer look: one picture as large as the window, and at its full size with one more tap.

import { icon, make } from "./dom.js";

let dialog = null;
let picture = null;
let list = [];
let at = 0;

function build() {
  picture = make("img", { alt: "" });
  const close = make("button", { type: "button", class: "round", "aria-label": "Back", onclick: () => dialog.close() }, icon("close"));
  const frame = make("div", { class: "zoom-frame", tabindex: 0 }, picture);
  frame.addEventListener("click", (e) => (e.target === picture ? dialog.classList.toggle("full") : dialog.close()));
  dialog = make("dialog", { class: "zoom", "aria-label": "A closer look" }, frame, close);
  dialog.addEventListener("keydown", (e) => {
    if (e.key === "ArrowRight" || e.key === "ArrowLeft") turn(e.key === "ArrowRight" ? 1 : -1);
    else if (e.key.toLowerCase() === "z" || e.key === " ") dialog.close();
    else if (e.key === "Enter" && e.target !== close) dialog.classList.toggle("full");
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
}

// pictures: [{src, alt}]; the arrow keys go through them.
export function zoom(pictures, first = 0) {
  if (!dialog) build();
  list = pictures;
  at = first;
  turn(0);
  dialog.showModal();
}
