// What the labelling page says beside the pictures: a passing word, what was gained, what is known of a picture.

import { call, counted } from "./api.js";
import * as outbox from "./outbox.js";

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
  if (said.matches("[popover]:popover-open")) said.hidePopover();
  if (said.popover) said.showPopover(); // above an open dialog too
  said.classList.add("shown");
  clearTimeout(fading);
  fading = setTimeout(() => said.classList.remove("shown"), 3200);
}

// It no longer holds.
export function hush() {
  said.classList.remove("shown");
}

const LEARNING = 700; // ms from an answer to what was learned from it
const LONGEST = 2000; // ms that somebody who answers fast waits for it

// How many answers, and what they have given: counted here at once, told by the server a little later.
export class Gain {
  constructor(segment, count) {
    Object.assign(this, { segment, count, moves: 0, asked: 0, told: 0, due: null, timer: null });
    this.#fetch();
  }

  add(n) {
    this.moves += 1;
    this.#count(this.count + n);
  }

  refresh() {
    clearTimeout(this.timer);
    this.due ??= performance.now() + LONGEST;
    const left = Math.min(LEARNING, Math.max(0, this.due - performance.now()));
    this.timer = setTimeout(() => this.#fetch(), left);
  }

  async #fetch() {
    this.due = null;
    const [mine, moves] = [++this.asked, this.moves];
    const quiet = !outbox.pending();
    const now = await call(`/api/label/${this.segment}/progress`).catch(() => null);
    if (!now || mine < this.told) return; // a newer one has been told already
    this.told = mine;
    // What is on its way is in no server's count: then this page, which saw every answer, counts better.
    if (quiet && moves === this.moves) this.#count(now.answers);
    document.getElementById("see").hidden = !now.enough;
    const line = document.getElementById("gain");
    if (line.textContent !== now.sentence) line.textContent = now.sentence;
    // From chance, half of all pairs, to all of them.
    const share = now.accuracy === null ? 0 : Math.max(0, now.accuracy * 2 - 1);
    document.getElementById("gauge").setAttribute("width", (100 * share).toFixed(1));
  }

  #count(n) {
    this.count = Math.max(0, n);
    document.getElementById("count").textContent = counted(this.count, "answer");
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
