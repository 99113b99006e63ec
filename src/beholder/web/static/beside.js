// Side by side: a picture is put on a shortlist, and what it is like is looked at, without leaving the page.

import { keep } from "./keep.js";
import { zoom } from "./zoom.js";
import "./shell.js";

document.getElementById("main").addEventListener("click", (e) => {
  const button = e.target.closest("[data-keep]");
  if (button) return keep(Number(button.dataset.keep), button.dataset.title);
  const near = e.target.closest("a[data-zoom]");
  if (!near || e.ctrlKey || e.metaKey || e.shiftKey) return undefined;
  e.preventDefault();
  const label = near.getAttribute("aria-label");
  return zoom([{ src: near.href, alt: label, words: [label] }]);
});
