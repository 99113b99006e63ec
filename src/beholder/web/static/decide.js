// A small tournament: each picture meets one other in a round, the one that is liked more goes on. Who leaves it half
// way finds it in this browser as it was, unless the shortlist has other pictures then.

import { call, Fault, home, newId, person } from "./api.js";
import { button, make } from "./dom.js";
import { keyOf } from "./keys.js";
import { add, flush } from "./outbox.js";
import { Pairs } from "./pairs.js";
import "./shell.js";

const page = document.getElementById("decide");
const wall = document.getElementById("wall");
const controls = document.getElementById("controls");
const ask = document.getElementById("ask");
const round = document.getElementById("round");
const all = [...document.querySelectorAll("#all > li")].map(({ dataset, firstElementChild }) => ({ id: Number(dataset.item), segment: dataset.segment, title: dataset.title, said: dataset.said, score: Number(dataset.score), image: firstElementChild }));
for (const { image } of all) image.style.setProperty("--ar", image.getAttribute("width") / image.getAttribute("height"));

const teach = document.getElementById("teach");
const wanted = teach.firstElementChild; // whether the choices are answers, too
const canTeach = new Set(all.map((one) => one.segment)).size < all.length; // some two are of one collection
const KEY = `beholder-decide.${home}.${person}.${page.dataset.id}`;
const APART = `${KEY}.apart`; // there where they are not

// alive: those of this round, in order; next: winners of it; out: those that lost, the last one first
let now;
let before; // [{state, said}]: what one can go back to
let hung = all; // as the pictures stand on the shortlist
let order = all; // as they stood before its winner came first
let view;
function hang() {
  view = new Pairs(wall, controls, { give, tool: () => {}, skip: () => give({ kind: "skip", items: pair().map((one) => one.id) }) });
  controls.append(button("Undo", { key: "U", onclick: undo }));
}
function begin() {
  for (const one of all) one.score = one.learned ?? one.score;
  now = { alive: all, next: [], out: [] };
  before = [];
  hang();
  step();
}

const first = (winner) => [winner, ...order.filter((one) => one !== winner)];
const hangsAs = (some) => some.every((one, at) => one === hung[at]);
const told = (state) => Object.fromEntries(Object.entries(state).map(([name, some]) => [name, some.map((one) => one.id)]));

function keep() {
  try {
    localStorage.setItem(KEY, JSON.stringify({ now: told(now), before: before.map((one) => ({ ...one, state: told(one.state) })), ...told({ order }), scores: Object.fromEntries(all.map((one) => [one.id, one.score])) }));
  } catch {
    // for this page only
  }
}

function drop() {
  try {
    localStorage.removeItem(KEY);
  } catch {
    // nothing was kept there
  }
}

try {
  wanted.checked = !localStorage.getItem(APART);
} catch {
  // they teach
}
wanted.addEventListener("change", () => {
  try {
    if (wanted.checked) localStorage.removeItem(APART);
    else localStorage.setItem(APART, "1");
  } catch {
    // for this page only
  }
});

// Go on where it was left; whether there was such a place.
function resume() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY));
    const of = (state) => Object.fromEntries(Object.entries(state).map(([name, ids]) => [name, ids.map((id) => all.find((one) => one.id === id))]));
    const [state, gone] = [of(kept.now), kept.before.map((one) => ({ ...one, state: of(one.state) }))];
    const [winner, ...others] = [...state.next, ...state.alive];
    const some = Object.values(state).flat();
    if (some.length !== all.length || !all.every((one) => some.includes(one))) return false;
    [now, before] = [state, gone];
    ({ order } = of({ order: kept.order }));
    for (const one of all) one.score = kept.scores?.[one.id] ?? one.score; // as it was before this began
    if (others.length || !hangsAs(first(winner))) order = all; // ordered by hand since
  } catch {
    return false;
  }
  hang();
  step();
  return true;
}
const pair = () => now.alive.slice(0, 2);

function step() {
  keep();
  if (now.alive.length < 2) now = { alive: [...now.next, ...now.alive], next: [], out: now.out };
  if (now.alive.length === 1) return over();
  const [left, right] = pair();
  const games = now.alive.length + now.next.length - 1;
  round.textContent = games === 1 ? "the final" : `${games} to go`;
  teach.hidden = !canTeach || before.length > 0;
  ask.textContent = view.ask;
  view.slots.forEach((slot, at) => {
    const { title, said } = pair()[at];
    slot.querySelector(".known").replaceChildren(make("span", {}, title), make("span", {}, said));
  });
  return view.show({ question: { items: pair() }, images: [left.image, right.image] });
}

// What is said of two pictures of one collection is an answer like any other, where the person wants that.
function give(event) {
  const [left, right] = pair();
  const said = wanted.checked && left.segment === right.segment ? { id: newId(), asked_by: "shortlist", ...event } : null;
  if (said) add(left.segment, said);
  before.push({ state: now, said, segment: left.segment });
  const won = event.kind === "choice" ? event.items[0] : left.id; // of two alike, the one that hangs first goes on
  const [winner, loser] = won === left.id ? [left, right] : [right, left];
  now = { alive: now.alive.slice(2), next: [...now.next, winner], out: [loser, ...now.out] };
  const final = now.alive.length + now.next.length === 1;
  if (final) hung = first(winner);
  step();
  if (final) save(hung);
}

// Keep an order on the shortlist; whether it is kept
async function save(order) {
  try {
    await call(`/shortlists/${page.dataset.id}/order`, { items: order.map((one) => one.id) });
    return true;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    controls.append(make("p", { class: "fault", role: "alert" }, `Not saved. ${error.message}`));
    return false;
  }
}

function undo() {
  const last = before.pop();
  if (!last) return;
  if (last.said) add(last.segment, { id: newId(), kind: "undo", items: [], undoes: last.said.id });
  const [winner] = now.alive;
  now = last.state;
  if (!wall.querySelector(".pair")) {
    hang();
    if (hangsAs(first(winner))) save((hung = order));
  }
  step();
}

const taught = () => before.some((one) => one.said);

// What the ranking said before, of the pictures of the same collection, and whether it has learned.
function against(winner) {
  const ranked = all.filter((one) => one.segment === winner.segment && one.score > 0).sort((one, other) => other.score - one.score);
  if (ranked.length < 2 || !(winner.score > 0)) return taught() ? "Your results have learned from it." : "Your results have not learned from it.";
  if (ranked[0].score <= winner.score) return "Your ranking had it first, too.";
  return `Your ranking had ${ranked[0].title} first; it has ${taught() ? "" : "not "}learned from your choice.`;
}

// From the winner to the last: who went further comes first, and of one round whoever lost to the better one.
function placed() {
  const states = [...before.map((one) => one.state), now];
  const rounds = [];
  before.forEach(({ state }, at) => {
    if (!state.next.length) rounds.unshift([]); // the last round comes first
    const [loser] = states[at + 1].out;
    rounds[0].push({ loser, to: state.alive.find((one, place) => place < 2 && one !== loser) });
  });
  const order = [...now.alive];
  for (const lost of rounds) {
    lost.sort((one, other) => order.indexOf(one.to) - order.indexOf(other.to));
    order.push(...lost.map((one) => one.loser));
  }
  return order;
}

// What each score is now that this was learned from, beside what it was.
async function learned() {
  const mine = now;
  await flush();
  const response = await fetch(location.href).catch(() => null);
  if (!response?.ok || response.redirected) return;
  const part = new DOMParser().parseFromString(await response.text(), "text/html");
  const list = new Map([...part.querySelectorAll("#all > li")].map(({ dataset }) => [Number(dataset.item), Number(dataset.score)]));
  if (now !== mine) return; // undone, or begun again
  for (const one of all) one.learned = list.get(one.id) || one.score;
  const [winner] = now.alive;
  const said = ({ score, learned }) => (score > 0 && score !== learned ? `${score.toFixed(2)} → ${learned.toFixed(2)}` : learned > 0 ? learned.toFixed(2) : "");
  const outcome = wall.querySelector(".outcome");
  if (said(winner)) outcome.append(` Its score: ${said(winner)}.`);
  if (now.out.some((one) => one.learned < one.score)) outcome.append(" What loses may come down in your ranking, as in every pair that you choose.");
  now.out.forEach((one) => one.image.parentNode.append(make("small", {}, said(one))));
}

function over() {
  const [winner] = now.alive;
  const order = placed();
  teach.hidden = true;
  ask.replaceChildren("Your choice", make("span", { class: "unseen" }, `: ${winner.title}`));
  round.textContent = "";
  const outcome = `${hung[0] === winner ? "It stands first on the shortlist. " : ""}${against(winner)}`;
  const keepOrder = button("Put all in this order", { class: "main", onclick: async () => {
    if (!(await save(order))) return;
    drop();
    await flush();
    location.href = `/shortlists/${page.dataset.id}`;
  } });
  const others = order.slice(1).map((one) => make("li", {}, one.image, make("span", {}, one.title)));
  wall.replaceChildren(make("div", { class: "chosen" }, make("figure", {}, winner.image), make("h2", {}, winner.title), make("ol", { class: "also", start: 2 }, ...others), make("p", { class: "soft outcome" }, outcome)));
  controls.replaceChildren(keepOrder, button("Decide again", { onclick: begin }), button("Undo", { key: "U", onclick: undo }));
  if (taught()) learned();
}

document.addEventListener("keydown", (e) => {
  if (e.ctrlKey || e.metaKey || e.altKey || e.repeat) return;
  const key = keyOf(e);
  const [paired, inWall] = [wall.querySelector(".pair"), e.target === document.body || wall.contains(e.target)];
  if (key.toLowerCase() === "u" || key === "Backspace") undo();
  else if (paired && key === " " && inWall) view.acts.skip(); // elsewhere it presses what has the focus
  else if (!paired || !view.key(key)) return;
  e.preventDefault();
});
// Firefox presses a focused picture when Space comes up, whatever was prevented when it went down.
wall.addEventListener("keyup", (e) => e.key === " " && wall.querySelector(".pair") && e.preventDefault());
if (!resume()) begin();
