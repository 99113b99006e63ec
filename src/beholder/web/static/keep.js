// "Shortlist" under a picture: it goes on the shortlist changed last at once, or the person says on which it is.

import { call, Fault } from "./api.js";
import { make } from "./dom.js";
import { toast } from "./signs.js";

let dialog = null;
let last = ""; // name of the shortlist changed last, "" where there is none

export const changedLast = () => last;

// The person's shortlists, the one changed last first. item: of which each says whether it is on it
async function shortlistsOf(item) {
  const { shortlists } = await call(`/api/shortlists?item=${item}`);
  last = shortlists[0]?.name ?? "";
  return shortlists;
}

// So that buttons name it before anything is pressed.
export function know() {
  shortlistsOf(0).catch((fault) => {
    if (!(fault instanceof Fault)) throw fault;
  });
}

function build() {
  dialog = make("dialog", { class: "keep", "aria-label": "Shortlists" });
  dialog.addEventListener("click", (e) => e.target === dialog && dialog.close());
  document.body.append(dialog);
}

// Put a picture on the shortlist changed last; where there is none, or the picture is on one already, the person chooses.
// item: the picture's id, title: how the dialog calls it, changed: is told the names of the shortlists that it is on.
export async function keep(item, title, changed = () => {}) {
  try {
    const shortlists = await shortlistsOf(item);
    const [to] = shortlists;
    if (!to || shortlists.some(({ on }) => on)) return choose(item, title, changed);
    await call("/api/shortlists", { item, shortlist: to.id, on: true });
    changed([to.name]);
    const change = () => choose(item, title, changed);
    return toast(`On “${to.name}”.`, make("button", { type: "button", onclick: change, onmousedown: (e) => e.preventDefault() }, "Change"));
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    return toast(`Not saved. ${fault.message}`);
  }
}

function choose(item, title, changed) {
  if (!dialog) build();
  const fault = make("p", { class: "fault", role: "alert" });
  const said = make("p", { role: "status" });
  const on = new Map(); // id -> name, of those that it is on
  let known = false; // on which it was
  const put = async (body, box) => {
    fault.textContent = said.textContent = "";
    try {
      const put = await call("/api/shortlists", { item, ...body });
      if (put.on) {
        on.set(put.id, put.name);
        last = put.name;
      } else on.delete(put.id);
      changed([...on.values()]);
      return put;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      fault.textContent = `Not saved. ${error.message}`;
      if (box) box.checked = !box.checked;
      return null;
    }
  };
  const line = ({ id, name, on: checked }) => {
    if (checked) on.set(id, name);
    const box = make("input", { type: "checkbox", checked });
    box.addEventListener("change", () => put({ shortlist: id, on: box.checked }, box));
    return make("li", {}, make("label", { class: "check" }, box, name), make("a", { href: `/shortlists/${id}` }, "Open"));
  };
  const lists = make("ul", {});
  const name = make("input", { placeholder: "Shortlist", maxlength: 80, autocomplete: "off" });
  const create = make("button", {}, "Create");
  const form = make("form", { class: "row", method: "dialog" }, make("label", { class: "field" }, "New shortlist ", name), create);
  const add = async () => {
    await here;
    const made = await put({ name: name.value.trim(), on: true });
    if (!made) return null;
    lists.append(line(made));
    lead(finish);
    return made;
  };
  form.addEventListener("submit", async (e) => {
    e.preventDefault();
    const made = await add();
    if (!made) return;
    name.value = "";
    said.textContent = `It is on “${made.name}” now.`;
    finish.focus(); // another Enter is no second shortlist
  });
  const done = async () => { // a name that was typed is meant
    if (name.value.trim() && !(await add())) return;
    dialog.close();
    if (known && !on.size) toast("This picture is on no shortlist.");
  };
  const finish = make("button", { type: "button", class: "main", onclick: done }, "Done");
  const lead = (first) => [create, finish].forEach((one) => one.classList.toggle("main", one === first));
  dialog.replaceChildren(
    make("div", { class: "dialog-head" }, make("h2", {}, "Keep on a shortlist")),
    make("p", { class: "soft" }, title), lists, form, said, fault, finish,
  );
  if (!dialog.open) dialog.showModal();
  const here = shortlistsOf(item).then((shortlists) => {
    lists.append(...shortlists.map(line));
    if (!shortlists.length) lead(create);
    known = true;
    if (!name.value) (lists.querySelector("input") ?? name).focus(); // who types already goes on
  }).catch((error) => {
    if (!(error instanceof Fault)) throw error;
    fault.textContent = error.message;
  });
}
