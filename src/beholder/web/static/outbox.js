// Answers on their way to the server: kept in this browser until the server says that they are on its disk.
//
// Every answer is one entry of localStorage, so two tabs never overwrite each other; sending one twice is harmless,
// because the server knows its id. The name of an entry begins with the data folder and the person, so another
// person's answers wait until that person is back.

import { Fault, call, person } from "./api.js";

const PREFIX = `beholder.${document.body.dataset.home}.${person}.`;
const ASIDE = "beholder-aside."; // before the name of an entry that cannot be read: kept, and never looked at again
const BATCH = 50;
const AFTER_PAINT = 30; // ms: it is kept already; the next picture comes first, then the network
const FIRST_WAIT = 400;
const LONGEST_WAIT = 8000;
const LEAVING = 2000; // ms that the next page waits for what is still on its way

const memory = new Map(); // where the browser keeps nothing: lost with the page, so it asks before it is left
const watchers = new Set();
let sending = null;
let wait = FIRST_WAIT;
let timer = null;
let order = 0;
let last = { state: "saved", pending: 0, sentence: "" };

function put(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    if (key.startsWith(PREFIX)) memory.set(key, value);
  }
}

function drop(key) {
  memory.delete(key);
  try {
    localStorage.removeItem(key);
  } catch {
    // nothing was kept there
  }
}

function entries() {
  const all = new Map(memory);
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) all.set(key, localStorage.getItem(key));
  } catch {
    // only what is in memory
  }
  return [...all].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, text]) => read(key, text)).filter(Boolean);
}

// One entry. null where another tab has sent it meanwhile, or where it is no answer, as after a crash half way.
function read(key, text) {
  if (text === null) return null;
  try {
    const { segment, event } = JSON.parse(text);
    if (typeof segment === "string" && segment && typeof event.id === "string") return { key, segment, event };
  } catch {
    // set aside
  }
  drop(key);
  put(ASIDE + key, text);
  return null;
}

// refused: the event that the server will never take
function tell(state, sentence = "", refused = null) {
  last = { state, pending: entries().length, sentence, refused };
  for (const watcher of watchers) watcher(last);
}

export function watch(watcher) {
  watchers.add(watcher);
  watcher(last);
}

export const pending = () => entries().length;

// What waits for this collection: the pictures in it must not be asked about again meanwhile.
export const waiting = (segment) => entries().filter((e) => e.segment === segment).map((e) => e.event);

export function add(segment, event) {
  const key = `${PREFIX}${Date.now().toString(36).padStart(9, "0")}${(order++).toString(36).padStart(4, "0")}.${event.id}`;
  put(key, JSON.stringify({ segment, event }));
  if (last.state === "away") tell("away", last.sentence);
  else tell("saving");
  if (last.state !== "away") setTimeout(flush, AFTER_PAINT);
}

// Send all that waits. Settles when nothing waits any more or the server is away.
export function flush() {
  sending ??= send().finally(() => (sending = null));
  return sending;
}

async function send() {
  clearTimeout(timer);
  let most = BATCH;
  let refusal = "";
  for (let all = entries(); all.length; all = entries()) {
    const part = all.filter((e) => e.segment === all[0].segment).slice(0, most);
    if (last.state !== "away") tell("saving");
    try {
      const body = { events: part.map((e) => e.event) };
      const { saved } = await call(`/api/label/${part[0].segment}/answers`, body);
      if (!Array.isArray(saved)) throw new Fault("The reply did not come from Beholder.");
      for (const entry of part) if (saved.includes(entry.event.id)) drop(entry.key);
      wait = FIRST_WAIT;
    } catch (fault) {
      const another = fault.status === 409 && !fault.taken; // somebody else answers in this browser now
      if (fault.passing || another || fault.status === 401 || fault.status === 403) return later(fault);
      if (part.length === 1) {
        drop(part[0].key); // it will never be taken; the sentence says why
        refusal = fault.message;
        tell("refused", refusal, part[0].event);
      }
      most = 1;
    }
  }
  if (refusal) tell("refused", refusal);
  else if (last.state !== "refused") tell("saved");
}

function later(fault) {
  tell(fault.passing ? "away" : "stopped", fault.status === 503 || !fault.passing ? fault.message : "");
  if (!fault.passing) return;
  timer = setTimeout(flush, wait * (0.75 + Math.random() / 2));
  wait = Math.min(wait * 2, LONGEST_WAIT);
}

// The next page counts what was said on this one: a link that is followed meanwhile waits until that is saved.
addEventListener("click", async (e) => {
  const link = e.target.closest?.("a[href]");
  const here = link && link.pathname === location.pathname && link.search === location.search;
  if (!link || here || link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
  if (e.defaultPrevented || e.ctrlKey || e.metaKey || e.shiftKey || e.altKey || !pending()) return;
  e.preventDefault();
  await Promise.race([flush(), new Promise((late) => setTimeout(late, LEAVING))]);
  location.assign(link.href);
});
addEventListener("online", () => flush());
addEventListener("beforeunload", (event) => {
  if (memory.size) event.preventDefault();
});
if (person) queueMicrotask(() => (pending() ? flush() : tell("saved")));
