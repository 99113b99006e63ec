// Small helpers for making elements; no markup is ever parsed from text.

export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

// A button that says what it does and which key does the same.
export function button(label, { key, image, round, ...attributes }) {
  const inside = [key && make("kbd", {}, key), image && icon(image), !round && make("span", {}, label)];
  const named = round ? { "aria-label": label, title: label, class: "round" } : {};
  return make("button", { type: "button", ...named, ...attributes }, ...inside.filter(Boolean));
}

// The three things one can do with one picture: favourite, look closer, hide.
export function tools(name, act, { keys = false } = {}) {
  const tool = (what, label, image, key) =>
    button(`${label}${name ? `: ${name}` : ""}`, { image, round: true, "data-tool": what, onclick: () => act(what), "aria-pressed": what === "favourite" ? "false" : null, "aria-keyshortcuts": keys ? key : null });
  return make("div", { class: "tools", role: "group", "aria-label": name || "This picture" },
    tool("favourite", "Favourite", "heart", "F"), tool("zoom", "Zoom in", "zoom", "Z"), tool("hide", "Hide", "hide", "X"));
}

const keyOf = (node) => node.id || node.dataset?.key;
const alike = (a, b) => a.nodeName === b.nodeName && a.name === b.name && keyOf(a) === keyOf(b);

// Make an element as `next` is. What is in both stays the same element: with its focus, with what is typed or ticked in
// it, and half pressed as it may be. done(old, next): whether that sees to an element itself
export function become(old, next, done = () => false) {
  if (done(old, next)) return;
  for (const name of new Set([...old.getAttributeNames(), ...next.getAttributeNames()])) {
    const value = next.getAttribute(name);
    if (name === "style" || name === "open" || old.getAttribute(name) === value) continue;
    if (value === null) old.removeAttribute(name);
    else old.setAttribute(name, value);
  }
  const later = new Set([...next.childNodes].map(keyOf).filter(Boolean));
  let here = old.firstChild;
  for (const child of [...next.childNodes]) {
    let same = here;
    while (same && !alike(same, child)) same = !keyOf(child) && later.has(keyOf(same)) ? null : same.nextSibling;
    if (!same) {
      old.insertBefore(child, here);
      continue;
    }
    let waits = null; // comes later
    while (here !== same) {
      const after = here.nextSibling;
      if (!later.has(keyOf(here))) here.remove();
      else waits ??= here;
      here = after;
    }
    if (waits) old.insertBefore(same, waits);
    here = same.nextSibling;
    if (same.nodeType === Node.ELEMENT_NODE) become(same, child, done);
    else if (same.data !== child.data) same.data = child.data;
  }
  while (here) {
    const after = here.nextSibling;
    here.remove();
    here = after;
  }
}
