// Side by side: a heart is given, and a picture put on a shortlist, where the page stands.

import * as acts from "./acts.js";
import "./tiles.js";

const main = document.getElementById("main");

function tell(row) {
  const [picture, heart, keeper] = [row.closest("[data-item]"), row.querySelector(".heart"), row.querySelector("[data-do=keep]")];
  acts.tell(row, picture);
  heart.title = `${heart.ariaPressed === "true" ? "Take from" : "Add to"} your favourites, ${picture.dataset.whose}`;
  keeper.title = keeper.ariaLabel;
}

for (const kind of ["pointerover", "focusin"]) main.addEventListener(kind, (e) => {
  const row = e.target.closest(".hung-acts");
  if (row) tell(row);
});
addEventListener("acted", () => document.querySelectorAll(".hung-acts").forEach(tell));

main.addEventListener("click", (e) => {
  const button = e.target.closest(".hung-acts [data-do]");
  if (!button) return;
  e.preventDefault();
  acts.act(button.dataset.do, button.closest("[data-item]"));
});
