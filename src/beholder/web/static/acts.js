// What a person does to a picture, as in Results: heart, hide, shortlist, compare. Seen at once, and on its way to the server.

import { call, home, newId, person } from "./api.js";
import { button, icon, make } from "./dom.js";
import { changedLast, keep, know } from "./keep.js";
import * as outbox from "./outbox.js";
import { speak, tellTrouble, toast } from "./signs.js";

const MOST = 4; // pictures side by side
export const ACTS = [
  ["favourite", "Favourite", "heart", "F"],
  ["hide", "Hide", "hide", "X"],
  ["alike", "More like this", "alike", "M"],
  ["keep", "Shortlist", "list", "S"],
  ["compare", "Compare", "compare", "C"],
  ["open", "Look closer", "zoom", "Z"],
];

// The act of a key's letter.
export const actOf = (letter) => ACTS.find(([, , , key]) => key.toLowerCase() === letter)?.[0];

const listed = new Map(); // id -> on which shortlists, in words, as far as this page has changed it
const marks = { favourite: new Map(), hide: new Map() }; // id -> on, as far as this page has changed it
const done = []; // newest last: {events, title}
let chosen = new Map(); // of this collection
let segment = "";
let tray = null;

const kept = (what = "compare") => `beholder.${what}.${home}.${person}.${segment}`;
function remembered() {
  try {
    return new Map(JSON.parse(sessionStorage.getItem(kept()) ?? "[]"));
  } catch {
    return new Map();
  }
}

export const idOf = (figure) => Number(figure.dataset.item);
export const titleOf = (figure) => figure.querySelector(".title")?.textContent ?? `Place ${figure.querySelector(".rank")?.textContent}`;
const figures = (id) => document.querySelectorAll(`:is(figure, .hung li)[data-item="${id}"]`);
const on = (kind, id, figure) => marks[kind].get(id) ?? (kind === "favourite" && figure?.querySelector("[data-do=favourite]")?.getAttribute("aria-pressed") === "true");

// A row of buttons, one for each act. words: with their names beside them
export function buttons(words = false, without = []) {
  return ACTS.filter(([what]) => !without.includes(what)).map(([what, label, image, key]) => {
    const one = button(label, { image, round: !words, "data-do": what, key: words ? key : undefined });
    one.title = `${label} (${key})`;
    return one;
  });
}

// Buttons say how it stands with this picture.
export function tell(box, figure) {
  const id = idOf(figure);
  const state = { favourite: on("favourite", id, figure), hide: on("hide", id), compare: chosen.has(id) };
  for (const [what, pressed] of Object.entries(state)) box.querySelector(`[data-do=${what}]`)?.setAttribute("aria-pressed", pressed);
  const keeper = box.querySelector("[data-do=keep]");
  const label = figure.dataset.listed || (changedLast() ? `Add to ${changedLast()}` : "Shortlist");
  if (keeper) keeper.title = `${label} (S)`;
  if (keeper?.matches(".round")) keeper.ariaLabel = label;
  else if (keeper) keeper.querySelector("span").textContent = label;
}

// A tile as this page knows the picture: also one that has come anew.
export function dress(figure) {
  const id = idOf(figure);
  const heart = figure.querySelector(":is(figcaption, .hung-acts) [data-do=favourite]");
  if (heart && marks.favourite.has(id)) heart.setAttribute("aria-pressed", marks.favourite.get(id));
  figure.classList.toggle("is-hidden", Boolean(marks.hide.get(id)));
  figure.classList.toggle("is-chosen", chosen.has(id));
  if (listed.has(id)) {
    figure.dataset.listed = figure.querySelector(".plate").title = listed.get(id);
    if (!listed.get(id)) figure.removeAttribute("data-listed");
  }
}

function changed(id) {
  for (const figure of figures(id)) dress(figure);
  dispatchEvent(new CustomEvent("acted"));
}

// kind: favourite or hide
function mark(kind, figure, value) {
  const title = titleOf(figure);
  const one = keepMarks(kind, [idOf(figure)], value, title);
  const hearted = "picked" in figure.dataset ? "Favourite. Your ranking knows: you picked it." : "Your ranking learns from it.";
  const { whose } = figure.dataset; // where more than one person is told of
  const favourite = whose ? [`No longer one of your favourites, ${whose}.`, `One of your favourites, ${whose}.`] : ["No longer a favourite.", hearted];
  const words = { favourite, hide: ["Shown again.", "Hidden."] };
  const hidden = kind === "hide" && value;
  const taught = kind === "favourite" && value && !("picked" in figure.dataset) && byScore();
  toast(words[kind][Number(value)], ...(hidden ? [back()] : taught ? [press("Show the new order", anew)] : []));
  if (hidden) offerOthers(one);
}

function keepMarks(kind, ids, value, title) {
  const events = ids.map((id) => ({ id: newId(), kind, items: [id], value: Number(value), asked_by: "person" }));
  done.push({ events, title });
  for (const event of events) {
    set(event, value);
    outbox.add(segment, event);
  }
  return done.at(-1);
}

const press = (label, onclick, more = {}) => make("button", { type: "button", onclick, onmousedown: (e) => e.preventDefault(), ...more }, label); // the focus stays
const back = () => press("Undo", undo, { title: "Undo (U)" });

// Whether Results stand in the order of the scores, which a heart changes.
const byScore = () => document.getElementById("filter") && !/[?&](q|like|sort)=[^&]/.test(location.search);

async function anew() {
  await outbox.flush();
  history.replaceState({ top: true }, ""); // where the wall begins then
  location.reload();
}

// Of a work that was just hidden there may be other files: whether they go too is asked.
async function offerOthers(one) {
  await outbox.flush(); // what was hidden and shown again before
  const { items } = await call(`/api/same/${segment}/files?item=${one.events[0].items[0]}`).catch(() => ({ items: [] }));
  const others = items.filter((id) => !marks.hide.get(id));
  if (!others.length || done.at(-1) !== one) return;
  const label = others.length > 1 ? `Hide its ${others.length} other files too` : "Hide its other file too";
  toast("Hidden.", back(), press(label, () => {
    keepMarks("hide", others, true, one.title);
    toast(others.length > 1 ? "All its files are hidden." : "Both its files are hidden.", back());
  }));
}

function set({ kind, items }, value) {
  marks[kind].set(items[0], value);
  const count = document.getElementById("hidden-count");
  if (count) count.textContent = Number(count.dataset.hidden) + [...marks.hide.values()].filter(Boolean).length;
  changed(items[0]);
}

export function undo() {
  const last = done.pop();
  if (!last) return toast("Nothing left to undo on this page.");
  for (const event of last.events) {
    set(event, !event.value);
    outbox.add(segment, { id: newId(), kind: "undo", undoes: event.id });
  }
  return toast(`Undone: ${last.title}.`);
}

function compare(figure) {
  const id = idOf(figure);
  if (!chosen.delete(id)) {
    if (chosen.size === MOST) return toast("Four pictures are the most to compare. Take one away to compare another.");
    const image = figure.querySelector("img");
    chosen.set(id, { title: titleOf(figure), src: image?.currentSrc || image?.src });
  }
  sessionStorage.removeItem(kept("compared"));
  hold();
  changed(id);
  const next = chosen.size > 1 ? "Compare, at the foot of the page, shows them together." : "Press Compare at another picture.";
  const tell = document.querySelector("dialog[open]") ? toast : speak; // the tray, which lies below a dialog, shows it
  return tell(`${chosen.has(id) ? "" : "No longer chosen. "}${chosen.size} of ${MOST} to compare. ${next}`);
}

function hold() {
  sessionStorage.setItem(kept(), JSON.stringify([...chosen]));
  tray ??= document.body.appendChild(make("aside", { class: "tray", "aria-label": "Chosen to compare" }));
  tray.hidden = !chosen.size;
  document.body.classList.toggle("with-tray", chosen.size > 0);
  const query = new URLSearchParams([...chosen.keys()].map((id) => ["item", id]));
  const pictures = [...chosen].map(([id, { title, src }]) =>
    make("button", { type: "button", class: "chosen-one", title: `Take away ${title}`, "aria-label": `Take away ${title}`, onclick: () => drop(id) }, make("img", { src, alt: "" }), icon("close")));
  tray.replaceChildren(...pictures,
    chosen.size > 1 ? make("a", { class: "button main", href: `/beside?${query}`, onclick: () => sessionStorage.setItem(kept("compared"), 1) }, "Compare") : make("span", { class: "soft" }, "Compare another one"),
    button("Clear", { image: "close", round: true, onclick: () => drop(...chosen.keys()) }));
}

function drop(...ids) {
  for (const id of ids) chosen.delete(id);
  hold();
  ids.forEach(changed);
}

// what: one of ACTS but "open", which the page does itself
export function act(what, figure) {
  const id = idOf(figure);
  if (what === "favourite" || what === "hide") mark(what, figure, !on(what, id, figure));
  else if (what === "keep") keep(id, titleOf(figure), (names) => {
    listed.set(id, names.length ? `On shortlist${names.length > 1 ? "s" : ""} ${names.join(", ")}` : "");
    changed(id);
  });
  else if (what === "compare") compare(figure);
  else if (what === "alike") location[history.state?.zoom ? "replace" : "assign"](`/results/${segment}?like=${id}`);
}

// The menu of a tile where there is no room for its buttons.
let sheet = null;
export function menu(figure, run) {
  if (!sheet) {
    sheet = make("dialog", { class: "sheet" });
    sheet.addEventListener("click", (e) => e.target === sheet && sheet.close());
    document.body.append(sheet);
  }
  const list = make("div", { class: "sheet-acts" }, ...buttons(true));
  list.addEventListener("click", (e) => {
    const what = e.target.closest("[data-do]")?.dataset.do;
    if (!what) return;
    sheet.close();
    run(what, figure);
  });
  tell(list, figure);
  sheet.setAttribute("aria-label", titleOf(figure));
  const link = figure.querySelector(".title a");
  if (link) list.append(make("a", { class: "button", href: link.href, target: "_blank", rel: "noopener noreferrer" }, icon("open"), make("span", {}, "Open its page")));
  sheet.replaceChildren(make("div", { class: "dialog-head" }, make("h2", {}, titleOf(figure)), button("Close", { image: "close", round: true, onclick: () => sheet.close() })), list);
  sheet.showModal();
  const { left, width, top, bottom } = figure.querySelector(".plate").getBoundingClientRect();
  const beside = innerWidth > 640; // its picture; on a phone it lies at the foot
  const at = [left + width + 12 + sheet.offsetWidth > innerWidth ? left - 12 - sheet.offsetWidth : left + width + 12, (top + bottom - sheet.offsetHeight) / 2];
  const within = (to, size, room) => `${Math.max(8, Math.min(to, room - size - 8))}px`;
  Object.assign(sheet.style, beside ? { margin: 0, left: within(at[0], sheet.offsetWidth, innerWidth), top: within(at[1], sheet.offsetHeight, innerHeight) } : { margin: "", left: "", top: "" });
}

export function begin(of) {
  segment = of;
  const back = performance.getEntriesByType("navigation")[0]?.type === "back_forward";
  if (!back && sessionStorage.getItem(kept("compared"))) for (const what of ["compare", "compared"]) sessionStorage.removeItem(kept(what));
  chosen = remembered();
  tellTrouble((refused) => refused.kind in marks && set(refused, !refused.value));
  know();
  if (chosen.size) hold();
}
