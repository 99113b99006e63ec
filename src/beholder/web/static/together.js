// Side by side: a heart is given where the page stands, and whose it is is said.

import { newId } from "./api.js";
import * as outbox from "./outbox.js";
import { tellTrouble, toast } from "./signs.js";
import "./closer.js";

const { segment } = document.querySelector(".taste").dataset;
const hearts = (id) => document.querySelectorAll(`#x${id} .heart`);

function set(id, on) {
  for (const heart of hearts(id)) {
    heart.setAttribute("aria-pressed", on);
    heart.value = on ? 0 : 1;
    heart.title = `${on ? "Take from" : "Add to"} your favourites, ${heart.dataset.who}`;
  }
}

document.getElementById("main").addEventListener("submit", (e) => {
  const heart = e.submitter;
  if (!heart?.matches(".heart")) return;
  e.preventDefault();
  const [id, value] = [Number(new FormData(heart.form).get("item")), Number(heart.value)];
  set(id, value === 1);
  outbox.add(segment, { id: newId(), kind: "favourite", items: [id], value, asked_by: "person" });
  toast(`${value ? "One of your favourites" : "No longer one of your favourites"}, ${heart.dataset.who}.`);
});

tellTrouble(({ kind, items, value }) => kind === "favourite" && set(items[0], !value));
