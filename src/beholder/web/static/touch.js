// A finger on the pictures: a swipe that goes clearly one way, or a tap.
//
// Taps are told from the pointer's own events: after a quick swipe a browser may take the next tap for the end of a
// fling and make no click of it. The click that it does make of a finger is then swallowed.

const FAR = 48; // CSS pixels of a swipe
const NEAR = 12; // of a tap
const LONG = 700; // ms: a finger that rests is no tap

// on: left, right, up, down. idle(): whether a finger moves the picture now, as one that is enlarged.
export function swipes(element, on, idle = () => false) {
  let start = null;
  let until = 0; // clicks made by the browser before this moment are its own reading of what was handled here
  element.addEventListener("pointerdown", (e) => {
    until = 0;
    start = e.pointerType !== "mouse" && e.isPrimary && !idle() ? { x: e.clientX, y: e.clientY, at: e.timeStamp } : null;
  });
  // One finger never scrolls here, two still enlarge the page. A scroll would end in a fling that eats the next tap.
  element.addEventListener("touchmove", (e) => e.touches.length === 1 && !idle() && e.preventDefault(), { passive: false });
  element.addEventListener("pointercancel", () => (start = null));
  element.addEventListener("pointerup", (e) => {
    if (!start || !e.isPrimary) return;
    const [dx, dy, time] = [e.clientX - start.x, e.clientY - start.y, e.timeStamp - start.at];
    const far = Math.max(Math.abs(dx), Math.abs(dy));
    start = null;
    if (far >= FAR) {
      until = e.timeStamp + 400;
      const way = Math.abs(dx) > Math.abs(dy) ? (dx < 0 ? "left" : "right") : dy < 0 ? "up" : "down";
      on[way]?.();
    } else if (far <= NEAR && time < LONG) {
      until = e.timeStamp + 400;
      (e.target.closest("button") ?? e.target).click();
    }
  });
  element.addEventListener("click", (e) => {
    if (!e.isTrusted || e.timeStamp > until || e.detail === 0) return; // detail 0: pressed with a key
    e.stopPropagation();
    e.preventDefault();
  }, { capture: true });
}
