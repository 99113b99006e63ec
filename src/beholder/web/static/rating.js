// One picture: how much you like it, from 1 to 10.

import { button, make, tools } from "./dom.js";
import { swipes } from "./touch.js";

export class Rating {
  static kind = "rating";
  static pixels = () => Math.min(innerWidth, innerHeight * 1.2); // the longer side of a picture on this screen, about
  ask = "How much do you like this one?";

  constructor(wall, controls, acts) {
    this.acts = acts;
    this.picture = make("div", { class: "plate" });
    this.known = make("p", { class: "known" });
    this.tools = tools("", (what) => acts.tool(what, 0), { keys: true });
    const slot = make("div", { class: "slot" }, this.picture, this.known, make("div", { class: "under" }, this.tools));
    swipes(slot, { up: () => acts.skip() });
    wall.replaceChildren(make("div", { class: "one" }, slot));
    const numbers = Array.from({ length: 10 }, (_, i) => i + 1).map((n) =>
      make("button", { type: "button", onclick: () => this.rate(n), "aria-label": `${n} of 10`, "aria-keyshortcuts": n % 10 }, `${n}`));
    controls.replaceChildren(
      make("div", { class: "scale", role: "group", "aria-label": "From 1, not at all, to 10, very much" },
        make("small", {}, "not at all"), ...numbers, make("small", {}, "very much")),
      button("Skip", { key: "Space", onclick: () => acts.skip() }),
    );
  }

  show({ question, images: [image] }) {
    this.question = question;
    image.alt = "the picture to rate";
    this.picture.replaceChildren(image);
  }

  rate(value) {
    if (!this.question) return; // none has come yet
    this.acts.give({ kind: "rating", items: [this.question.items[0].id], value }, `${value} of 10`);
  }

  target() {
    return 0;
  }

  name() {
    return "this picture";
  }

  captions() {
    return [this.known];
  }

  toolsOf() {
    return this.tools;
  }

  key(key) {
    if (!/^[0-9]$/.test(key)) return false;
    this.rate(key === "0" ? 10 : Number(key));
    return true;
  }
}
