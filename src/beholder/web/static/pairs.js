// Two pictures: the one you like more.

import { button, make, tools } from "./dom.js";
import { swipes } from "./touch.js";

const SIDES = ["left", "right"];
const PLACES = ["upper", "lower"]; // where the one stands above the other
const TOOL = 44; // pixels of a button

export class Pairs {
  static kind = "choice";
  static pixels = () => Math.max(innerWidth / 2, innerHeight * 0.7); // the longer side of a picture on this screen, about
  ask = "Which do you like more?";

  constructor(wall, controls, acts) {
    this.acts = acts;
    this.wall = wall;
    this.pointed = null; // 0 or 1: where the mouse is
    this.slots = SIDES.map((side, at) => {
      const choose = make("button", { type: "button", class: "plate", onclick: () => this.choose(at) });
      const line = make("div", { class: "under" }, make("kbd", {}, at ? "→" : "←"), tools(`${side} picture`, (what) => acts.tool(what, at), { keys: !at }));
      const slot = make("div", { class: "slot" }, choose, make("p", { class: "known" }), line);
      slot.addEventListener("pointerenter", (e) => e.pointerType === "mouse" && (this.pointed = at));
      slot.addEventListener("pointerleave", () => (this.pointed = null));
      return slot;
    });
    const pair = make("div", { class: "pair" }, ...this.slots);
    // A swipe goes towards the picture that is liked; across: both the same, or skip.
    const [one, other, same, skip] = [() => this.choose(0), () => this.choose(1), () => this.same(), () => acts.skip()];
    const ways = (upright) => (upright ? { up: one, down: other, left: same, right: skip } : { left: one, right: other, down: same, up: skip });
    const said = new Map([[same, "Both the same."], [skip, "Skipped."]]); // not everybody means that
    const swiped = (act) => {
      act();
      if (said.has(act)) acts.passing?.(`${said.get(act)} Undo takes it back.`);
    };
    swipes(pair, Object.fromEntries(["left", "right", "up", "down"].map((way) => [way, () => swiped(ways(this.upright)[way])])));
    wall.replaceChildren(pair);
    new ResizeObserver(() => this.fit()).observe(pair);
    controls.replaceChildren(
      button("Both the same", { key: "↓", onclick: () => this.same() }),
      button("Skip", { key: "Space", onclick: () => acts.skip() }),
    );
  }

  show({ question, images }) {
    this.question = question;
    this.slots.forEach((slot, at) => slot.firstChild.replaceChildren(images[at]));
    this.fit();
  }

  // Where one picture stands above the other, the tools stand where they leave the picture larger: beside or below it.
  fit() {
    this.upright = this.slots[1].offsetTop > this.slots[0].offsetTop;
    this.slots.forEach((slot, at) => {
      const image = slot.firstChild.firstChild;
      if (!image) return;
      image.alt = this.name(at);
      slot.firstChild.setAttribute("aria-label", `Choose the ${this.name(at)}`);
      const [width, height, tall] = [slot.offsetWidth, slot.offsetHeight, slot.offsetWidth / image.style.getPropertyValue("--ar")];
      slot.classList.toggle("wide", this.upright && Math.min(tall, height - TOOL) > Math.min(tall * (1 - TOOL / width), height));
    });
  }

  choose(at) {
    if (!this.question) return; // none has come yet
    const [left, right] = this.question.items.map((i) => i.id);
    this.acts.give({ kind: "choice", items: at ? [right, left] : [left, right], side: SIDES[at] }, `${SIDES[at]} chosen`);
  }

  same() {
    if (!this.question) return;
    this.acts.give({ kind: "tie", items: this.question.items.map((i) => i.id) }, "both the same");
  }

  // The picture that F, X and Z are about.
  target(other) {
    const focused = this.slots.findIndex((slot) => slot.contains(document.activeElement));
    const at = focused >= 0 ? focused : (this.pointed ?? 0);
    return other ? 1 - at : at;
  }

  name(at) {
    return `${this.upright ? PLACES[at] : SIDES[at]} picture`;
  }

  captions() {
    return this.slots.map((slot) => slot.children[1]);
  }

  toolsOf(at) {
    return this.slots[at].querySelector(".tools");
  }

  key(key) {
    if (key === "ArrowLeft") this.choose(0);
    else if (key === "ArrowRight") this.choose(1);
    else if (key === "ArrowDown") this.same();
    else return false;
    return true;
  }
}
