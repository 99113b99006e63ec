// The filter of Results: what is chosen shows at once how many pictures are left; values that are not offered are sought.

const form = document.getElementById("filter");
const panel = form?.querySelector(".filter-fields"); // the map has none
let asked = 0, soon;

// Fields that say nothing stay out of the address.
form?.addEventListener("formdata", (e) => {
  const lengths = ["min_width", "max_width", "min_height", "max_height"];
  const idle = lengths.every((name) => !e.formData.get(name));
  for (const [name, said] of [...e.formData]) {
    if (!said || name.startsWith("find.") || (name === "unit" && idle && said === "cm") || (name === "sort" && said === "score")) e.formData.delete(name);
  }
});

const named = (field) => `[name="${CSS.escape(field.name)}"]${field.type === "checkbox" ? `[value="${CSS.escape(field.value)}"]` : ""}`;
const fields = () => [...panel.querySelectorAll("input[name], select[name]")];

// The panel as the server draws it for what is chosen now. What was typed meanwhile, what is open and where one is stay.
async function count() {
  const mine = ++asked;
  const address = new URL(`?${new URLSearchParams(new FormData(form))}`, location.href);
  address.searchParams.set("part", "filter");
  for (const find of panel.querySelectorAll(".find")) if (find.value.trim()) address.searchParams.set(find.name, find.value);
  const response = await fetch(address).catch(() => null);
  if (!response?.ok || response.redirected || mine !== asked) return; // a fault is told of when the form is sent
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html").body;
  if (mine !== asked) return;
  const now = fields().map((field) => [named(field), field.value, field.checked]);
  const before = new Map([...panel.querySelectorAll("details")].map((one) => [one.id, {
    open: one.open, top: one.querySelector(".choices").scrollTop,
  }]));
  const [at, top, end] = [document.activeElement, panel.scrollTop, panel.querySelector(".panel-end")];
  const [focus, caret] = [at.name && panel.contains(at) ? named(at) : null, at.selectionStart];
  const [button, clear] = fresh.querySelector(".panel-end").children;
  end.firstElementChild.textContent = button.textContent;
  end.lastElementChild.hidden = clear.hidden;
  fresh.querySelector(".panel-end").remove();
  while (panel.firstChild !== end) panel.firstChild.remove(); // the button stays in its place: it may be half pressed
  end.before(...fresh.children);
  for (const [field, value, checked] of now) {
    const one = panel.querySelector(field);
    if (one) Object.assign(one, one.type === "checkbox" ? { checked } : { value });
  }
  for (const one of panel.querySelectorAll("details")) {
    const was = before.get(one.id);
    one.open = was?.open ?? one.open;
    one.querySelector(".choices").scrollTop = was?.top ?? 0;
  }
  panel.scrollTop = top;
  if (!focus) return;
  panel.querySelector(focus)?.focus({ preventScroll: true });
  if (caret !== null && ["text", "search"].includes(at.type)) panel.querySelector(focus)?.setSelectionRange(caret, caret);
}

if (form) {
  panel.addEventListener("input", (e) => {
    if (!e.target.matches(".find")) return;
    clearTimeout(soon);
    soon = setTimeout(count, 150);
  });
  panel.addEventListener("keydown", (e) => e.key === "Enter" && e.target.matches(".find") && e.preventDefault());
  panel.addEventListener("change", (e) => !e.target.matches(".find") && count());
  for (const choice of document.querySelectorAll("select[name=sort], input[type=checkbox][form=filter]")) {
    choice.addEventListener("change", () => form.requestSubmit());
  }
}
