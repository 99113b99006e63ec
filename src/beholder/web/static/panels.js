// A panel closes where something else is pressed, or with Escape.

const panels = document.querySelectorAll(".drop-down");
const close = (but) => panels.forEach((panel) => panel.contains(but) || (panel.open = false));
addEventListener("click", (e) => close(e.target));
addEventListener("keydown", (e) => {
  const open = [...panels].find((panel) => panel.open);
  if (e.key !== "Escape" || !open) return;
  close(null);
  open.querySelector("summary").focus();
});
