// Nine pictures: pick all that you like, perhaps none.

import { counted } from "./api.js";
import { button, icon, make, tools } from "./dom.js";
import { rows } from "./rows.js";

const EDGE = 6; // of a tile, around its picture

export class Grid {
  static kind = "grid";
  static pixels = () => Math.max(innerWidth, innerHeight) / 3; // the longer side of a picture on this screen, about
  ask = "Which of these do you like?";
  reason = "Pick as many as you like, or none.";

  constructor(wall, controls, acts) {
    this.acts = acts;
    this.at = 0; // the tile that the tools are about: focused or picked last
    this.pointed = null; // where the mouse went after that: F, X and Z are about it
    this.picked = new Set();
    this.grid = make("div", { class: "grid" });
    this.room = new ResizeObserver(() => this.lay());
    wall.replaceChildren(this.grid);
    this.done = button("Done", { key: "Enter", onclick: () => this.finish() });
    this.tools = tools("", (what) => acts.tool(what, this.at), { keys: true });
    this.about = make("img", { alt: "" }); // the picture that the tools are about
    this.tools.querySelector('[data-tool="zoom"]').prepend(this.about);
    controls.replaceChildren(this.done, button("Skip", { key: "Space", onclick: () => acts.skip() }), this.tools);
  }

  show({ question, images, picked = [] }) {
    Object.assign(this, { question, images });
    this.picked = new Set(picked);
    this.at = 0;
    this.pointed = null;
    this.tiles = images.map((image, at) => {
      image.alt = "";
      const tile = make("button", { type: "button", class: "tile", tabindex: at ? -1 : 0, onclick: () => this.toggle(at) },
        image, make("kbd", {}, `${at + 1}`), make("span", { class: "tick" }, icon("tick")));
      tile.addEventListener("focus", () => this.move(at, false));
      tile.addEventListener("pointermove", (e) => e.pointerType === "mouse" && (this.pointed = at));
      tile.addEventListener("pointerleave", () => (this.pointed = null));
      return make("div", { class: "slot" }, tile, make("p", { class: "known" }));
    });
    this.ratios = question.items.map((item) => item.width / item.height);
    this.grid.replaceChildren(...this.tiles);
    this.room.disconnect();
    for (const one of [this.grid, this.tiles[0]?.lastChild]) if (one) this.room.observe(one); // its words come and go
    this.lay();
    this.mark();
  }

  lay() {
    const words = this.tiles[0]?.lastChild.offsetHeight ?? 0;
    const gap = Math.min(14, this.grid.clientWidth / 60);
    const boxes = rows(this.ratios, this.grid.clientWidth, this.grid.clientHeight, { gap, edge: EDGE, words });
    boxes.forEach(({ x, y, width, height }, at) => {
      Object.assign(this.tiles[at].style, { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` });
    });
  }

  mark() {
    this.tiles.forEach((slot, at) => {
      const on = this.picked.has(this.question.items[at].id);
      slot.firstChild.setAttribute("aria-pressed", on);
      slot.firstChild.setAttribute("aria-label", `Picture ${at + 1}`);
    });
    this.done.classList.toggle("main", this.picked.size > 0);
    this.done.lastChild.textContent = this.picked.size ? `Done, ${this.picked.size} picked` : "None of these";
    this.tools.setAttribute("aria-label", `Picture ${this.at + 1}`);
    this.about.src = this.images[this.at].src;
  }

  toggle(at) {
    const id = this.question.items[at]?.id;
    if (id === undefined) return;
    if (!this.picked.delete(id)) this.picked.add(id);
    this.at = at;
    this.pointed = null;
    this.mark();
    this.acts.moved();
    this.acts.speak(`picture ${at + 1} ${this.picked.has(id) ? "picked" : "unpicked"}`);
  }

  finish() {
    if (!this.question) return; // none has come yet
    const items = this.question.items.map((i) => i.id);
    const picked = items.filter((id) => this.picked.has(id));
    this.acts.give({ kind: "grid", items, picked }, counted(picked.length, "picture") + " picked");
  }

  move(at, focus = true) {
    if (at < 0 || at >= this.tiles.length) return;
    this.at = at;
    this.pointed = null;
    this.tiles.forEach((slot, i) => (slot.firstChild.tabIndex = i === at ? 0 : -1));
    if (focus) this.tiles[at].firstChild.focus();
    this.mark();
    this.acts.moved();
  }

  // Where an arrow leads, by what is really seen above, below or beside.
  arrow(key) {
    if (!this.grid.contains(document.activeElement)) return this.move(this.at);
    if (key === "ArrowLeft" || key === "ArrowRight") return this.move(this.at + (key === "ArrowLeft" ? -1 : 1));
    const middles = this.tiles.map((slot) => slot.getBoundingClientRect()).map((box) => [box.x + box.width / 2, box.y + box.height / 2]);
    const [x, y] = middles[this.at];
    const way = key === "ArrowUp" ? -1 : 1;
    const far = (at) => 1e4 * way * (middles[at][1] - y) + Math.abs(middles[at][0] - x); // the next row, and there the nearest
    const there = [...middles.keys()].filter((at) => way * (middles[at][1] - y) > 1).sort((a, b) => far(a) - far(b));
    return there.length ? this.move(there[0]) : null;
  }

  target() {
    return this.pointed ?? this.at;
  }

  name(at) {
    return `picture ${at + 1}`;
  }

  captions() {
    return this.tiles.map((slot) => slot.lastChild);
  }

  toolsOf(at) {
    return at === this.at ? this.tools : null;
  }

  hidden(at) {
    this.picked.delete(this.question.items[at].id);
    this.tiles[at].classList.add("is-hidden");
    this.mark();
  }

  key(key) {
    if (/^[1-9]$/.test(key)) this.toggle(Number(key) - 1);
    else if (key === "Enter") this.finish();
    else if (key.startsWith("Arrow")) this.arrow(key);
    else if (key === " " && document.activeElement?.classList.contains("tile")) this.toggle(this.at);
    else return false;
    return true;
  }
}
