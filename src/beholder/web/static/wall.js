// The wall of Results: all its pictures have their place, and only those near the view are in the page.

import { become, make } from "./dom.js";
import { row, rows, upTo } from "./justified.js";

const ELEMENTS = 1800; // in the page, as far as the tiles around the view decide it
const TILE = 23; // elements of a tile
const KEPT = 400; // tiles held outside of it
const ASKED = 60; // tiles in one answer
const IN_FRAME = 12; // of them that are hung in one frame: more would be too slow for a large screen
const HIGHEST = 17e6; // pixels: not every browser draws a page higher than this
const FINE = 8192; // steps of a ratio
const LATER = 150; // ms without a scroll, after which the place is remembered

// A colour in 5, 6 and 5 bits; none where it is not known.
const tinted = (bits) => bits && `rgb(${(bits >> 11) * 8} ${((bits >> 5) & 63) * 4} ${(bits & 31) * 8})`;

export class Wall {
  // element: with the first tiles in it. on: drawn(figure) for a tile that has come, lost() where none do.
  constructor(element, on) {
    Object.assign(this, { element, on, at: 0, hung: new Map(), tiles: new Map(), wanted: new Set(), drawing: false });
    this.from = 0; // how many pictures there are before this wall
    const first = [...element.querySelectorAll("figure")];
    this.ids = first.map((figure) => Number(figure.dataset.item));
    this.ratios = first.map((figure) => Number(figure.dataset.ar));
    this.tints = this.ratios.map(() => 0);
    for (const figure of first) this.#keep(figure);
    const address = new URL(`/wall/${element.dataset.segment}/`, location);
    const query = new URLSearchParams(location.search);
    this.first = (Number(query.get("page") ?? 1) - 1) * 60;
    query.delete("page");
    this.address = (what, more = {}) => `${address.pathname}${what}?${new URLSearchParams([...query, ...Object.entries(more)])}`;
  }

  // Hang it; the place where the person was last is shown again. returns: how many pictures there are up to its end, and
  // in all; null where the server did not tell
  async start() {
    history.scrollRestoration = "manual";
    if (history.state?.top) history.replaceState(null, "");
    const back = history.state?.wall ?? (this.first ? { id: this.ids[0], off: 0 } : null);
    if (!back) this.#begin();
    const all = await this.#order();
    if (back && all) this.#begin(back);
    else if (back) this.#begin();
    else this.#lay();
    addEventListener("scroll", () => this.#soon(), { passive: true });
    addEventListener("pagehide", () => this.#remember());
    this.element.addEventListener("focusin", (e) => {
      const figure = e.target.closest("figure");
      if (figure) this.#turn(this.places.get(Number(figure.dataset.item)));
    });
    return all && { end: this.from + this.length, all };
  }

  #begin(back = null) {
    this.element.replaceChildren();
    this.element.classList.add("hung");
    this.#lay();
    document.getElementById("on-way")?.remove();
    if (back && this.places.has(back.id)) {
      this.at = this.places.get(back.id);
      this.#scroll(this.#top(this.at) + back.off);
    } else if (back?.y) this.#scroll(back.y);
    new ResizeObserver(() => this.element.clientWidth !== this.width && this.#lay(true)).observe(this.element);
  }

  async #order() {
    const response = await fetch(this.address("order")).catch(() => null);
    if (!response?.ok || response.redirected) return null;
    const data = await response.arrayBuffer();
    const [whole, half] = [new Uint32Array(data), new Uint16Array(data)];
    const length = whole.length / 2;
    this.ids = Array.from({ length }, (_, n) => whole[2 * n]);
    this.ratios = Float32Array.from({ length }, (_, n) => half[4 * n + 2] / FINE);
    this.tints = Uint16Array.from({ length }, (_, n) => half[4 * n + 3]);
    this.element.classList.add("hung"); // its sizes hold from here on
    if (this.first && this.#rows().total > HIGHEST) {
      this.from = this.first; // what comes before is on the pages before
      for (const part of ["ids", "ratios", "tints"]) this[part] = this[part].slice(this.from);
    }
    return length;
  }

  get length() {
    return this.laid.count;
  }

  #rows() {
    const style = getComputedStyle(this.element);
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const size = (name) => parseFloat(style.getPropertyValue(name)) * (style.getPropertyValue(name).includes("rem") ? rem : 1);
    this.width = this.element.clientWidth;
    const gap = size("--between");
    const high = Math.min(Math.max(size("--lowest"), this.width * 0.19), size("--highest"));
    const least = Math.min(size("--narrowest"), (this.width - gap) / 2);
    return rows(this.ratios, { width: this.width, high, gap, least, room: size("--room") + size("--below") });
  }

  // stay: the picture at the top of the view stays there, as after the window has another width
  #lay(stay = false) {
    const anchor = stay && this.#inView();
    this.laid = this.#rows();
    this.offset = this.element.getBoundingClientRect().top + scrollY;
    if (this.laid.total > HIGHEST) {
      const last = upTo(this.laid.tops, HIGHEST);
      Object.assign(this.laid, { total: this.laid.tops[last], count: this.laid.starts[last] });
      for (const part of ["starts", "tops", "heights"]) this.laid[part].length = last;
    }
    this.places = new Map(this.ids.map((id, at) => [id, at]));
    this.element.style.height = `${this.laid.total}px`;
    if (anchor) this.#scroll(this.#top(anchor.at) + anchor.off);
    for (const figure of this.hung.values()) figure.dataset.place = "";
    this.#draw();
  }

  #row(at) {
    return upTo(this.laid.starts, at);
  }

  #top(at) {
    return this.offset + this.laid.tops[this.#row(at)];
  }

  #scroll(y) {
    scrollTo({ top: y, behavior: "instant" });
  }

  // The first picture whose row is in the view for the most part.
  #inView() {
    if (!this.laid || scrollY < this.offset) return null;
    const number = upTo(this.laid.tops, scrollY - this.offset);
    const at = this.laid.starts[number];
    return { at, off: scrollY - this.#top(at) };
  }

  #remember() {
    if (history.state?.top) return; // it is being loaded anew, to begin at the top
    const here = this.#inView();
    const wall = here ? { id: this.ids[here.at], off: here.off } : { y: scrollY };
    history.replaceState({ ...history.state, wall }, "");
  }

  #soon() {
    clearTimeout(this.later);
    this.later = setTimeout(() => {
      this.#remember();
      this.#draw();
    }, LATER);
    if (this.drawing) return;
    this.drawing = true;
    requestAnimationFrame(() => {
      this.drawing = false;
      this.#draw();
    });
  }

  // Places of the pictures that should hang now: those in the view, and as many around it as may be; who flies past
  // sees nothing of those.
  #near() {
    const flying = Math.abs(scrollY - this.seenAt) > innerHeight;
    this.seenAt = scrollY;
    const [top, bottom] = [scrollY - this.offset, scrollY - this.offset + innerHeight];
    const { tops, starts, count } = this.laid;
    let [first, last] = [upTo(tops, top), upTo(tops, bottom)];
    const size = (from, to) => (starts[to + 1] ?? count) - starts[from];
    const others = document.getElementsByTagName("*").length - this.element.getElementsByTagName("*").length;
    const most = (ELEMENTS - others) / TILE;
    const seen = [starts[first], starts[last + 1] ?? count];
    for (let more = !flying; more; ) {
      more = false;
      if (last + 1 < tops.length && tops[last + 1] < bottom + innerHeight && size(first, last + 1) <= most) (last++, (more = true));
      if (first > 0 && tops[first - 1] > top - innerHeight && size(first - 1, last) <= most) (first--, (more = true));
    }
    return { first, last, seen };
  }

  #draw() {
    if (!this.laid.count) return;
    const { first, last, seen } = this.#near();
    const cells = [];
    for (let number = first; number <= last; number++) for (const cell of row(this.laid, this.ratios, number)) cells.push({ ...cell, number });
    const stays = this.#focused(); // a tile with the focus never leaves the page
    if (stays !== null && !cells.some((cell) => cell.at === stays)) {
      const number = this.#row(stays);
      const cell = { ...row(this.laid, this.ratios, number).find((one) => one.at === stays), number };
      if (stays < cells[0].at) cells.unshift(cell);
      else cells.push(cell);
    }
    const wanted = new Set(cells.map((cell) => this.ids[cell.at]));
    for (const [id, figure] of this.hung) {
      if (wanted.has(id)) continue;
      figure.remove();
      this.hung.delete(id);
    }
    let before = null;
    for (const cell of cells) {
      const id = this.ids[cell.at];
      const figure = this.hung.get(id) ?? this.tiles.get(id) ?? this.#bare(cell.at);
      this.#place(figure, cell);
      const next = before ? before.nextSibling : this.element.firstChild;
      if (next !== figure) this.element.insertBefore(figure, next);
      this.hung.set(id, figure);
      before = figure;
    }
    this.#tabs();
    this.#ask(cells.map((cell) => cell.at), seen);
  }

  #place(figure, { left, width, cell, number }) {
    const height = this.laid.heights[number];
    const place = [left, this.laid.tops[number], width, height].map((n) => n.toFixed(2)).join(" ");
    if (figure.dataset.place === place) return;
    figure.dataset.place = place;
    const [plate, image] = [figure.firstElementChild, figure.querySelector("img")];
    Object.assign(figure.style, { left: `${left}px`, top: `${this.laid.tops[number]}px`, width: `${cell}px` });
    Object.assign(plate.style, { width: `${width}px`, height: `${height}px` });
    if (image) image.sizes = `${Math.ceil(width)}px`;
  }

  // What hangs in the place of a tile that is on its way.
  #bare(at) {
    const rank = (this.from + at + 1).toLocaleString("en");
    const plate = make("a", { class: "plate", href: "#", "data-zoom": true, "aria-label": `Place ${rank}` });
    return make("figure", { "data-item": this.ids[at], class: "bare" }, this.#tint(plate, at), make("figcaption", {}, make("span", { class: "rank" }, rank)));
  }

  #tint(plate, at) {
    if (this.tints[at]) plate.style.background = tinted(this.tints[at]);
    return plate;
  }

  // Only the tile that the keyboard is at is on the way of Tab.
  #tabs() {
    const here = this.hung.get(this.ids[this.at]) ?? this.hung.get(this.ids[this.#inView()?.at ?? 0]);
    for (const figure of this.hung.values()) {
      const index = figure === here ? 0 : -1;
      if (figure.firstElementChild.tabIndex === index) continue;
      for (const part of figure.querySelectorAll("a, button")) part.tabIndex = index;
    }
  }

  #focused() {
    const figure = document.activeElement?.closest?.("figure");
    return figure && this.element.contains(figure) ? (this.places.get(Number(figure.dataset.item)) ?? null) : null;
  }

  #turn(at) {
    if (at === undefined || at === this.at) return;
    this.at = at;
    this.#tabs();
  }

  #keep(figure) {
    const id = Number(figure.dataset.item);
    for (const part of figure.querySelectorAll("noscript")) part.remove();
    figure.removeAttribute("style");
    this.tiles.delete(id);
    this.tiles.set(id, figure);
    for (const old of this.tiles.keys()) {
      if (this.tiles.size <= KEPT) break;
      if (!this.hung.has(old)) this.tiles.delete(old);
    }
    this.on.drawn(figure);
  }

  // Ask for the tiles that hang bare, those in the view first; one answer at a time, so that who flies past asks little.
  async #ask(places, [from, to]) {
    if (this.asking) return;
    const missing = places.filter((at) => !this.tiles.has(this.ids[at])).sort((a, b) => (b >= from && b < to) - (a >= from && a < to) || a - b);
    if (!missing.length) return;
    this.asking = true;
    await this.#fetch(missing.slice(0, ASKED).map((at) => this.ids[at])).finally(() => (this.asking = false));
    this.#draw();
  }

  async #fetch(ids) {
    const response = await fetch(this.address("tiles", { items: ids.join(",") })).catch(() => null);
    if (!response?.ok || response.redirected) {
      this.on.lost();
      return new Promise((again) => setTimeout(again, 2000));
    }
    const part = new DOMParser().parseFromString(await response.text(), "text/html"); // scripts in it would not run
    const figures = [...part.querySelectorAll("figure")];
    for (const [n, figure] of figures.entries()) {
      if (n && n % IN_FRAME === 0) await new Promise(requestAnimationFrame);
      this.#hang(document.adoptNode(figure));
    }
    for (const id of ids) if (!this.tiles.has(id)) this.#gone(id);
    return null;
  }

  #hang(figure) {
    const id = Number(figure.dataset.item);
    const bare = this.hung.get(id);
    if (bare) become(bare, figure);
    else this.#tint(figure.firstElementChild, this.places.get(id));
    this.#keep(bare ?? figure);
  }

  // A picture that is no longer in this ranking: it was hidden, or its answers have changed what fits.
  #gone(id) {
    const figure = this.hung.get(id) ?? this.#bare(this.places.get(id));
    figure.classList.add("gone");
    this.tiles.set(id, figure);
  }

  // The tile of a place, once it is there; null where it cannot be had.
  async tile(at) {
    const id = this.ids[at];
    if (!this.tiles.has(id)) await this.#fetch(this.ids.slice(Math.max(0, at - 5), at + 20));
    return this.tiles.get(id) ?? null;
  }

  // Go to a picture: into the view, with the focus.
  focus(at) {
    this.at = Math.min(Math.max(at, 0), this.length - 1);
    const number = this.#row(this.at);
    const [top, bottom] = [this.#top(this.at), this.#top(this.at) + this.laid.heights[number] + 90];
    if (top < scrollY + 8) this.#scroll(number ? top - 16 : 0);
    else if (bottom > scrollY + innerHeight) this.#scroll(Math.min(top - 16, bottom - innerHeight));
    this.#draw();
    this.hung.get(this.ids[this.at])?.firstElementChild.focus({ preventScroll: true });
  }

  // Where a key leads from here; null where it leads nowhere.
  next(key) {
    const number = this.#row(this.at);
    const last = this.laid.tops.length - 1;
    const screen = innerHeight * 0.85;
    const down = { ArrowUp: number - 1, ArrowDown: number + 1, PageUp: upTo(this.laid.tops, this.laid.tops[number] - screen), PageDown: Math.max(upTo(this.laid.tops, this.laid.tops[number] + screen), Math.min(number + 1, last)) };
    if (key === "Home" || key === "End") return key === "Home" ? 0 : this.length - 1;
    if (key === "ArrowLeft" || key === "ArrowRight") return this.at + (key === "ArrowLeft" ? -1 : 1);
    if (!(key in down)) return null;
    return down[key] < 0 || down[key] > last ? this.at : this.#nearest(down[key]);
  }

  // The picture of a row that is nearest above or below this one.
  #nearest(number) {
    const middle = (one) => one.left + one.width / 2;
    const here = middle(row(this.laid, this.ratios, this.#row(this.at)).find((one) => one.at === this.at));
    return row(this.laid, this.ratios, number).reduce((best, one) => (Math.abs(middle(one) - here) < Math.abs(middle(best) - here) ? one : best)).at;
  }

  // The first picture that is seen whole.
  seen() {
    const here = this.#inView();
    if (!here) return 0;
    return here.off > 40 ? Math.min(this.laid.starts[this.#row(here.at) + 1] ?? here.at, this.length - 1) : here.at;
  }
}
