// The next questions, fetched and their pictures decoded before they are needed.

import { Fault, call } from "./api.js";
import * as outbox from "./outbox.js";

const DEPTH = { grid: 1, choice: 4, rating: 4 }; // questions ready beside the one on the wall
const PATIENCE = 1700; // ms: so long a grid that goes by the last answer is waited for, then the one that is ready comes
const AFTER_PAINT = 40; // ms: the picture that is here comes first, then more are fetched
const LONGEST = 60000; // ms that questions are waited for: asked again, a busy machine would begin anew
const EMPTY_ROUNDS = 5; // of which no question could be shown: then the folder is away, and asking on would never end
const SIDES = [320, 640, 1280, 2048];
const gone = new Set(); // pictures whose file cannot be opened any more

// How many pictures have lost their file, and what makes this page look for them again.
export const missing = () => gone.size;
export const forgive = () => gone.clear();

export const address = (item, side) => `/pictures/${item.id}/${side}.jpg?v=${item.v}`;

// The smallest size that fills so many CSS pixels sharply.
export function sideFor(pixels) {
  const wanted = pixels * Math.min(devicePixelRatio, 2);
  return SIDES.find((side) => side >= wanted * 0.9) ?? SIDES.at(-1);
}

// The question with its pictures, decoded: putting them on the page costs no time. null where one is gone for good; a
// grid hangs without those.
export async function prepare(question, side) {
  const load = async (item) => {
    const image = new Image();
    image.style.setProperty("--ar", (item.width / item.height).toFixed(4));
    image.draggable = false;
    image.src = address(item, side);
    try {
      await image.decode();
    } catch {
      const response = await fetch(image.src).catch(() => null);
      if (response?.status === 404) gone.add(item.id);
      else if (!response?.ok) throw new Fault("The server cannot be reached.");
    }
    return image;
  };
  const images = await Promise.all(question.items.map(load));
  const here = (_, at) => !gone.has(question.items[at].id);
  const items = question.items.filter(here);
  if (items.length < (question.kind === "grid" ? 2 : question.items.length)) return null;
  return { question: { ...question, items }, images: images.filter(here) };
}

export class Queue {
  constructor(segment, kind, side) {
    Object.assign(this, { segment, kind, side, ready: [], waiters: [], filling: null, dry: false, shown: false, lost: false });
    this.current = []; // ids of the pictures on the wall
    this.away = false; // the server, when it was asked last
  }

  // The next question if it is here already, so that a key press need not wait for a promise.
  now() {
    const next = this.ready.shift() ?? null;
    this.current = next ? next.question.items.map((i) => i.id) : [];
    this.dry = this.lost = false;
    setTimeout(() => this.fill(), next ? AFTER_PAINT : 0);
    return next;
  }

  // The next question when it comes; null where there is none left.
  take() {
    const next = this.now();
    return next ? Promise.resolve(next) : new Promise((resolve) => this.waiters.push(resolve));
  }

  // A grid that goes by the last answer if it comes soon: nine pictures looked for without that answer are nine looks lost.
  async newest() {
    const made = outbox.flush().then(() => this.#made());
    const fresh = await Promise.race([made.catch(() => null), new Promise((late) => setTimeout(late, PATIENCE))]);
    if (!fresh) return this.take();
    this.ready = [fresh];
    return this.now();
  }

  async #made() {
    const [question] = await this.#fetch(gone, 1);
    return question && prepare(question, this.side);
  }

  putBack(prepared) {
    this.ready.unshift(prepared);
  }

  without(item) {
    this.ready = this.ready.filter(({ question }) => !question.items.some((i) => i.id === item));
    this.fill();
  }

  fill() {
    this.filling ??= this.#fill().finally(() => {
      this.filling = null;
      if (this.waiters.length) this.fill();
    });
  }

  async #fill() {
    for (let pause = 300, empty = 0; this.ready.length < DEPTH[this.kind] && !this.dry; ) {
      const last = this.waiters.length > 0; // the wall is empty: now or never
      try {
        const asked = await this.#ask(last);
        this.away = false;
        if (!asked.length && !last && this.waiters.length) continue;
        if (!asked.length) {
          this.lost = gone.size > 0 && !this.shown;
          return this.#nothing();
        }
        let came = 0;
        for (const question of asked) {
          const prepared = await prepare(question, this.side);
          if (prepared) this.#arrive(prepared);
          came += prepared !== null;
        }
        empty = came ? 0 : empty + 1;
        this.lost = empty >= EMPTY_ROUNDS;
        if (this.lost) return this.#nothing();
        pause = 300;
      } catch {
        this.away = true;
        await new Promise((done) => setTimeout(done, pause));
        pause = Math.min(pause * 2, 5000);
      }
    }
  }

  // Pictures on their way, and those of answers not saved yet, are left out. A small collection may have nothing left
  // then: it is asked once more, without that, when everything is saved.
  async #ask(last) {
    const flying = this.ready.flatMap(({ question }) => question.items.map((i) => i.id));
    const unsaved = outbox.waiting(this.segment).flatMap((event) => event.items ?? []);
    const asked = await this.#fetch(new Set([...flying, ...this.current, ...unsaved, ...gone]));
    if (asked.length || !last) return asked;
    await outbox.flush();
    return this.#fetch(gone);
  }

  async #fetch(exclude, n = Math.max(1, DEPTH[this.kind] - this.ready.length)) {
    // An address has an end: those that are gone come last, and the last are sent.
    const query = new URLSearchParams({ kind: this.kind, n, exclude: [...exclude].slice(-400).join(",") });
    return (await call(`/api/label/${this.segment}/questions?${query}`, undefined, { timeout: LONGEST })).questions;
  }

  #arrive(prepared) {
    this.shown = true;
    const waiter = this.waiters.shift();
    if (!waiter) return this.ready.push(prepared);
    this.current = prepared.question.items.map((i) => i.id);
    return waiter(prepared);
  }

  #nothing() {
    this.dry = true; // until the next answer
    for (const waiter of this.waiters.splice(0)) waiter(null);
  }
}
