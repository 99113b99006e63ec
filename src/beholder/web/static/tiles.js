// Pictures of one collection that hang elsewhere than in Results: looked at closer as there, and with all that can be done.

import * as acts from "./acts.js";
import { make } from "./dom.js";
import "./help.js";
import { look } from "./looking.js";
import "./panels.js";
import "./shell.js";
import { facts } from "./zoom.js";

const { segment } = document.querySelector("[data-segment]").dataset;
const held = document.body.appendChild(make("div", { hidden: true })); // the tiles of Results of the pictures looked at

async function tilesOf(ids) {
  const response = await fetch(`/wall/${segment}/tiles?items=${ids.join(",")}`).catch(() => null);
  if (!response?.ok || response.redirected) return new Map();
  const part = new DOMParser().parseFromString(await response.text(), "text/html"); // scripts in it would not run
  held.replaceChildren(...part.querySelectorAll("figure"));
  for (const tile of held.children) acts.dress(tile);
  return new Map([...held.children].map((tile) => [acts.idOf(tile), tile]));
}

acts.begin(segment);
document.getElementById("main").addEventListener("click", (e) => {
  const link = e.target.closest("a[data-zoom]");
  if (!link || e.ctrlKey || e.metaKey || e.shiftKey) return;
  e.preventDefault();
  const links = [...link.closest(".hung, .strip").querySelectorAll("a[data-zoom]")];
  const ids = links.map(({ dataset }) => Number(dataset.item));
  const tiles = tilesOf(ids);
  new Image().src = link.href; // it comes meanwhile
  const plain = (n) => {
    const title = links[n].getAttribute("aria-label").replace("Zoom in on ", "");
    return { src: links[n].href, alt: title, words: [title, links[n].dataset.words, facts(links[n])] };
  };
  look({ length: ids.length, at: async (n) => (await tiles).get(ids[n]), plain }, links.indexOf(link));
});
