// A shared shortlist: the name is typed once, at the top, and this browser remembers it. Every heart and every comment
// opens the page anew, so what is typed and not yet sent is kept in this tab.

const guest = document.getElementById("guest");
const known = guest.defaultValue; // one of the people here; another name typed in their browser is for this visit only
const names = () => (known ? sessionStorage : localStorage);
const drafts = () => sessionStorage;
const KEY = known ? `beholder-guest.${known}` : "beholder-guest";
const forms = [...document.querySelectorAll(".say")];
const hearts = document.querySelectorAll(".heart"); // each filled where it is this guest's too

function recall(storage, key) {
  try {
    return storage().getItem(key) ?? "";
  } catch {
    return ""; // it is typed again each time
  }
}

function keep(storage, key, text) {
  try {
    if (text) storage().setItem(key, text);
    else storage().removeItem(key);
  } catch {
    // as above
  }
}

function tell() {
  const name = guest.value.trim();
  for (const form of forms) form.elements.name.value = name;
  for (const heart of hearts) heart.setAttribute("aria-pressed", JSON.parse(heart.dataset.by).includes(name));
}

guest.value = recall(names, KEY) || known;
document.body.classList.add("named-once");
tell();
guest.addEventListener("input", () => {
  guest.setCustomValidity("");
  tell();
  keep(names, KEY, guest.value);
});

const address = new URL(location.href);
const sent = address.searchParams.get("said"); // the picture whose comment has arrived
address.searchParams.delete("said");
if (sent) history.replaceState(history.state, "", address);
for (const form of forms) {
  const { name, text } = form.elements;
  const item = form.elements.namedItem("item").value;
  const draft = `beholder-draft.${location.pathname}.${item}`;
  if (item === sent) keep(drafts, draft, "");
  text.value = recall(drafts, draft);
  text.addEventListener("input", () => keep(drafts, draft, text.value));
  form.addEventListener("submit", (e) => {
    if (guest.value.trim()) return;
    e.preventDefault();
    guest.setCustomValidity("Type your name first, then press once more.");
    guest.reportValidity();
  });
  name.required = false; // it is asked for at the top
}
