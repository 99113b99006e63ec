// What the labelling page says beside the pictures: a passing word, what was gained, what is known of a picture.

import { call, counted } from "./api.js";

const spoken = document.getElementById("spoken");
const said = document.getElementById("said");
let fading = null;

// For a screen reader alone.
export function speak(words) {
  spoken.textContent = words;
}

// For everybody, for a moment.
export function toast(words) {
  said.textContent = words;
  said.classList.add("shown");
  clearTimeout(fading);
  fading = setTimeout(() => said.classList.remove("shown"), 3200);
}

// How many answers, and what they have given: counted at once, told by the server a little later.
export class Gain {
  constructor(segment, fewest) {
    this.segment = segment;
    this.fewest = fewest;
    this.count = null;
    this.timer = null;
    this.refresh();
  }

  add(n) {
    if (this.count !== null) this.#count(this.count + n);
  }

  refresh() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#fetch(), this.count === null ? 0 : 700); // learning goes on behind the answer
  }

  async #fetch() {
    const now = await call(`/api/label/${this.segment}/progress`).catch(() => null);
    if (!now) return;
    this.#count(now.answers);
    const line = document.getElementById("gain");
    if (line.textContent !== now.sentence) line.textContent = now.sentence;
    // From chance, half of all pairs, to all of them.
    const share = now.accuracy === null ? 0 : Math.max(0, now.accuracy * 2 - 1);
    document.getElementById("gauge").setAttribute("width", (100 * share).toFixed(1));
  }

  #count(n) {
    this.count = Math.max(0, n);
    document.getElementById("count").textContent = counted(this.count, "answer");
    document.getElementById("see").hidden = this.count < this.fewest;
  }
}

// Title, artist and price, which could sway an answer: asked of the server only while the person wants to see them.
export class Details {
  constructor(segment) {
    this.segment = segment;
    this.on = false;
    try {
      this.on = localStorage.getItem("beholder.details") === "1";
    } catch {
      // not kept: off
    }
    this.#mark();
  }

  toggle(view, current) {
    this.on = !this.on;
    try {
      localStorage.setItem("beholder.details", this.on ? "1" : "0");
    } catch {
      // for this page only
    }
    this.#mark();
    this.show(view, current);
  }

  #mark() {
    document.querySelector('[data-do="details"]').setAttribute("aria-pressed", this.on);
    document.getElementById("label").classList.toggle("with-details", this.on);
  }

  async show(view, current) {
    if (!current) return;
    const captions = view.captions();
    for (const caption of captions) caption.textContent = "";
    if (!this.on) return;
    const ids = current.question.items.map((i) => i.id);
    const { items } = await call(`/api/label/${this.segment}/about?items=${ids.join(",")}`).catch(() => ({ items: {} }));
    if (view.question !== current.question) return; // answered meanwhile
    captions.forEach((caption, at) => (caption.textContent = (items[ids[at]] ?? []).join(" · ")));
  }
}
