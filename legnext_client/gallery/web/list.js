// The page: totals, search, and cards that are added while scrolling.

const AT_ONCE = 36;
const cards = find("cards"), said = find("said"), search = find("search"), order = find("order"), turn = find("turn");
let listed = [], rendered = 0;
const shown = () => listed;

function more(until = rendered + AT_ONCE) {
  const next = listed.slice(rendered, until);
  rendered += next.length;
  cards.append(...next.map(card));
}

const end = find("more");
const watcher = new IntersectionObserver((entries) => { if (entries.at(-1).isIntersecting) fill(); }, { rootMargin: "1200px" });

function fill() {
  if (rendered >= listed.length) return;
  const next = listed.slice(rendered, rendered + AT_ONCE);
  if (next.some(absent)) return void load(next).then(fill, failed);
  more();
  watcher.unobserve(end); // it reports only changes, and the first state
  watcher.observe(end);
}

function state() {
  return document.querySelector("input[name=state]:checked")?.value ?? "";
}

function list() {
  listed = chosen(search.value, state(), order.value, turn.getAttribute("aria-pressed") === "true");
  for (const video of cards.querySelectorAll("video")) nearby.unobserve(video);
  cards.replaceChildren();
  rendered = 0;
  fill();
  const searching = search.value.trim() && rows.some(absent);
  if (searching) seek(search.value);
  const all = listed.length === rows.length;
  said.classList.toggle("hidden", all && rows.length > 0);
  said.replaceChildren(
    rows.length ? (listed.length ? `${listed.length.toLocaleString()} of ${many(rows.length, "row")}` : searching ? "" : "No matches.") : "No requests yet.",
    searching ? " Searching the others…" : "",
  );
  if (!all) said.append(" ", make("button", { type: "button", class: "link", onclick: clear }, "Show all"));
}

// Search rows that are not loaded yet, unless the search changes meanwhile.
async function seek(text) {
  try {
    await load(rows);
    if (search.value === text) list();
  } catch (why) {
    failed(why);
  }
}

const failed = (why) => said.classList.remove("hidden") ?? said.replaceChildren(why);

function clear() {
  search.value = "";
  document.querySelector("input[name=state]").checked = true;
  list();
  search.focus();
}

// Scroll to the row that the viewer showed last.
async function reveal(row) {
  const place = listed.indexOf(row);
  if (place < 0) return;
  const between = listed.slice(rendered, place + 1);
  if (between.some(absent)) await load(between);
  if (place >= rendered) more(place + 1);
  const target = cards.children[place];
  target.scrollIntoView({ block: "nearest" });
  (target.querySelector("a.frame, h2 button")).focus({ preventScroll: true });
}

// ---- the head ------------------------------------------------------------------------------------------------------

const counts = Object.fromEntries(Object.keys(STATES).map((name) => [name, rows.filter((row) => row.state === name).length]));
const made = (kind) => data.files[kind] ?? 0;

function head() {
  const { points, held, uncertain, seconds } = data.totals;
  const sums = [
    [rows.length, rows.length === 1 ? "row" : "rows"],
    [made("image"), made("image") === 1 ? "image" : "images"],
    [made("video"), made("video") === 1 ? "video" : "videos"],
    [points, points === 1 ? "point" : "points"],
  ].filter(([count], number) => count || number === 0 || number === 3).map(([count, word]) => [count.toLocaleString(), word]);
  if (seconds) sums.push([lasted(seconds), "in all"]);
  find("sums").append(...sums.map(([value, word]) => make("div", {}, make("dt", {}, word), make("dd", {}, value))));
  const parts = Object.entries(counts).filter(([, count]) => count);
  find("share").setAttribute("aria-label", parts.map(([name, count]) => `${count} ${STATES[name].toLowerCase()}`).join(", ") || "nothing yet");
  find("share").append(...parts.map(([name, count]) => {
    const part = make("i", { class: name });
    part.style.flexGrow = count;
    return part;
  }));
  if (counts.unknown || uncertain) notice("unknown", `${many(counts.unknown, "outcome")} unknown: up to ${many(uncertain, "point")} may have been charged.`);
  if (held) notice("running", `${many(held, "point")} held for running jobs.`);
  find("foot").append(
    make("span", {}, `A ${data.kind} as it stood `), make("time", { datetime: new Date(data.made * 1000).toISOString() }, moment(data.made)),
    make("span", { dir: "auto" }, ` · ${data.journal}`), make("span", {}, ` · ${document.querySelector("meta[name=generator]").content}`),
  );
}

function notice(name, text) {
  find("notices").append(make("p", { class: `notice ${name}` }, icon(name), make("span", {}, text),
    counts[name] ? make("button", { type: "button", class: "link", onclick: () => only(name) }, "Show") : null));
}

function only(name) {
  document.querySelector(`input[name=state][value=${name}]`).checked = true;
  list();
}

function filters() {
  const all = [["", "All", rows.length], ...Object.entries(STATES).map(([name, word]) => [name, word, counts[name]])];
  find("states").append(...all.filter(([name, , count]) => count || !name).map(([name, word, count]) =>
    make("label", { class: name || "all" }, make("input", { type: "radio", name: "state", value: name, checked: !name, class: "hidden" }), word, " ", make("b", {}, count.toLocaleString()))));
}

// ---- input ---------------------------------------------------------------------------------------------------------

find("tools").addEventListener("submit", (event) => event.preventDefault());
find("tools").addEventListener("input", list);
turn.addEventListener("click", () => {
  turn.setAttribute("aria-pressed", turn.getAttribute("aria-pressed") !== "true");
  list();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || viewer.open || event.target.closest("input, select, textarea")) return;
  event.preventDefault();
  search.focus();
});
find("theme").addEventListener("click", () => {
  const root = document.documentElement;
  const dark = getComputedStyle(root).colorScheme === "light dark" ? matchMedia("(prefers-color-scheme: dark)").matches : root.dataset.theme === "dark";
  root.dataset.theme = dark ? "light" : "dark";
  try { localStorage.setItem("legnext-theme", root.dataset.theme); } catch { /* kept for this visit alone */ }
});

head();
filters();
list();
