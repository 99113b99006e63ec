// Pictures dropped on the page, or chosen in a dialog: sent in pieces, then imported.

import { Fault, call, counted, home, person } from "./api.js";
import { show, watch } from "./collections.js";
import { ended } from "./importing.js";

const form = document.getElementById("drop");
const fault = document.getElementById("drop-fault");
const PIECE = 192 * 1024; // bytes in one request
const AT_ONCE = 3; // files on their way
const TRIES = 5; // of one piece, where the server cannot be reached
const ZIP = /\.(zip|cbz)$/i;
const endings = form.querySelector('[data-input="files"]').accept.split(",").filter((e) => e.startsWith("."));
const among = (ends, path) => ends.some((ending) => path.toLowerCase().endsWith(ending));
const ofPages = form.dataset.beside.split(","); // how folders are called that a browser saves with a page
const isOfPage = (path) => path.split("/").slice(0, -1).some((part) => ofPages.some((ending) => part.endsWith(ending)));
const NO_PICTURE = /\.(css|download|eot|html?|ico|js|json|map|svg|ttf|txt|woff2?|xhtml|xml)$/i; // of those beside a page, where pictures may have no ending
const isKnown = (path) => !/(^|\/)\./.test(path) && (isOfPage(path) ? !NO_PICTURE.test(path) : among(endings, path));
const pageEndings = form.dataset.pages.split(",");
const isPage = (path) => among(pageEndings, path) && !isOfPage(path);
const stem = (path) => path.replace(/\.[^.]*$/, "");

// What is imported by itself, with what it is called where nothing else may be in its folder: each folder with saved pages
// or a table of its pictures, each zip, and the rest together.
function parts(files) {
  const rest = files.filter(([path]) => !ZIP.test(path));
  const tops = new Map();
  for (const one of rest) {
    const folder = one[0].split("/").slice(0, -1)[0] ?? "";
    const top = isOfPage(`${folder}/`) ? "" : folder;
    if (!tops.has(top)) tops.set(top, []);
    tops.get(top).push(one);
  }
  const found = [];
  const together = [];
  for (const [top, inside] of tops) {
    const whole = top && inside.some(([path]) => isPage(path) || path === `${top}/${form.dataset.items}`);
    if (whole) found.push([top, inside.map(([path, file]) => [path.slice(top.length + 1), file])]);
    else together.push(...inside);
  }
  const first = together.find(([path]) => !path.includes("/") && (isPage(path) || path === form.dataset.items));
  if (together.length) found.unshift([first ? stem(first[0]) : "", together]);
  return [...found, ...files.filter(([path]) => ZIP.test(path)).map((zip) => ["", [zip]])];
}

// What a collection of these is called where nobody says it.
function titleOf(files) {
  const pages = files.filter(([path]) => !path.includes("/") && isPage(path));
  if (pages.length === 1) return stem(pages[0][0]);
  const [first] = files[0];
  if (first.includes("/") && !pages.length) return first.split("/")[0];
  return files.length === 1 ? stem(first) : "my pictures";
}

// All files of an entry that was dropped, with their paths in it.
async function below(entry, path = "") {
  if (entry.isFile) return [[path + entry.name, await new Promise((done, fail) => entry.file(done, fail))]];
  const reader = entry.createReader();
  const found = [];
  for (;;) { // a reader gives a hundred at a time
    const some = await new Promise((done, fail) => reader.readEntries(done, fail));
    if (!some.length) return found;
    for (const one of some) found.push(...await below(one, `${path}${entry.name}/`));
  }
}

async function send(id, path, file) {
  for (let at = 0, tries = 0, first = true; first || at < file.size; first = false) {
    const query = new URLSearchParams({ path, at, size: file.size });
    try {
      const response = await fetch(`/api/uploads/${id}/piece?${query}`, {
        method: "POST",
        headers: { "X-Beholder-Person": `${home}.${person}`, "Content-Type": "application/octet-stream" },
        body: file.slice(at, at + PIECE),
      });
      const answer = await response.json();
      if (!response.ok) throw new Fault(answer.error, response.status);
      [at, tries] = [answer.at, 0];
    } catch (problem) {
      if ((problem instanceof Fault && !problem.passing) || problem.status === 507 || (tries += 1) > TRIES) throw problem;
      await new Promise((done) => setTimeout(done, 500 * tries));
    }
  }
}

// Send these as one import. apart: as `parts` says it. tell: how many bytes are there.
async function upload(name, apart, files, tell) {
  const { id } = await call("/api/uploads", { name, apart });
  const waiting = [...files];
  const refused = [];
  const worker = async () => {
    for (let next; (next = waiting.shift()); ) {
      try {
        await send(id, ...next);
      } catch (problem) {
        if (problem.status !== 413 && problem.status !== 422) throw problem;
        refused.push(problem.message);
      }
      tell(next[1].size);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const query = form.elements.artworks.checked ? "?artworks=1" : "";
  return [await call(`/api/uploads/${id}/end${query}`, {}), refused];
}

async function bring(all) {
  const files = all.filter(([path]) => isKnown(path));
  const others = all.filter(([path]) => !isKnown(path) && !isOfPage(path)).length;
  fault.textContent = "";
  if (!files.length) {
    fault.textContent = all.length ? "There is no picture among these files." : "";
    fault.scrollIntoView({ block: "nearest" });
    return;
  }
  const name = form.elements.name.value.trim() || titleOf(files);
  const total = files.reduce((sum, [, file]) => sum + file.size, 0);
  const id = `sent at ${performance.now()}`; // of its line, as long as it is on its way
  let sent = 0;
  const tell = (bytes) => {
    sent += bytes;
    return show({ id, collection: name, state: "sending", stage: `sending ${counted(files.length, "file")}`, done: Math.round(sent / 1e5) / 10, total: Math.round(total / 1e5) / 10, rate: null, seconds_left: null, report: {} });
  };
  const sending = tell(0);
  sending.scrollIntoView({ block: "nearest" });
  try {
    const said = others ? [`${counted(others, "file")} of other kinds left out`] : [];
    const each = parts(files);
    for (const [apart, part] of each) {
      const [{ id }, refused] = await upload(name, apart, part, tell);
      const last = part === each.at(-1)[1];
      said.push(...refused);
      if (said.length) sessionStorage.setItem("beholder.said", said.join(" ")); // the page is drawn again
      if (last) {
        form.elements.name.value = "";
        sending.remove();
      }
      const past = await watch(id, last);
      if (past && !last) said.push(ended(past)); // the page tells of the last part
    }
  } catch (problem) {
    sending.remove();
    const more = problem.status === 422 ? "" : " What was imported is kept; drop the same again to continue."; // of a name that is none, nothing was
    fault.textContent = problem.message + more;
    fault.scrollIntoView({ block: "nearest" });
  }
}

fault.textContent = sessionStorage.getItem("beholder.said") ?? "";
sessionStorage.removeItem("beholder.said");
form.hidden = false;
for (const button of form.querySelectorAll("[data-pick]")) {
  const input = form.querySelector(`[data-input="${button.dataset.pick}"]`);
  if (button.dataset.pick === "folder" && !("webkitdirectory" in input)) button.hidden = true;
  button.addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    bring(Array.from(input.files, (file) => [file.webkitRelativePath || file.name, file]));
    input.value = "";
  });
}
for (const type of ["dragenter", "dragover"]) {
  addEventListener(type, (e) => {
    if (!e.dataTransfer?.types.includes("Files")) return;
    e.preventDefault();
    form.toggleAttribute("data-over", true);
  });
}
addEventListener("dragleave", (e) => !e.relatedTarget && form.removeAttribute("data-over"));
addEventListener("drop", async (e) => {
  if (!e.dataTransfer?.types.includes("Files")) return;
  e.preventDefault();
  form.removeAttribute("data-over");
  const found = Array.from(e.dataTransfer.items, (item) => {
    const entry = item.webkitGetAsEntry?.();
    const file = item.getAsFile();
    return entry ? below(entry) : file ? [[file.name, file]] : [];
  });
  bring((await Promise.all(found)).flat());
});
form.addEventListener("submit", (e) => e.preventDefault());
