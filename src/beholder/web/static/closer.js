// A closer look at pictures that hang together; the arrow keys go through them.

import { facts, zoom } from "./zoom.js";
import "./panels.js";
import "./shell.js";

const one = (link) => {
  const title = link.getAttribute("aria-label").replace("Zoom in on ", "");
  return { src: link.href, alt: title, words: [title, link.dataset.words, facts(link)] };
};

document.getElementById("main").addEventListener("click", (e) => {
  const link = e.target.closest("a[data-zoom]");
  if (!link || e.ctrlKey || e.metaKey || e.shiftKey) return;
  e.preventDefault();
  const links = [...link.closest(".hung, .strip, .wall, .list").querySelectorAll("a[data-zoom]")];
  zoom(links.map(one), links.indexOf(link));
});
