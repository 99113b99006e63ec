// The filter of Results: what is chosen shows at once how many pictures are left; values that are not offered are sought.

import { become } from "./dom.js";

const form = document.getElementById("filter");
const panel = form?.querySelector(".filter-fields"); // the map has none
const CHANGED = "beholder.changed"; // what the page was asked anew for has the focus again
let asked = 0, soon, counting; // what was typed last is not yet counted

// Fields that say nothing stay out of the address.
form?.addEventListener("formdata", (e) => {
  const lengths = ["min_width", "max_width", "min_height", "max_height"];
  const idle = lengths.every((name) => !e.formData.get(name));
  for (const [name, said] of [...e.formData]) {
    if (!said || /^(find|all)\./.test(name) || (name === "unit" && idle && said === "cm") || (name === "sort" && said === "score")) e.formData.delete(name);
  }
});

// The panel as the server draws it for what is chosen now.
async function count() {
  clearTimeout(soon);
  const mine = ++asked;
  const address = new URL(`?${new URLSearchParams(new FormData(form))}`, location.href);
  address.searchParams.set("part", "filter");
  for (const find of panel.querySelectorAll(".find, .whole-column")) if (find.value.trim()) address.searchParams.set(find.name, find.value);
  const response = await fetch(address).catch(() => null);
  if (mine !== asked) return;
  counting = false;
  if (!response?.ok || response.redirected) return; // a fault is told of when the form is sent
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html").body;
  if (mine !== asked) return;
  const next = panel.cloneNode();
  next.append(...fresh.childNodes);
  become(panel, next);
}

if (form) {
  document.getElementsByName(sessionStorage.getItem(CHANGED))[0]?.focus({ preventScroll: true });
  sessionStorage.removeItem(CHANGED);
  panel.addEventListener("input", (e) => {
    counting = true;
    clearTimeout(soon);
    soon = setTimeout(count, e.target.matches("[type=checkbox], select") ? 0 : 150);
  });
  panel.addEventListener("click", (e) => {
    const more = e.target.closest("[name^='all.']");
    if (!more) return;
    e.preventDefault(); // the list grows where it is
    more.previousElementSibling.value = more.value;
    count();
  });
  form.addEventListener("submit", async (e) => {
    if (counting) {
      e.preventDefault();
      await count();
      if (!counting) form.requestSubmit();
      return;
    }
    const wrong = panel.querySelector("[aria-invalid]");
    if (!wrong) return;
    e.preventDefault(); // what is not understood stays to be mended
    panel.closest("details").open = true;
    wrong.focus();
  });
  panel.addEventListener("keydown", (e) => e.key === "Enter" && e.target.matches(".find") && e.preventDefault());
  for (const choice of document.querySelectorAll("select[name=sort], input[type=checkbox][form=filter]")) {
    choice.addEventListener("change", () => {
      sessionStorage.setItem(CHANGED, choice.name);
      form.requestSubmit();
    });
  }
}
