// Choosing: one question on the wall, the next ones ready, every answer on its way to the server at once.

import { call, counted, home, newId, person } from "./api.js";
import { button, make } from "./dom.js";
import { Grid } from "./grid.js";
import { help } from "./help.js";
import { follow } from "./importing.js";
import { keys } from "./keys.js";
import * as outbox from "./outbox.js";
import { Pairs } from "./pairs.js";
import { Queue, address, forgive, missing, prepare, sideFor } from "./queue.js";
import { Rating } from "./rating.js";
import { Details, Gain, Wait, hush, speak, toast } from "./signs.js";
import { zoom } from "./zoom.js";
import "./shell.js";

const page = document.getElementById("label");
const wall = document.getElementById("wall");
const controls = document.getElementById("controls");
const { segment } = page.dataset;
const VIEWS = { grid: Grid, pairs: Pairs, rating: Rating };
const TOUCH = matchMedia("(pointer: coarse)").matches;
const SWIPE = "Tap the one you like, or swipe towards it.";
const EMPTY = 2; // grids of which nothing was picked, after which another way is shown
const DAY = 86400; // seconds; who left the page open for longer did not look at it all that time
const LEFT = `beholder-left.${home}.${person}.${segment}`;
const MODE_OF = { grid: "grid", choice: "pairs", rating: "rating" };

const queues = {};
const given = []; // answers and marks made on this page, newest last: {event, question}
const favourites = new Set(); // as far as this page knows
const spent = new Set(); // ways to answer that have no question left
let gridsLeft = Number(page.dataset.gridsLeft); // until pairs begin by themselves
let chosen = new URLSearchParams(location.search).has("mode"); // by the person: this way to answer
let mode = null;
let view = null;
let current = null; // what hangs on the wall: {question, images}
let shownAt = 0;
let hint = ""; // how to answer, in place of the first reason
let undoing = Promise.resolve();

const gain = new Gain(segment, page.dataset);
const waiting = new Wait(page, document.getElementById("wait"));
const details = new Details(segment);
const acts = {
  give, skip, undo, tool, speak, passing: toast,
  moved: () => showMarks(),
  details: () => details.toggle(view, current),
  help,
};

function queueOf(which) {
  return (queues[which] ??= new Queue(segment, VIEWS[which].kind, sideFor(VIEWS[which].pixels())));
}

function enter(which) {
  if (current) queueOf(mode).putBack({ ...current, picked: view.picked && [...view.picked] });
  current = null;
  mode = which;
  hush();
  for (const tab of document.querySelectorAll(".tabs a")) {
    if (tab.dataset.mode === which) tab.setAttribute("aria-current", "true");
    else tab.removeAttribute("aria-current");
  }
  page.dataset.mode = which;
  delete page.dataset.question;
  page.classList.remove("over");
  view = new VIEWS[which](wall, controls, acts);
  hint = which === "pairs" && TOUCH ? SWIPE : "";
  say(view.ask, hint || view.reason);
  gain.count();
}

// Over the pictures: what is asked, and why or how.
function say(ask, reason = "") {
  document.getElementById("ask").textContent = ask;
  document.getElementById("reason").textContent = reason;
}

function show(prepared) {
  current = prepared;
  spent.delete(mode);
  const { question } = prepared;
  for (const item of question.items) if (item.favourite) favourites.add(item.id);
  view.show(prepared);
  page.dataset.question = question.id;
  waiting.end();
  page.classList.remove("over", "unasked");
  say(view.ask, hint || question.reason || view.reason);
  if (mode === "grid" && nothingLiked()) {
    document.getElementById("reason").replaceChildren("Nothing you like so far? ", make("a", { href: `/results/${segment}` }, "Search for it"), " and give it a heart: that teaches too.");
  }
  if (hint && !document.getElementById("reason").offsetParent) toast(hint); // no room for a line, on a phone that lies
  hint = "";
  showMarks();
  details.show(view, prepared);
  shownAt = performance.now();
  if (mode === "grid" || !wall.contains(document.activeElement)) wall.focus({ preventScroll: true });
  if (gridsLeft === 1) queueOf("pairs").fill();
}

// Grids by kinds may take long to come to a rare one; who knows what they love can say so.
function nothingLiked() {
  const grids = given.filter(({ event }) => event.kind === "grid");
  const ranked = "ranked" in page.dataset || gain.weight >= gain.needed; // there is something to search
  return ranked && grids.length >= EMPTY && grids.every(({ event }) => !event.picked.length);
}

// What was ticked when this page was left is still ticked.
addEventListener("pagehide", () => {
  const picked = [...(view.picked ?? [])];
  if (current && picked.length) sessionStorage.setItem(LEFT, JSON.stringify({ question: current.question, picked }));
  else sessionStorage.removeItem(LEFT);
});

async function begin() {
  const left = JSON.parse(sessionStorage.getItem(LEFT));
  sessionStorage.removeItem(LEFT);
  const prepared = left && (await prepare(left.question, queueOf("grid").side).catch(() => null));
  if (prepared) queueOf("grid").putBack({ ...prepared, picked: left.picked });
  if (prepared && mode !== "grid" && !chosen) enter("grid");
  return next();
}

// The next question: at once where it is ready, else when it comes. answered : a grid was, so the next one goes by it
async function next(answered = false) {
  const queue = queueOf(mode);
  const newest = answered && mode === "grid";
  const ready = newest ? null : queue.now();
  if (ready) return show(ready);
  delete page.dataset.question; // nothing is asked until it comes
  const asked = mode;
  waiting.begin(() => queue.away);
  const late = await (newest ? queue.newest() : queue.take());
  if (asked !== mode || current) return late && queue.putBack(late);
  return late ? show(late) : over(queue.lost);
}

// lost: picture after picture has no file; else everything was asked, and there may be another way to ask.
function over(lost) {
  if (!missing()) spent.add(mode);
  const left = Object.keys(VIEWS).find((which) => !spent.has(which));
  if (left && !missing()) {
    enter(left);
    if (chosen) toast("No more questions of that kind: here is another.");
    return next();
  }
  waiting.end();
  page.classList.add("over");
  delete page.dataset.question;
  say(lost ? "The pictures' files are not there" : "No more questions");
  const reason = document.getElementById("reason");
  if (!missing()) return reason.replaceChildren("You have answered all that can be asked of these pictures. Undo still works. ", make("a", { class: "button main", href: `/results/${segment}` }, "See the results"));
  const sentence = lost ? "" : `${counted(missing(), "picture has", "pictures have")} lost the file. `;
  return reason.replaceChildren(`${sentence}Is the folder or drive connected? `, button("Try again", { onclick: again }));
}

function again() {
  forgive();
  document.getElementById("reason").textContent = "";
  next();
}

function keep(event, question) {
  const whole = { id: newId(), asked_by: question?.asked_by ?? "person", ...event };
  given.push({ event: whole, question });
  outbox.add(segment, whole);
}

// One answer: kept in this browser, and the next question hangs before this returns.
function give(event, words) {
  if (!current) return;
  const { question } = current;
  const seconds = Math.round(performance.now() - shownAt) / 1000;
  hush(); // it was of the pictures that go
  keep({ seconds: seconds <= DAY ? seconds : null, ...event }, question);
  gain.add(event);
  current = null;
  if (event.kind === "grid" && gridsLeft > 0 && --gridsLeft === 0) {
    enter("pairs");
    toast("Now two at a time: faster, and each answer teaches more.");
  }
  next(true);
  speak(`${words}. ${view.ask}`);
}

function skip() {
  if (current) give({ kind: "skip", items: current.question.items.map((i) => i.id) }, "skipped");
}

// Favourite, look closer or hide: about the picture at this place of the wall.
function tool(what, at) {
  if (!current) return;
  const item = current.question.items[at];
  const name = view.name(at);
  if (what === "zoom") {
    const pictures = current.question.items.map((i, n) => ({ src: address(i, 2048), alt: view.name(n) }));
    return zoom(pictures, at);
  }
  if (what === "hide") return hide(item, at);
  const on = !favourites.delete(item.id);
  if (on) favourites.add(item.id);
  keep({ kind: "favourite", items: [item.id], value: on ? 1 : 0 });
  toast(on ? `Favourite: ${name}` : `No longer a favourite: ${name}`);
  return showMarks();
}

function hide(item, at) {
  keep({ kind: "hide", items: [item.id], value: 1 }, current.question);
  toast(`Hidden: ${view.name(at)}. Undo brings it back.`);
  for (const queue of Object.values(queues)) queue.without(item.id);
  if (view.hidden) return view.hidden(at);
  current = null;
  return next();
}

function showMarks() {
  current?.question.items.forEach((item, at) => {
    const heart = view.toolsOf(at)?.querySelector('[data-tool="favourite"]');
    heart?.setAttribute("aria-pressed", favourites.has(item.id));
    wall.querySelectorAll(".slot")[at]?.classList.toggle("is-favourite", favourites.has(item.id));
  });
}

// Undo, one after the other. What was answered on this page is known here; what came before, the server knows.
function undo() {
  undoing = undoing.then(takeBack).catch((fault) => toast(fault.message));
}

async function takeBack() {
  const last = given.pop();
  if (last) {
    outbox.add(segment, { id: newId(), kind: "undo", undoes: last.event.id });
    return back(last.event, last.question);
  }
  await outbox.flush();
  if (outbox.pending()) return toast("The server cannot be reached. Older answers can be undone when it is back.");
  const { undone, question } = await call(`/api/label/${segment}/undo`, { id: newId() });
  return undone ? back(undone, question) : toast("Nothing left to undo.");
}

async function back({ kind, items, value, picked }, question) {
  if (kind === "favourite") {
    if (value) favourites.delete(items[0]);
    else favourites.add(items[0]);
    toast("Undone: the favourite mark.");
    return showMarks();
  }
  const answered = kind !== "skip" && kind !== "hide";
  if (answered) gain.add({ kind, items }, -1);
  toast(kind === "hide" ? "Shown again." : "Undone: here is the question again.");
  if (!question || (kind === "hide" && current?.question.id === question.id)) {
    return wall.querySelectorAll(".is-hidden").forEach((slot) => slot.classList.remove("is-hidden"));
  }
  const which = MODE_OF[question.kind];
  if (kind === "grid" && which === "grid" && page.dataset.gridsLeft > 0) gridsLeft += 1;
  const prepared = await prepare(question, queueOf(which).side);
  if (which !== mode) enter(which);
  else if (current) queueOf(mode).putBack(current);
  return prepared ? show({ ...prepared, picked }) : next();
}

for (const tab of document.querySelectorAll(".tabs a")) {
  tab.addEventListener("click", (e) => {
    if (e.ctrlKey || e.metaKey || e.shiftKey) return;
    e.preventDefault();
    gridsLeft = 0;
    chosen = true;
    history.replaceState(null, "", tab.href);
    enter(tab.dataset.mode);
    next();
  });
}
// A click leaves the keys where they were: Enter after it is still the answer.
page.addEventListener("mousedown", (e) => e.target.closest(".foot button, .tools button, .pair button") && e.preventDefault());
for (const act of document.querySelectorAll("[data-do]")) act.addEventListener("click", () => acts[act.dataset.do]());

keys({
  ...acts,
  view: (key) => current && view.key(key),
  onPicture: (what, other) => current && tool(what, view.target(other)),
  inWall: () => wall.contains(document.activeElement) || document.activeElement === document.body,
});
outbox.watch(({ state }) => state === "saved" && gain.refresh());
enter(page.dataset.mode);
begin();
if (page.dataset.coming) follow(page.dataset.coming, document.getElementById("coming"));
