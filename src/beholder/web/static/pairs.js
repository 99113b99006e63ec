// Two pictures: the one you would rather live with.

import { button, make, tools } from "./dom.js";
import { swipes } from "./touch.js";

const SIDES = ["left", "right"];

export class Pairs {
  static kind = "choice";
  static pixels = () => Math.max(innerWidth / 2, innerHeight * 0.7); // the longer side of a picture on this screen, about
  ask = "Which would you rather live with?";

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
    swipes(pair, { left: () => this.choose(0), right: () => this.choose(1), down: () => this.same(), up: () => acts.skip() });
    wall.replaceChildren(pair);
    controls.replaceChildren(
      button("Both the same", { key: "↓", onclick: () => this.same() }),
      button("Skip", { key: "Space", onclick: () => acts.skip() }),
    );
  }

  show({ question, images }) {
    this.question = question;
    this.slots.forEach((slot, at) => {
      const image = images[at];
      image.alt = `${SIDES[at]} picture`;
      slot.firstChild.replaceChildren(image);
      slot.firstChild.setAttribute("aria-label", `Choose the ${SIDES[at]} picture`);
    });
  }

  choose(at) {
    const [left, right] = this.question.items.map((i) => i.id);
    this.acts.give({ kind: "choice", items: at ? [right, left] : [left, right], side: SIDES[at] }, `${SIDES[at]} chosen`);
  }

  same() {
    this.acts.give({ kind: "tie", items: this.question.items.map((i) => i.id) }, "both the same");
  }

  // The picture that F, X and Z are about.
  target(other) {
    const focused = this.slots.findIndex((slot) => slot.contains(document.activeElement));
    const at = focused >= 0 ? focused : (this.pointed ?? 0);
    return other ? 1 - at : at;
  }

  name(at) {
    return `${SIDES[at]} picture`;
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
