// A shared shortlist: the name is typed once, at the top, and this browser remembers it.

const KEY = "beholder-guest";
const guest = document.getElementById("guest");
const fields = document.querySelectorAll(".say [name=name]");
const tell = () => fields.forEach((field) => (field.value = guest.value));

try {
  guest.value = localStorage.getItem(KEY) ?? "";
} catch {
  // it is typed again each time
}
document.body.classList.add("named-once");
tell();
guest.addEventListener("input", () => {
  tell();
  try {
    localStorage.setItem(KEY, guest.value);
  } catch {
    // as above
  }
});
for (const form of document.querySelectorAll(".say")) {
  form.addEventListener("submit", (e) => {
    if (guest.value.trim()) return;
    e.preventDefault();
    guest.focus();
    guest.setAttribute("aria-invalid", "true");
  });
  form.querySelector("[name=name]").required = false; // it is asked for at the top
}
