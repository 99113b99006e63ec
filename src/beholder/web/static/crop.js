// The four corners of a picture in its photo: dragged with a mouse or a finger, moved with the arrow keys. Those of a
// work that was missed are drawn first, as a box, from one corner to the opposite one.

import { make } from "./dom.js";
import "./shell.js";

const NAMES = ["Upper left", "Upper right", "Lower right", "Lower left"];
const STEP = 1 / 200; // of the longer side, for a press of an arrow key; with Shift a tenth of that
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const MARGIN = 0.4; // of the artwork's sides, around it in the closer view
const SMALL = 140; // pixels of the screen: an artwork with a shorter side is shown closer at once

const photo = document.getElementById("photo");
const closer = document.getElementById("closer");
const form = document.getElementById("save");
const fault = document.getElementById("crop-fault");

function edit() {
  const [width, height, smallest] = ["width", "height", "smallest"].map((name) => Number(photo.dataset[name]));
  const paths = photo.querySelectorAll("path");
  const save = form.querySelector("button");
  const corners = photo.dataset.corners.split(" ").map((pair) => pair.split(",").map(Number));
  const adding = "adding" in photo.dataset;
  const before = text();
  const handles = corners.map((_, at) => handle(at));

  function text() {
    return corners.map((corner) => corner.map(Math.round).join(",")).join(" ");
  }

  // What is wrong with the corners; "" where nothing is.
  function wrong() {
    const side = (a, b) => [b[0] - a[0], b[1] - a[1]];
    const sides = corners.map((corner, at) => side(corner, corners[(at + 1) % 4]));
    const turns = sides.map((one, at) => one[0] * sides[(at + 1) % 4][1] - one[1] * sides[(at + 1) % 4][0]);
    if (turns.some((turn) => turn <= 0)) return "The lines between the corners cross. Put each corner back in its place.";
    return sides.some((one) => Math.hypot(...one) < smallest) ? "The corners are too close to each other." : "";
  }

  function draw() {
    const outline = `M${corners.map((corner) => corner.join(",")).join(" ")}Z`;
    paths[0].setAttribute("d", `M0 0H${width}V${height}H0Z ${outline}`);
    for (const path of [paths[1], paths[2]]) path.setAttribute("d", outline);
    handles.forEach((one, at) => {
      const [x, y] = [corners[at][0] / width, corners[at][1] / height];
      one.style.left = `${100 * x}%`;
      one.style.top = `${100 * y}%`;
      one.setAttribute("aria-label", `${NAMES[at]} corner: ${Math.round(100 * x)} % from the left, ${Math.round(100 * y)} % from the top`);
    });
    fault.textContent = wrong();
    form.elements.crop.value = text();
    save.disabled = Boolean(fault.textContent) || text() === before;
  }

  function put(at, x, y) {
    corners[at] = [Math.min(Math.max(x, 0), width), Math.min(Math.max(y, 0), height)];
  }

  function move(at, x, y) {
    put(at, x, y);
    draw();
  }

  // Where a pointer is, in pixels of the photo.
  function place(e) {
    const box = photo.getBoundingClientRect();
    return [((e.clientX - box.left) / box.width) * width, ((e.clientY - box.top) / box.height) * height];
  }

  function handle(at) {
    const one = make("button", { type: "button", class: "corner", "data-corner": at });
    let from = null; // where the pointer took hold of it, from its middle
    one.addEventListener("pointerdown", (e) => {
      if (e.button) return;
      one.setPointerCapture(e.pointerId);
      const [x, y] = place(e);
      from = [x - corners[at][0], y - corners[at][1]];
    });
    one.addEventListener("pointermove", (e) => {
      if (!from) return;
      const [x, y] = place(e);
      move(at, x - from[0], y - from[1]);
    });
    for (const end of ["pointerup", "pointercancel"]) one.addEventListener(end, () => (from = null));
    one.addEventListener("keydown", (e) => {
      const way = ARROWS[e.key];
      if (!way || e.ctrlKey || e.metaKey || e.altKey) return;
      e.preventDefault();
      const step = Math.max(1, STEP * Math.max(width, height) * (e.shiftKey ? 0.1 : 1));
      move(at, corners[at][0] + step * way[0], corners[at][1] + step * way[1]);
    });
    photo.append(one);
    return one;
  }

  // The part of the photo around the artwork, or all of it. returns : how much of it that is
  function look(close) {
    const [xs, ys] = [0, 1].map((axis) => corners.map((corner) => corner[axis] / [width, height][axis]));
    const spans = [xs, ys].map((all) => [Math.min(...all), Math.max(...all)]);
    const share = close ? Math.min(1, Math.max(...spans.map(([a, b]) => b - a)) * (1 + 2 * MARGIN)) : 1;
    const [left, top] = spans.map(([a, b]) => Math.min(Math.max((a + b - share) / 2, 0), 1 - share));
    photo.style.width = `${100 / share}%`;
    photo.style.transform = `translate(${-100 * left}%, ${-100 * top}%)`;
    photo.parentElement.classList.toggle("close", close);
    if (share < 1) photo.querySelector("img").src = photo.dataset.large;
    closer.textContent = close ? "Farther" : "Closer";
    return share;
  }

  function shortest() {
    const scale = photo.getBoundingClientRect().width / width;
    return scale * Math.min(...corners.map(([x, y], at) => Math.hypot(x - corners[(at + 1) % 4][0], y - corners[(at + 1) % 4][1])));
  }

  // A box from where the pointer goes down to where it is let go, for a work that was missed.
  function box() {
    let from = null;
    photo.addEventListener("pointerdown", (e) => {
      if (e.button || e.target.closest(".corner")) return;
      e.preventDefault();
      photo.setPointerCapture(e.pointerId);
      from = place(e);
    });
    photo.addEventListener("pointermove", (e) => {
      if (!from) return;
      const [[left, right], [top, bottom]] = place(e).map((to, axis) => [to, from[axis]].sort((a, b) => a - b));
      if (Math.max(right - left, bottom - top) < smallest) return;
      [[left, top], [right, top], [right, bottom], [left, bottom]].forEach((corner, at) => put(at, ...corner));
      draw();
    });
    for (const end of ["pointerup", "pointercancel"]) photo.addEventListener(end, () => (from = null));
  }

  if (adding) box();
  closer.addEventListener("click", () => look(!photo.parentElement.classList.contains("close")));
  form.hidden = false;
  draw();
  closer.hidden = look(true) === 1;
  look(false);
  if (!adding && shortest() < SMALL) look(true);
}

if (photo && !("fixed" in photo.dataset)) edit();
for (const one of document.querySelectorAll(".crop-side form")) {
  one.addEventListener("submit", (e) => {
    if (one === form && e.submitter) e.submitter.textContent = "Saving…";
    setTimeout(() => e.submitter && (e.submitter.disabled = true)); // once it is sent, with its value
  });
}
