// The filter of Results: what is chosen shows at once how many pictures are left; long lists can be searched.

const form = document.getElementById("filter");
const panel = form?.querySelector(".filter-fields"); // the map has none
let asked = 0;

// Fields that say nothing stay out of the address.
form?.addEventListener("formdata", (e) => {
  const lengths = ["min_width", "max_width", "min_height", "max_height"];
  const idle = lengths.every((name) => !e.formData.get(name));
  for (const [name, said] of [...e.formData]) {
    if (!said || (name === "unit" && idle && said === "cm") || (name === "sort" && said === "score")) e.formData.delete(name);
  }
});

const named = (field) => `[name="${CSS.escape(field.name)}"]${field.type === "checkbox" ? `[value="${CSS.escape(field.value)}"]` : ""}`;

async function count() {
  const mine = ++asked;
  const address = new URL(`?${new URLSearchParams(new FormData(form))}`, location.href);
  address.searchParams.set("part", "filter");
  const response = await fetch(address).catch(() => null);
  if (!response?.ok || response.redirected || mine !== asked) return; // what was typed is told of when it is sent
  const open = new Set([...panel.querySelectorAll("details[open]")].map((one) => one.id));
  const found = new Map([...panel.querySelectorAll(".find")].map((one) => [one.parentElement.id, one.value]));
  const at = new Map([...panel.querySelectorAll("details")].map((one) => [one.id, one.querySelector("ul").scrollTop]));
  const focus = panel.contains(document.activeElement) && document.activeElement.name ? named(document.activeElement) : null;
  const top = panel.scrollTop;
  panel.innerHTML = new DOMParser().parseFromString(await response.text(), "text/html").body.innerHTML;
  for (const one of panel.querySelectorAll("details")) {
    one.open = open.has(one.id);
    const find = one.querySelector(".find");
    if (find && found.get(one.id)) narrow(Object.assign(find, { value: found.get(one.id) }));
    one.querySelector("ul").scrollTop = at.get(one.id) ?? 0;
  }
  searchable();
  panel.scrollTop = top;
  if (focus) panel.querySelector(focus)?.focus();
}

function narrow(find) {
  const text = find.value.trim().toLocaleLowerCase();
  for (const line of find.parentElement.querySelectorAll("li")) {
    line.hidden = !line.querySelector(":checked") && !line.querySelector("span").textContent.toLocaleLowerCase().includes(text);
  }
}

function searchable() {
  for (const find of panel.querySelectorAll(".find")) find.hidden = false;
}

if (form) {
  panel.addEventListener("input", (e) => e.target.matches(".find") && narrow(e.target));
  panel.addEventListener("keydown", (e) => e.key === "Enter" && e.target.matches(".find") && e.preventDefault());
  panel.addEventListener("change", (e) => e.target.name && count());
  for (const choice of document.querySelectorAll("select[name=sort], input[type=checkbox][form=filter]")) {
    choice.addEventListener("change", () => form.requestSubmit());
  }
  searchable();
}
