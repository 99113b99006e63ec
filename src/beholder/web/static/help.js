// The list of a page's keys.

const dialog = document.getElementById("help");
dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
for (const opener of document.querySelectorAll("[data-help]")) opener.addEventListener("click", () => help());

export function help() {
  dialog.showModal();
}
