// Results: the wall, what one does to its pictures with keys, mouse and fingers, and a closer look.

import * as acts from "./acts.js";
import { make } from "./dom.js";
import "./filter.js";
import { help } from "./help.js";
import { elsewhere, keyOf } from "./keys.js";
import { look as lookCloser } from "./looking.js";
import "./more.js";
import { toast } from "./signs.js";
import { Wall } from "./wall.js";
import { zoom } from "./zoom.js";
import "./panels.js";
import "./shell.js";

const main = document.getElementById("main");
const element = document.getElementById("wall");
const bar = make("div", { class: "over", role: "group" }, ...acts.buttons(false, ["favourite", "open"]));
let current = null; // the tile that was last pointed at, or had the focus
let mouse = ""; // where it was: a wall that scrolls under a resting mouse points at nothing

if (element) acts.begin(element.dataset.segment); // what is chosen is known before a tile is dressed
const wall = element && new Wall(element, {
  drawn: (figure) => {
    acts.dress(figure);
    if (current && acts.idOf(current) === acts.idOf(figure)) show(figure);
  },
  lost: () => toast("The server cannot be reached. The pictures come when it is back."),
});
wall?.start().then((hung) => hung && paging(hung));

// All pictures hang on this page, but for more than a browser can draw on one.
function paging({ end, all }) {
  const [pages, more] = [document.querySelector(".pages"), document.getElementById("more")];
  pages.classList.toggle("over-wall", end === all && !wall.from);
  document.getElementById("upto").textContent = `${(wall.from + 1).toLocaleString("en")} to ${end.toLocaleString("en")} of ${all.toLocaleString("en")}`;
  if (!more) return;
  const address = new URL(more.href);
  address.searchParams.set("page", Math.floor(end / 60) + 1);
  more.href = address;
  more.hidden = end === all;
}

// The buttons of a tile are one row for all: it hangs in the tile that the mouse or the keyboard is at.
function show(figure) {
  current = figure;
  if (figure.classList.contains("bare") || bar.parentNode === figure) return;
  figure.firstElementChild.after(bar);
  bar.setAttribute("aria-label", acts.titleOf(figure));
  acts.tell(bar, figure);
}
main.addEventListener("pointermove", (e) => {
  const [figure, moved] = [e.target.closest("figure[data-item]"), mouse !== `${e.screenX} ${e.screenY}`];
  mouse = `${e.screenX} ${e.screenY}`;
  if (figure && moved && e.pointerType === "mouse" && figure !== current && !bar.querySelector(":focus-visible")) show(figure);
});
main.addEventListener("focusin", (e) => {
  const figure = e.target.closest("figure[data-item]");
  if (figure) show(figure);
});
addEventListener("acted", () => {
  if (bar.parentNode) acts.tell(bar, bar.parentNode);
});

function run(what, figure) {
  if (what === "open") look(figure);
  else if (what === "menu") acts.menu(figure, run);
  else acts.act(what, figure);
}

main.addEventListener("click", (e) => {
  const [figure, button] = [e.target.closest("figure[data-item]"), e.target.closest("[data-do]")];
  if (figure && button) {
    if (e.detail && bar.contains(button)) figure.firstElementChild.focus({ preventScroll: true }); // the row goes on with the mouse
    return run(button.dataset.do, figure);
  }
  const link = e.target.closest("a[data-zoom]");
  if (!link || e.ctrlKey || e.metaKey || e.shiftKey) return undefined;
  e.preventDefault();
  const label = link.getAttribute("aria-label");
  return link.classList.contains("near") ? zoom([{ src: link.href, alt: label, words: [label] }]) : look(figure);
});

function look(figure) {
  const hung = figure.parentNode === element && wall.laid;
  const others = hung ? null : [...figure.parentNode.querySelectorAll("figure[data-item]")];
  const first = hung ? wall.places.get(acts.idOf(figure)) : others.indexOf(figure);
  const tiles = hung ? { length: wall.length, at: (n) => wall.tile(n) } : { length: others.length, at: (n) => others[n] };
  lookCloser(tiles, first, (last) => hung && last !== first && wall.focus(last));
}

// A letter: about the tile that was last pointed at or had the focus.
function key(letter) {
  if (letter === "u") return acts.undo() ?? true;
  const what = acts.actOf(letter);
  if (!what) return false;
  if (current?.isConnected) run(what, current);
  else toast("Go to a picture first, with the arrow keys or the mouse.");
  return true;
}

const MOVES = /^(Arrow(Left|Right|Up|Down)|Page(Up|Down)|Home|End)$/;
document.addEventListener("keydown", (e) => {
  if (elsewhere(e) || document.querySelector(".drop-down[open]")) return;
  const pressed = keyOf(e);
  if (pressed === "?") help();
  else if (MOVES.test(pressed) && !e.shiftKey) {
    if (!wall?.laid || !walk(pressed)) return;
  } else if (e.repeat || !key(pressed.toLowerCase())) return;
  e.preventDefault();
});

function walk(pressed) {
  const inside = element.contains(document.activeElement);
  if (!inside && document.activeElement !== document.body && document.activeElement !== main) return false;
  if (!inside && !pressed.startsWith("Arrow")) return false; // the page itself scrolls
  const to = inside ? wall.next(pressed) : wall.seen();
  if (to === null) return false;
  wall.focus(to);
  return true;
}
