// The map drawn: points as pixels of one bitmap, thumbnails over them. Nothing is drawn but when something has changed.

const MOST_PIXELS = 3_000_000;
const ALL = 36; // CSS pixels a cell, from which every picture is shown itself
const BEST = 52; // side of a thumbnail where only the best of each neighbourhood is shown
const APART = 104; // CSS pixels between those, about
const FREE = 0.6; // of that, which no other thumbnail comes nearer
const WRITTEN = 150; // CSS pixels of the width, for each name
const ASIDE = 2; // heights of a name that it may stand away from its place, for no picture to be behind it
const BEHIND = 0.92; // how much of what lies behind a name is covered
const ROUND = [0, 0.5, -0.5, 1, -1, 1.5, -1.5, ASIDE, -ASIDE].flatMap((dy) => [0, 0.4, -0.4, 0.8, -0.8].map((dx) => [dx, dy])).sort((a, b) => Math.hypot(...a) - Math.hypot(...b));
const SHADES = 256;
const SCALES = { light: [[0.83, 0.025, 75], [0.4, 0.17, 30]], dark: [[0.36, 0.015, 75], [0.88, 0.13, 55]] };

// OKLCH (Ottosson 2020): equal steps of it look equal.
function rgb([l, c, h]) {
  const [a, b] = [c * Math.cos((h * Math.PI) / 180), c * Math.sin((h * Math.PI) / 180)];
  const [x, y, z] = [l + 0.3963377774 * a + 0.2158037573 * b, l - 0.1055613458 * a - 0.0638541728 * b, l - 0.0894841775 * a - 1.291485548 * b].map((v) => v ** 3);
  const linear = [4.0767416621 * x - 3.3077115913 * y + 0.2309699292 * z, -1.2684380046 * x + 2.6097574011 * y - 0.3413193965 * z, -0.0041960863 * x - 0.7034186147 * y + 1.707614701 * z];
  return linear.map((v) => Math.round(255 * Math.min(1, Math.max(0, v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055))));
}

const packed = ([r, g, b]) => ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;

export class Plane {
  // pictures: what gives thumbnails, `get(i)` and `load(wanted)`
  constructor(canvas, pictures) {
    Object.assign(this, { canvas, pictures, n: 0, x: 0, y: 0, scale: 1, turned: false, chosen: -1, names: [], shown: [] });
    this.context = canvas.getContext("2d", { alpha: false });
    this.colours();
  }

  colours() {
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    const [low, high] = SCALES[dark ? "dark" : "light"];
    const style = getComputedStyle(document.body);
    this.wall = style.backgroundColor;
    this.ink = style.color;
    this.scale10 = Array.from({ length: SHADES }, (_, k) => rgb(low.map((v, at) => v + ((high[at] - v) * k) / (SHADES - 1))));
    this.shades = Uint32Array.from(this.scale10, packed);
    this.empty = packed(this.wall.match(/\d+/g).map(Number));
  }

  // columns: ids, xs, ys, keys, scores, best first
  set({ ids, xs, ys, keys, scores }) {
    Object.assign(this, { ids, xs, ys, keys, scores, n: ids.length, best: new Map() });
    this.range = [scores.at(-1), scores[0]]; // few answers leave all scores near the middle: the colours part them even so
    const [low, high] = this.range;
    this.shade = Uint8Array.from(scores, (s) => Math.round(((s - low) / (high - low || 1)) * (SHADES - 1)));
    const [left, right, top, bottom] = [xs, ys].flatMap((v) => [v.reduce((a, b) => Math.min(a, b), Infinity), v.reduce((a, b) => Math.max(a, b), -Infinity)]);
    this.box = { left, right, top, bottom };
    this.turned = false;
  }

  // The place in the middle, whichever way the map lies.
  get place() {
    return this.turned ? [this.y, this.x] : [this.x, this.y];
  }

  set place(place) {
    [this.x, this.y] = this.turned ? place.toReversed() : place;
  }

  // A wide map lies on its side where the window is upright, and the other way about.
  turn() {
    const { left, right, top, bottom } = this.box;
    this.box = { left: top, right: bottom, top: left, bottom: right };
    [this.xs, this.ys, this.x, this.y] = [this.ys, this.xs, this.y, this.x];
    this.turned = !this.turned;
    this.best.clear();
  }

  resize() {
    const { clientWidth: w, clientHeight: h } = this.canvas;
    const { left, right, top, bottom } = this.box;
    if ((w - h) * (right - left - (bottom - top)) < 0) this.turn();
    this.ratio = Math.min(devicePixelRatio, 2, Math.sqrt(MOST_PIXELS / Math.max(1, w * h)));
    [this.canvas.width, this.canvas.height] = [Math.max(1, Math.round(w * this.ratio)), Math.max(1, Math.round(h * this.ratio))];
    this.image = this.context.createImageData(this.canvas.width, this.canvas.height);
    this.pixels = new Uint32Array(this.image.data.buffer);
    this.over = [...this.canvas.parentElement.querySelectorAll(".map-tools")].map((tools) => {
      const [wide, high] = [tools.offsetWidth / 2, tools.offsetHeight / 2];
      return [tools.offsetLeft + wide, tools.offsetTop + high, wide, high].map((v) => v * this.ratio);
    });
  }

  // The scale at which everything is seen.
  get whole() {
    const { clientWidth: w, clientHeight: h } = this.canvas;
    return Math.min(w / (this.box.right - this.box.left + 4), h / (this.box.bottom - this.box.top + 4), 160);
  }

  at(px, py) {
    const { clientWidth: w, clientHeight: h } = this.canvas;
    return [this.x + (px - w / 2) / this.scale, this.y + (py - h / 2) / this.scale];
  }

  draw() {
    const { width: w, height: h } = this.canvas;
    const s = this.scale * this.ratio;
    const [ox, oy] = [w / 2 - this.x * s, h / 2 - this.y * s];
    this.points(s, ox, oy, w, h);
    this.context.putImageData(this.image, 0, 0);
    this.thumbnails(s, ox, oy, w, h);
    this.titles(s, ox, oy, w, h);
  }

  points(s, ox, oy, w, h) {
    const { xs, ys, shade, shades, pixels } = this;
    const side = Math.max(Math.round(1.6 * this.ratio), Math.round(s * 0.82));
    const half = side >> 1;
    pixels.fill(this.empty);
    for (let i = this.n - 1; i >= 0; i--) {
      const left = Math.round(xs[i] * s + ox) - half;
      const top = Math.round(ys[i] * s + oy) - half;
      if (left >= w || top >= h || left + side <= 0 || top + side <= 0) continue;
      const colour = shades[shade[i]];
      const [from, to] = [left < 0 ? 0 : left, left + side > w ? w : left + side];
      for (let y = top < 0 ? 0 : top, end = top + side > h ? h : top + side; y < end; y++) {
        for (let at = y * w + from, stop = y * w + to; at < stop; at++) pixels[at] = colour;
      }
    }
  }

  thumbnails(s, ox, oy, w, h) {
    const { context, ratio } = this;
    const all = this.scale >= ALL;
    const side = all ? s * 0.92 : BEST * ratio;
    const wanted = [];
    this.shown = [];
    this.plates = [];
    const drawn = [...(all ? this.inside(s, ox, oy, w, h, side) : this.bests(s, ox, oy, w, h, side)), ...(this.chosen < 0 ? [] : [this.chosen])];
    for (const i of drawn) {
      const [cx, cy] = [this.xs[i] * s + ox, this.ys[i] * s + oy];
      this.plates.push([cx, cy, side / 2, side / 2]);
      const image = this.pictures.get(i, side);
      if (!image) {
        wanted.push([Math.hypot(cx - w / 2, cy - h / 2), i]);
        continue;
      }
      const fit = side / Math.max(image.width, image.height);
      const [iw, ih] = [image.width * fit, image.height * fit];
      const edge = Math.max(1.5, side * 0.03);
      const [r, g, b] = this.scale10[this.shade[i]];
      context.fillStyle = this.wall;
      if (all) context.fillRect(cx - s / 2, cy - s / 2, s, s);
      else context.fillRect(cx - iw / 2 - 2 * edge, cy - ih / 2 - 2 * edge, iw + 4 * edge, ih + 5 * edge);
      context.fillStyle = `rgb(${r} ${g} ${b})`;
      context.fillRect(cx - iw / 2, cy + ih / 2 - edge, iw, 2 * edge);
      context.drawImage(image, cx - iw / 2, cy - ih / 2 - edge, iw, ih);
      this.shown.push([i, cx - iw / 2, cy - ih / 2 - edge, iw, ih + 2 * edge]);
      if (i === this.chosen) this.ring(cx - iw / 2, cy - ih / 2 - edge, iw, ih + 2 * edge);
    }
    if (this.chosen >= 0 && !this.shown.some(([i]) => i === this.chosen)) {
      const size = Math.max(s, 12 * ratio);
      this.ring(this.xs[this.chosen] * s + ox - size / 2, this.ys[this.chosen] * s + oy - size / 2, size, size);
    }
    this.pictures.load(wanted.sort((a, b) => a[0] - b[0]).map(([, i]) => i));
  }

  ring(x, y, w, h) {
    this.context.strokeStyle = this.ink;
    this.context.lineWidth = 2.5 * this.ratio;
    this.context.strokeRect(x - 2, y - 2, w + 4, h + 4);
  }

  *inside(s, ox, oy, w, h, side) {
    for (let i = this.n - 1; i >= 0; i--) {
      const [x, y] = [this.xs[i] * s + ox, this.ys[i] * s + oy];
      if (x > -side && y > -side && x < w + side && y < h + side) yield i;
    }
  }

  // The best picture of each square of the map; a square is as wide as a power of two, so that it stays while one moves.
  *bests(s, ox, oy, w, h, side) {
    const width = 2 ** Math.ceil(Math.log2(APART / this.scale));
    if (!this.best.has(width)) {
      const found = new Map();
      const key = (x, y) => x * 65_536 + y;
      for (let i = 0; i < this.n; i++) {
        const [x, y] = [Math.floor(this.xs[i] / width), Math.floor(this.ys[i] / width)];
        if (found.has(key(x, y))) continue;
        const beside = [-1, 0, 1].flatMap((dx) => [-1, 0, 1].map((dy) => found.get(key(x + dx, y + dy))));
        if (beside.some((k) => k >= 0 && Math.max(Math.abs(this.xs[k] - this.xs[i]), Math.abs(this.ys[k] - this.ys[i])) < FREE * width)) continue;
        found.set(key(x, y), i);
      }
      this.best.set(width, [...found.values()].reverse());
    }
    for (const i of this.best.get(width)) {
      const [x, y] = [this.xs[i] * s + ox, this.ys[i] * s + oy];
      if (x > -side && y > -side && x < w + side && y < h + side) yield i;
    }
  }

  // Names stand beside the pictures and each other, those that come first before others; one that has no room is left out.
  titles(s, ox, oy, w, h) {
    if (this.scale >= ALL) return;
    const { context, ratio } = this;
    const size = Math.round(14 * ratio);
    const high = 0.8 * size;
    context.font = `500 ${size}px Georgia, serif`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    const taken = [...this.plates, ...this.over];
    let left = Math.floor(w / ratio / WRITTEN) + 1;
    for (const { name, ...at } of this.names) {
      if (!left) break;
      const [x, y] = (this.turned ? [at.y, at.x] : [at.x, at.y]).map((v, k) => v * s + [ox, oy][k]);
      const wide = context.measureText(name).width / 2 + 6 * ratio;
      if (x < 0 || x > w || y < 0 || y > h || 2 * wide > w) continue;
      const free = ([cx, cy]) => cx >= wide && cx <= w - wide && cy >= high && cy <= h - high &&
        taken.every(([tx, ty, tw, th]) => Math.abs(tx - cx) >= tw + wide || Math.abs(ty - cy) >= th + high);
      const place = ROUND.map(([dx, dy]) => [x + dx * wide, y + dy * 2 * high]).find(free);
      if (!place) continue;
      const [cx, cy] = place;
      left -= 1;
      taken.push([cx, cy, wide + size, 2 * high]);
      context.globalAlpha = BEHIND;
      context.fillStyle = this.wall;
      context.beginPath();
      context.roundRect(cx - wide, cy - high, 2 * wide, 2 * high, 0.4 * size);
      context.fill();
      context.globalAlpha = 1;
      context.fillStyle = this.ink;
      context.fillText(name, cx, cy);
    }
  }

  // The picture at a place of the canvas, -1 where there is none; reach: how far beside a point still counts.
  pick(px, py, reach) {
    const [dx, dy] = [px * this.ratio, py * this.ratio];
    for (let k = this.shown.length - 1; k >= 0; k--) {
      const [i, x, y, w, h] = this.shown[k];
      if (dx >= x && dx <= x + w && dy >= y && dy <= y + h) return i;
    }
    const [one] = this.nearest(...this.at(px, py), 1);
    const [x, y] = this.at(px, py);
    return one >= 0 && Math.hypot(this.xs[one] - x, this.ys[one] - y) * this.scale <= Math.max(reach, this.scale / 2) ? one : -1;
  }

  // The pictures nearest to a place of the map, nearest first.
  nearest(x, y, most) {
    const found = [];
    for (let i = 0; i < this.n; i++) {
      const far = (this.xs[i] - x) ** 2 + (this.ys[i] - y) ** 2;
      if (found.length === most && far >= found[most - 1][0]) continue;
      const at = found.findIndex(([d]) => d > far);
      found.splice(at < 0 ? found.length : at, 0, [far, i]);
      if (found.length > most) found.pop();
    }
    return found.map(([, i]) => i);
  }
}
