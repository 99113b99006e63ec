// A shared shortlist: the name is typed once, at the top, and this browser remembers it.

const KEY = "beholder-guest";
const guest = document.getElementById("guest");
const fields = document.querySelectorAll(".say [name=name]");
const hearts = document.querySelectorAll(".heart"); // each filled where it is this guest's too
const tell = () => {
  for (const field of fields) field.value = guest.value;
  for (const heart of hearts) heart.setAttribute("aria-pressed", JSON.parse(heart.dataset.by).includes(guest.value.trim()));
};

try {
  guest.value ||= localStorage.getItem(KEY) ?? ""; // who is one of the people here is known
} catch {
  // it is typed again each time
}
document.body.classList.add("named-once");
tell();
guest.addEventListener("input", () => {
  guest.setCustomValidity("");
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
    guest.setCustomValidity("Type your name first, then press once more.");
    guest.reportValidity();
  });
  form.querySelector("[name=name]").required = false; // it is asked for at the top
}
