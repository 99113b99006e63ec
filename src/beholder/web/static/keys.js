// Keys, as these pages name them. `?` on a page lists its keys for the person.

const NAMED = /^[A-Z][A-Za-z0-9]+$/; // Enter, ArrowLeft ...
const UNMADE = new Set(["Dead", "Process", "Unidentified"]); // a key of which a character is still to come

// The key that was pressed, as these pages name it. Where it gives no Latin letter or digit, by its place: the row of
// digits on a French keyboard gives digits with Shift alone, a Cyrillic or Arabic one gives no U and no F.
export function keyOf(e) {
  const { key, code, shiftKey } = e;
  if (/^[a-z0-9 ?]$/i.test(key) || (NAMED.test(key) && !UNMADE.has(key))) return key;
  if (e.getModifierState?.("AltGraph")) return key; // a character of the third level, as ź on a Polish X
  if (!shiftKey && /^Digit[0-9]$/.test(code)) return code.at(-1);
  if (/^Key[A-Z]$/.test(code)) return code.at(-1).toLowerCase();
  return shiftKey && code === "Slash" ? "?" : key;
}

// Whether a key is for something else: a field, an open dialog, the browser.
export function elsewhere(e) {
  return e.ctrlKey || e.metaKey || e.altKey || document.querySelector("dialog[open]") !== null || e.target.matches?.("input, select, textarea");
}

// Of the labelling page. on: view(key) answers with a key of the way of answering, true if it was one; the rest is the same in all of them.
export function keys(on) {
  const everywhere = {
    " ": on.skip,
    u: on.undo,
    backspace: on.undo,
    d: on.details,
    "?": on.help,
    f: (e) => on.onPicture("favourite", e.shiftKey),
    x: (e) => on.onPicture("hide", e.shiftKey),
    z: (e) => on.onPicture("zoom", e.shiftKey),
  };
  let pressed = null;

  document.addEventListener("keydown", (e) => {
    if (elsewhere(e)) return;
    const native = e.key === " " || e.key === "Enter";
    if (native && !on.inWall()) return; // a button or a link has the focus: the key presses that
    if (e.key === "Enter" && e.target.matches?.(".pair .plate, .tools button")) return;
    if (e.key === " " && e.target.closest?.(".tools")) return;
    const arrow = e.key.startsWith("Arrow");
    if (e.repeat && !(arrow && e.target.matches?.(".tile"))) {
      if (arrow || native) e.preventDefault();
      return; // a key held down is one answer
    }
    const key = keyOf(e);
    if (!on.view(key)) {
      const act = everywhere[key.toLowerCase()];
      if (!act) return;
      act(e);
    }
    pressed = e.key;
    e.preventDefault();
  });
  // Firefox presses a focused button when Space comes up, whatever was prevented when it went down.
  document.addEventListener("keyup", (e) => {
    if (e.key === " " && pressed === " ") e.preventDefault();
    pressed = null;
  });
}
