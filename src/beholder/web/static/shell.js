// On every page: what still waits in this browser is sent, and the sign in the corner says so.

import { counted } from "./api.js";
import { watch } from "./outbox.js";

const signs = document.querySelectorAll(".saved"); // on a phone the labelling page shows another one

watch(({ state, pending, sentence }) => {
  const said = {
    saved: "all saved",
    saving: "saving…",
    away: `${sentence ? "not saved yet" : "server offline"}, ${counted(pending, "answer")} kept here${sentence && `: ${sentence}`}`,
    stopped: sentence,
    refused: `an answer was not saved: ${sentence}`,
  }[state];
  for (const sign of signs) {
    sign.hidden = !document.body.dataset.person;
    sign.dataset.state = state;
    sign.dataset.pending = pending;
    if (sign.textContent !== said) sign.textContent = said;
  }
});
