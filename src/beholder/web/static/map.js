// The map of a collection: move and zoom by mouse, wheel, fingers or keys; open a picture.

import * as acts from "./acts.js";
import { make } from "./dom.js";
import { Plane } from "./plane.js";
import { Thumbs } from "./thumbs.js";

const SOON = 1500; // ms until it is asked again whether the map is drawn
const STILL = 250; // ms without a move, after which the list follows
const NEAREST = 8;
const CLOSEST = 240; // CSS pixels a cell
const MARGIN = 40; // CSS pixels around a picture that is opened
const STEP = 0.2; // of the window, with one arrow key

const map = document.getElementById("map");
const canvas = document.getElementById("plane");
const said = document.getElementById("map-said");
const near = document.getElementById("near");
const opened = document.getElementById("map-open");
const base = `/map/${map.dataset.segment}`;
const thumbs = new Thumbs((i) => address(i), () => redraw());
const plane = new Plane(canvas, thumbs);
let frame = 0;
let still = 0;
let fits = false; // whether everything is seen, and stays so where the window has another size

const address = (i, side = 320) => `/pictures/${plane.ids[i]}/${side}.jpg?v=${plane.keys[i].toString(16).padStart(8, "0")}`;

function redraw() {
  frame ||= requestAnimationFrame(() => {
    frame = 0;
    plane.draw();
  });
}

function moved() {
  const { left, right, top, bottom } = plane.box;
  plane.scale = Math.min(Math.max(plane.scale, plane.whole * 0.8), CLOSEST);
  plane.x = Math.min(Math.max(plane.x, left), right);
  plane.y = Math.min(Math.max(plane.y, top), bottom);
  const off = Math.max(Math.abs(2 * plane.x - left - right), Math.abs(2 * plane.y - top - bottom));
  fits = off < 0.5 && Math.abs(plane.scale / plane.whole - 1) < 0.01;
  redraw();
  map.dataset.moving = "";
  clearTimeout(still);
  still = setTimeout(settled, STILL);
}

function everything() {
  const { left, right, top, bottom } = plane.box;
  Object.assign(plane, { x: (left + right) / 2, y: (top + bottom) / 2, scale: plane.whole });
  moved();
}

// Zooms so that what is at this place of the canvas stays there.
function zoomBy(factor, px = canvas.clientWidth / 2, py = canvas.clientHeight / 2) {
  const [x, y] = plane.at(px, py);
  plane.scale = Math.min(Math.max(plane.scale * factor, plane.whole * 0.8), CLOSEST);
  const [nx, ny] = plane.at(px, py);
  plane.x += x - nx;
  plane.y += y - ny;
  moved();
}

// The place stays in the address, and the list tells what is in the middle.
async function settled() {
  delete map.dataset.moving;
  history.replaceState(history.state, "", `#${plane.place.map((v) => v.toFixed(1))},${plane.scale.toPrecision(4)}`);
  const found = plane.nearest(plane.x, plane.y, NEAREST);
  const response = await fetch(`${base}/titles?items=${found.map((i) => plane.ids[i]).join(",")}`).catch(() => null);
  if (!response?.ok) return;
  const titles = new Map((await response.json()).map((one) => [one.id, one.title]));
  near.replaceChildren(...found.map((i) => {
    const name = titles.get(plane.ids[i]) ?? "";
    const image = make("img", { src: address(i), alt: "", loading: "lazy" });
    return make("li", {}, make("button", { type: "button", "data-at": i, "aria-label": `Open ${name}` }, image), make("small", {}, `${name} · ${plane.scores[i].toFixed(2)}`));
  }));
}

async function open(i, focus) {
  plane.chosen = i;
  redraw();
  const response = await fetch(`${base}/picture?item=${plane.ids[i]}`).catch(() => null);
  const wall = opened.querySelector(".wall");
  if (response?.ok && !response.redirected) {
    const part = new DOMParser().parseFromString(await response.text(), "text/html"); // scripts in it would not run
    const figures = [...part.querySelectorAll("figure")];
    for (const figure of figures) {
      figure.style.setProperty("--ar", figure.dataset.ar);
      acts.dress(figure);
    }
    wall.replaceChildren(...figures);
  } else wall.replaceChildren(make("p", { role: "alert" }, "The server cannot be reached. Choose the picture again."));
  opened.hidden = false;
  if (focus) opened.focus();
}

// What is opened is not hidden by what is told of it.
function uncover(i) {
  const { clientWidth: w, clientHeight: h } = canvas;
  const beside = opened.offsetWidth < w;
  const [width, height] = beside ? [w - opened.offsetWidth, h] : [w, h - opened.offsetHeight];
  const [x, y] = [(plane.xs[i] - plane.x) * plane.scale + w / 2, (plane.ys[i] - plane.y) * plane.scale + h / 2];
  if (x < width - MARGIN && y < height - MARGIN) return;
  plane.x = plane.xs[i] + (w - width) / 2 / plane.scale;
  plane.y = plane.ys[i] + (h - height) / 2 / plane.scale;
  moved();
}

function close() {
  const inside = opened.contains(document.activeElement);
  opened.hidden = true;
  plane.chosen = -1;
  redraw();
  if (inside) canvas.focus();
}

// Mouse and fingers

const fingers = new Map();
let pressed = null; // where a click began, null once it has become a move

const place = (e) => {
  const box = canvas.getBoundingClientRect();
  return [e.clientX - box.left, e.clientY - box.top];
};

canvas.addEventListener("pointerdown", (e) => {
  if (e.button) return;
  canvas.setPointerCapture(e.pointerId);
  fingers.set(e.pointerId, place(e));
  pressed = fingers.size === 1 ? place(e) : null;
});

canvas.addEventListener("pointermove", (e) => {
  const [x, y] = place(e);
  const before = fingers.get(e.pointerId);
  if (!before) {
    canvas.classList.toggle("on", e.pointerType === "mouse" && plane.n > 0 && plane.pick(x, y, 8) >= 0);
    return;
  }
  if (pressed && Math.hypot(x - pressed[0], y - pressed[1]) > 6) pressed = null;
  if (pressed || !plane.n) return;
  const other = [...fingers].find(([id]) => id !== e.pointerId)?.[1];
  if (other) {
    const [far, was] = [Math.hypot(x - other[0], y - other[1]), Math.hypot(before[0] - other[0], before[1] - other[1])];
    if (far && was) zoomBy(far / was, (x + other[0]) / 2, (y + other[1]) / 2);
  }
  const share = other ? 2 : 1; // of two fingers each moves the map half as far
  plane.x -= (x - before[0]) / plane.scale / share;
  plane.y -= (y - before[1]) / plane.scale / share;
  fingers.set(e.pointerId, [x, y]);
  moved();
});

for (const end of ["pointerup", "pointercancel"]) {
  canvas.addEventListener(end, (e) => {
    fingers.delete(e.pointerId);
    if (!pressed || end === "pointercancel" || !plane.n) return;
    const one = plane.pick(...pressed, e.pointerType === "mouse" ? 8 : 20);
    pressed = null;
    if (one >= 0) open(one, false);
    else close();
  });
}

canvas.addEventListener("wheel", (e) => {
  e.preventDefault();
  if (plane.n) zoomBy(2 ** (-e.deltaY * (e.deltaMode ? 20 : 1) * (e.ctrlKey ? 0.01 : 0.002)), ...place(e));
}, { passive: false });

// Keys and buttons

const KEYS = {
  ArrowLeft: () => { plane.x -= (STEP * canvas.clientWidth) / plane.scale; },
  ArrowRight: () => { plane.x += (STEP * canvas.clientWidth) / plane.scale; },
  ArrowUp: () => { plane.y -= (STEP * canvas.clientHeight) / plane.scale; },
  ArrowDown: () => { plane.y += (STEP * canvas.clientHeight) / plane.scale; },
  "+": () => zoomBy(1.5), "=": () => zoomBy(1.5), "-": () => zoomBy(1 / 1.5),
  Home: everything, 0: everything,
  Enter: () => open(plane.nearest(plane.x, plane.y, 1)[0], true),
};

canvas.addEventListener("keydown", (e) => {
  if (!plane.n || !Object.hasOwn(KEYS, e.key) || e.ctrlKey || e.metaKey || e.altKey) return;
  e.preventDefault();
  KEYS[e.key]();
  moved();
});

map.addEventListener("keydown", (e) => e.key === "Escape" && !opened.hidden && !document.querySelector("dialog[open]") && close());
opened.querySelector("button").addEventListener("click", close);
map.querySelector(".map-tools").addEventListener("click", (e) => {
  const by = Number(e.target.closest("button")?.dataset.zoomBy);
  if (!plane.n || Number.isNaN(by)) return;
  if (by) zoomBy(by);
  else everything();
});
near.addEventListener("click", (e) => {
  const at = e.target.closest("button")?.dataset.at;
  if (at !== undefined) open(Number(at), true);
});

// Beginning

function columns(buffer) {
  const n = new Uint32Array(buffer, 0, 1)[0];
  const column = (kind, at) => new kind(buffer, 4 + 4 * n * at, n);
  return { ids: column(Uint32Array, 0), xs: column(Int32Array, 1), ys: column(Int32Array, 2), keys: column(Uint32Array, 3), scores: column(Float32Array, 4) };
}

function legend() {
  const context = document.getElementById("legend").getContext("2d");
  plane.scale10.forEach(([r, g, b], k) => {
    context.fillStyle = `rgb(${r} ${g} ${b})`;
    context.fillRect(k / 2, 0, 1, 1);
  });
}

function say(words, busy = false) {
  said.textContent = words;
  document.getElementById("drawing").hidden = !busy;
}

async function begin() {
  const response = await fetch(`${base}/points`).catch(() => null);
  if (response?.status === 202) {
    say("Drawing the map. This is done once. It takes half a minute or so, for 100,000 pictures up to two minutes.", true);
    setTimeout(begin, SOON);
    return;
  }
  if (!response?.ok || response.redirected) {
    say(response ? "The map cannot be shown now. Open this page again." : "The server cannot be reached. Open this page again.");
    return;
  }
  plane.set(columns(await response.arrayBuffer()));
  say(plane.n ? "" : "There is no picture to show.");
  if (!plane.n) return;
  ["lowest", "highest"].forEach((id, end) => (document.getElementById(id).textContent = plane.range[end].toFixed(1)));
  plane.resize();
  const [x, y, scale] = location.hash.slice(1).split(",").map(Number);
  if (scale > 0 && Number.isFinite(x + y + scale)) {
    Object.assign(plane, { place: [x, y], scale });
    moved();
  } else everything();
  map.dataset.ready = "";
  const names = await fetch(`${base}/names`).catch(() => null);
  if (names?.ok) plane.names = await names.json();
  redraw();
}

new ResizeObserver(() => {
  if (!plane.n) return;
  plane.resize();
  if (fits) everything();
  plane.draw(); // at once: a canvas of another size is empty
  moved();
}).observe(canvas);
new ResizeObserver(() => opened.hidden || uncover(plane.chosen)).observe(opened);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  plane.colours();
  legend();
  if (plane.n) redraw();
});
legend();
acts.begin(map.dataset.segment);
say("Opening the map.", true);
begin();
