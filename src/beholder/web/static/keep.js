// "Shortlist" under a picture: on which of the person's shortlists it is.

import { call, Fault } from "./api.js";
import { button, make } from "./dom.js";

let dialog = null;

function build() {
  dialog = make("dialog", { class: "keep", "aria-label": "Shortlists" });
  dialog.addEventListener("click", (e) => e.target === dialog && dialog.close());
  document.body.append(dialog);
}

// item: the picture's id, title: how the dialog calls it, changed: is told the names of the shortlists that it is on.
export function keep(item, title, changed = () => {}) {
  if (!dialog) build();
  const fault = make("p", { class: "fault", role: "alert" });
  const said = make("p", { role: "status" });
  const on = new Map(); // id -> name, of those that it is on
  const put = async (body, box) => {
    fault.textContent = said.textContent = "";
    try {
      const put = await call("/api/shortlists", { item, ...body });
      if (put.on) on.set(put.id, put.name);
      else on.delete(put.id);
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
  const form = make("form", { class: "row", method: "dialog" }, make("label", { class: "field" }, "New shortlist ", name), make("button", {}, "Add"));
  const add = async () => {
    await here;
    const made = await put({ name: name.value.trim(), on: true });
    if (made) lists.append(line(made));
    return made;
  };
  form.addEventListener("submit", async (e) => {
    e.preventDefault();
    const made = await add();
    if (!made) return;
    name.value = "";
    said.textContent = `It is on “${made.name}” now.`;
    dialog.querySelector(".dialog-head button").focus(); // another Enter is no second shortlist
  });
  const done = async () => { // a name that was typed is meant
    if (!name.value.trim() || (await add())) dialog.close();
  };
  dialog.replaceChildren(
    make("div", { class: "dialog-head" }, make("h2", {}, "Keep on a shortlist"), button("Done", { onclick: done })),
    make("p", { class: "soft" }, title), lists, said, form, fault,
  );
  if (!dialog.open) dialog.showModal();
  const here = call(`/api/shortlists?item=${item}`).then(({ shortlists }) => {
    lists.append(...shortlists.map(line));
    if (!name.value) (lists.querySelector("input") ?? name).focus(); // who types already goes on
  }).catch((error) => {
    if (!(error instanceof Fault)) throw error;
    fault.textContent = error.message;
  });
}
