// Groups of a collection: a closer look at the pictures of a row, and on from there.

import "./panels.js";
import "./shell.js";
import { zoom } from "./zoom.js";

const one = (a) => {
  const name = a.getAttribute("aria-label").replace("Zoom in on ", "");
  return { src: a.href, alt: name, words: [name, a.dataset.words], more: a.dataset.more };
};

document.getElementById("main").addEventListener("click", (e) => {
  const link = e.target.closest("a[data-zoom]");
  if (!link || e.ctrlKey || e.metaKey || e.shiftKey) return;
  e.preventDefault();
  const links = [...link.closest(".strip").querySelectorAll("a[data-zoom]")];
  zoom(links.map(one), links.indexOf(link));
});
