// Shared helpers: elements, copying, and number formats. Text is only ever set as text.

const find = (id) => document.getElementById(id);

function make(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value != null) made.setAttribute(name, value);
  }
  made.append(...children.flat(Infinity).filter((child) => child != null && child !== ""));
  return made;
}

function icon(name) {
  const drawn = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#icon-${name}`);
  drawn.setAttribute("class", "icon");
  drawn.setAttribute("aria-hidden", "true");
  drawn.append(use);
  return drawn;
}

const calm = matchMedia("(prefers-reduced-motion: reduce)");

const cut = (text, most) => (text.length > most ? `${text.slice(0, most).trimEnd()}…` : text);

const many = (count, word) => `${count.toLocaleString()} ${word}${count === 1 ? "" : "s"}`;

function lasted(seconds) {
  const whole = Math.round(seconds);
  if (whole < 90) return `${whole} s`;
  if (whole < 600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(whole / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const moment = (seconds) =>
  new Date(seconds * 1000).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Pages served over plain http have no clipboard API.
    const field = make("textarea", { class: "hidden" });
    field.value = text;
    (document.querySelector("dialog[open]") ?? document.body).append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
}

// A button that copies, and briefly confirms it.
function copier(text, label, ...children) {
  const button = make("button", { type: "button", class: "copy", "aria-label": label, title: label }, ...children, icon("copy"));
  button.addEventListener("click", async (event) => {
    event.stopPropagation();
    const focused = document.activeElement;
    await copied(text);
    focused?.focus();
    button.dataset.copied = "";
    button.lastChild.firstChild.setAttribute("href", "#icon-check");
    button.setAttribute("aria-label", "Copied");
    setTimeout(() => {
      delete button.dataset.copied;
      button.lastChild.firstChild.setAttribute("href", "#icon-copy");
      button.setAttribute("aria-label", label);
    }, 1500);
  });
  return button;
}
