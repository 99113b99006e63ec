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
