// A closer look at pictures of Results: what stands under a tile, and all that can be done with its picture.

import * as acts from "./acts.js";
import { make } from "./dom.js";
import { hush } from "./signs.js";
import { facts, zoom } from "./zoom.js";

const tools = make("div", { class: "zoom-tools" }, ...acts.buttons(true, ["open"]));
let looked = null; // the tile of the picture that is open

// Score, title, artist and price, and why it hangs there.
function told(figure) {
  const lines = [...figure.querySelectorAll("figcaption p")].map((line) => line.cloneNode(true));
  for (const near of lines.flatMap((line) => [...line.querySelectorAll("img")])) near.parentNode.remove();
  const doubt = figure.querySelector(".doubt").getAttribute("aria-label");
  const score = `${figure.querySelector(".verdict b").textContent}, ${doubt} · place ${figure.querySelector(".rank").textContent}`;
  for (const part of lines.flatMap((line) => [...line.querySelectorAll("[tabindex]")])) part.removeAttribute("tabindex");
  const [title, ...others] = lines.map(unwrapped);
  return [title, make("span", { class: "zoom-score" }, score), ...others, facts(figure)];
}
function unwrapped(line) {
  const span = make("span", { class: line.className });
  span.append(...line.childNodes);
  return span;
}

function closeUp(figure) {
  if (looked && looked !== figure) hush(); // it was said of another picture
  looked = figure?.querySelector(".verdict") ? figure : null;
  if (!looked) return null;
  acts.tell(tools, figure);
  return { src: figure.querySelector("a.plate").href, alt: acts.titleOf(figure), words: told(figure), tools: [tools] };
}

addEventListener("acted", () => looked && acts.tell(tools, looked));
tools.addEventListener("click", (e) => {
  const what = e.target.closest("[data-do]")?.dataset.do;
  if (what) acts.act(what, looked);
});

function key(letter) {
  if (letter === "u") return acts.undo() ?? true;
  const what = acts.actOf(letter);
  if (what && looked) acts.act(what, looked);
  return Boolean(what);
}

// tiles: has a length, and `at` gives the tile of a place, perhaps later; plain(n): {src, alt, words} where it has none.
// closed(at): which was seen last
export function look(tiles, first, closed = () => {}) {
  const at = async (n) => closeUp(await tiles.at(n)) ?? tiles.plain?.(n);
  zoom({ length: tiles.length, at }, first, {
    key,
    ahead: async (n) => {
      const next = await tiles.at(n);
      if (next?.querySelector("img")) new Image().src = next.firstElementChild.href;
    },
    closed: (last) => {
      looked = null;
      closed(last);
    },
  });
}
