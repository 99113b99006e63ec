// A page that prints: its button.

import "./shell.js";

const button = document.getElementById("print");
button.hidden = false;
button.addEventListener("click", () => print());
