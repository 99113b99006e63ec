// What the labelling page says beside the pictures: a passing word, what was gained, what is known of a picture.

import { call, counted } from "./api.js";
import { make } from "./dom.js";
import * as outbox from "./outbox.js";

const spoken = document.getElementById("spoken") ?? document.body.appendChild(make("p", { id: "spoken", class: "unseen", "aria-live": "polite" }));
const said = document.querySelector(".toast") ?? document.body.appendChild(make("p", { class: "toast", role: "status", "aria-live": "polite", popover: "manual" }));
let fading = null;

// For a screen reader alone.
export function speak(words) {
  spoken.textContent = words;
}

// For everybody, for a moment; for longer where there is a choice. acts : buttons with it
export function toast(words, ...acts) {
  if (said.popover) (document.querySelector("dialog.zoom[open]") ?? document.body).append(said); // outside of it nothing can be pressed
  said.replaceChildren(words, ...acts);
  if (said.matches("[popover]:popover-open")) said.hidePopover();
  if (said.popover) said.showPopover(); // above an open dialog too
  said.classList.add("shown");
  clearTimeout(fading);
  fading = setTimeout(() => said.classList.remove("shown"), 3200 + 3000 * acts.length);
}

// It no longer holds.
export function hush() {
  said.classList.remove("shown");
}

// What the server did not take is undone by the page, and said. undo : takes the mark that was refused
export function tellTrouble(undo) {
  let troubled = "saved";
  outbox.watch(({ state, sentence, refused }) => {
    if (refused?.items) undo(refused);
    if (state !== troubled) {
      if (state === "refused") toast(`Not saved: ${sentence}`);
      if (state === "stopped") toast(`Not saved yet: ${sentence}`);
      if (state === "away") toast("The server cannot be reached. What you do is kept here, and saved when it is back.");
    }
    troubled = state;
  });
}

const LEARNING = 700; // ms from an answer to what was learned from it
const LONGEST = 2000; // ms that somebody who answers fast waits for it

// How many answers, and how many more until there is a ranking of one's own: counted here at once. What they have given
// is told by the server a little later.
export class Gain {
  constructor(segment, stage) {
    const [answers, weight, needed] = [stage.answers, stage.weight, stage.needed].map(Number);
    this.grid = Number(stage.gridWeight); // answers that a grid counts as
    Object.assign(this, { segment, stage, answers, weight, needed, moves: 0, asked: 0, told: 0, due: null, timer: null });
    this.#fetch();
  }

  // times : -1 where one is taken back
  add({ kind, items }, times = 1) {
    this.moves += 1;
    if (kind === "skip") return;
    this.answers += times;
    this.weight += times * (kind === "grid" ? Math.min(this.grid, items.length) : 1);
    this.count();
  }

  count() {
    const [n, missing] = [Math.max(0, this.answers), this.needed - Math.max(0, this.weight)];
    const left = Math.ceil(missing / (this.stage.mode === "grid" ? this.grid : 1)); // as many as are given the way that is open
    const more = left > 0 && !("ranked" in this.stage) ? `, ${left}${n ? " more" : ""} until your first results` : "";
    document.getElementById("count").textContent = (n ? counted(n, "answer") : "No answers yet") + more;
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
    if (quiet && moves === this.moves) {
      Object.assign(this, { answers: now.answers, weight: now.weight });
      this.count();
    }
    const see = document.getElementById("see");
    if (see.hidden && now.enough) toast("Your first results are ready.");
    if (!("ranked" in this.stage)) see.hidden = !now.enough;
    const line = document.getElementById("gain");
    if (line.textContent !== now.sentence) line.textContent = now.sentence;
  }
}

const FADE = 150; // ms until what was answered fades
const SLOW = 400; // ms until it is said that the next question is on its way
const LONG = 10000; // ms until it is said that this takes long, and between two such words

// That the next question is not there yet.
export class Wait {
  constructor(stage, sign) {
    Object.assign(this, { stage, sign, timers: [] });
  }

  // away(): whether the server could not be reached
  begin(away) {
    this.end();
    const long = () => this.#say(away() ? "The server cannot be reached. This page goes on by itself when it is back." : "Still working out the next question. On a busy machine this can take a while; it comes by itself.");
    this.timers = [
      setTimeout(() => this.stage.classList.add("waiting"), FADE),
      setTimeout(() => this.#say("The next question is on its way"), SLOW),
      setInterval(long, LONG),
    ];
  }

  end() {
    this.timers.forEach(clearTimeout);
    this.stage.classList.remove("waiting");
    this.#say("");
  }

  #say(words) {
    if (this.sign.textContent !== words) this.sign.textContent = words;
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
    const { lines } = await call(`/api/label/${this.segment}/about?items=${ids.join(",")}`).catch(() => ({ lines: {} }));
    if (view.question !== current.question) return; // answered meanwhile
    captions.forEach((caption, at) => (caption.textContent = lines[ids[at]] ?? ""));
  }
}
