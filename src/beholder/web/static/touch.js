// Swipes: a finger that goes clearly one way. The tap that a browser makes of it is swallowed.

const FAR = 48; // CSS pixels

export function swipes(element, on) {
  let start = null;
  let swiped = false;
  element.addEventListener("pointerdown", (e) => {
    start = e.pointerType !== "mouse" && e.isPrimary ? { x: e.clientX, y: e.clientY } : null;
    swiped = false;
  });
  element.addEventListener("pointerup", (e) => {
    if (!start || !e.isPrimary) return;
    const [dx, dy] = [e.clientX - start.x, e.clientY - start.y];
    start = null;
    if (Math.max(Math.abs(dx), Math.abs(dy)) < FAR) return;
    const way = Math.abs(dx) > Math.abs(dy) ? (dx < 0 ? "left" : "right") : dy < 0 ? "up" : "down";
    if (!on[way]) return;
    swiped = true;
    setTimeout(() => (swiped = false), 350);
    on[way]();
  });
  element.addEventListener("pointercancel", () => (start = null));
  element.addEventListener("click", (e) => {
    if (!swiped) return;
    e.stopPropagation();
    e.preventDefault();
  }, { capture: true });
}
