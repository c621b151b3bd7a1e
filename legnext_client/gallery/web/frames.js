// The frames of a card: images side by side, videos with one of them large, or the reason why there are none.

const WIDEST = 2.4, NARROWEST = 0.64;

// Number of columns that keeps a block of images of this shape compact.
function columnsFor(count, shape) {
  const ratio = (columns) => (columns * shape) / Math.ceil(count / columns);
  const odd = (columns) => Math.abs(Math.log(ratio(columns) / 1.2)) + (count % columns ? 1 : 0);
  return [...Array(count).keys()].map((number) => number + 1).sort((one, other) => odd(one) - odd(other))[0];
}

const asked = (row) => {
  const found = /(?:--|—)(?:ar|aspect)\s+(\d+(?:\.\d+)?):(\d+(?:\.\d+)?)/.exec(row.title);
  return found && found[1] > 0 && found[2] > 0 ? found[1] / found[2] : 1;
};

// Browsers limit the number of players, so a video has one only while it is near the viewport.
const nearby = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting && !target.hasAttribute("src")) target.src = target.dataset.src;
      else if (!isIntersecting && target.hasAttribute("src")) {
        target.pause();
        target.removeAttribute("src");
        target.load();
      }
    }
  },
  { rootMargin: "60% 0px" },
);

document.addEventListener(
  "play",
  ({ target }) => {
    for (const other of document.querySelectorAll("video")) if (other !== target) other.pause();
  },
  true,
);

function block(row) {
  const { visuals } = row;
  if (!visuals.length) return words(row, { type: "button", onclick: () => view(row) });
  const chains = visuals.every((visual) => visual.kind === "video");
  const shape = Math.min(4, Math.max(0.25, visuals[0].step.shape ?? asked(row)));
  if (chains && visuals.length > 1) return reel(row, shape);
  const columns = columnsFor(visuals.length, shape);
  const made = make("div", { class: "frames" }, visuals.map((visual) => frame(row, visual)));
  made.style.setProperty("--columns", columns);
  return shaped(made, (columns * shape) / Math.ceil(visuals.length / columns));
}

function shaped(made, shape) {
  const kept = Math.min(WIDEST, Math.max(NARROWEST, shape));
  made.style.setProperty("--shape", kept.toFixed(3));
  made.shape = kept;
  return made;
}

function reel(row, shape) {
  const rest = row.visuals.length - 1;
  const made = make("div", { class: "frames reel" }, row.visuals.map((visual) => frame(row, visual)));
  const show = (chosen) => {
    for (const [number, tile] of [...made.children].entries()) {
      tile.classList.toggle("main", number === chosen);
      tile.querySelector("video")?.toggleAttribute("controls", number === chosen);
      if (number !== chosen) tile.querySelector("video")?.pause();
    }
  };
  made.style.setProperty("--rest", rest);
  made.style.setProperty("--one", shape.toFixed(3));
  made.addEventListener("click", (event) => {
    const picked = event.target.closest(".pick");
    if (!picked) return;
    const tile = picked.closest(".frame");
    show([...made.children].indexOf(tile));
    tile.querySelector("video").focus();
  });
  show(0);
  return shaped(made, shape + shape / Math.max(rest, 2));
}

function frame(row, visual) {
  const label = `${visual.kind === "video" ? "Video" : "Image"} ${visual.number + 1} of ${visual.of}`;
  const open = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return; // opens a new tab
    event.preventDefault();
    view(row, visual);
  };
  if (visual.kind === "gone") return gone(visual);
  if (visual.kind === "image") {
    const shown = make("img", { loading: "lazy", decoding: "async", alt: `${cut(row.title || row.operation, 120)} (${label})` });
    shown.addEventListener("load", () => shown.classList.add("there"));
    const tile = make("a", { class: "frame", href: visual.link, onclick: open }, shown);
    shown.addEventListener("error", () => tile.replaceWith(gone(visual, "cannot be shown")));
    shown.src = visual.link;
    return tile;
  }
  if (visual.kind === "video") {
    const player = make("video", { preload: "metadata", playsinline: true, loop: true, controls: true, "data-src": `${visual.link}#t=0.001`, "aria-label": `${cut(row.title || row.operation, 120)} (${label})` });
    const tile = make("div", { class: "frame" }, player,
      make("a", { class: "round over enlarge", href: visual.link, "aria-label": `Enlarge ${label.toLowerCase()}`, onclick: open }, icon("grow")),
      visual.of > 1 ? make("button", { type: "button", class: "pick", "aria-label": `Show ${label.toLowerCase()}` }, icon("play")) : null,
    );
    player.addEventListener("error", () => {
      if (!player.hasAttribute("src")) return;
      tile.classList.add("empty"); // the same tile: it may be the large one
      tile.replaceChildren(...gone(visual, "cannot be played").childNodes);
    });
    nearby.observe(player);
    return tile;
  }
  return make("a", { class: "frame empty", href: visual.link, target: "_blank", rel: "noopener" }, icon("file"), make("span", {}, visual.name));
}

const gone = (visual, why = "is missing") =>
  make("div", { class: "frame empty", title: visual.name }, icon("gone"), make("span", {}, make("b", { dir: "auto" }, cut(visual.name, 60)), ` ${why}`));

// The placeholder of a row without files; in a card, a button for more.
function words(row, button) {
  const tag = button ? "button" : "div";
  if (row.texts.length) {
    return shaped(make(tag, { ...button, class: "frames said-of" }, row.texts.slice(0, 4).map((text) => make("span", { dir: "auto" }, cut(text, 220)))), 1.2);
  }
  const made = make(tag, { ...button, class: `frames nothing ${row.state}` },
    icon(row.state === "done" ? "file" : row.state),
    make("strong", {}, HEADLINES[row.state]),
    make("span", { dir: "auto" }, cut(why(row), 180)),
    button && advice(row) ? make("span", { class: "link" }, "What to do") : null,
  );
  return shaped(made, 1);
}

const HEADLINES = { failed: "Failed", unknown: "Outcome unknown", running: "Running", waiting: "Not sent yet", done: "Done" };

function why(row) {
  const { error, status, price } = row.trouble;
  if (row.state === "unknown") return `It was sent, but no readable response came${price ? `: ${price} points may have been charged` : ""}.`;
  if (row.state === "running") return status ? `The service says: ${status}.` : "";
  if (row.state === "done") return row.addresses.length ? `${many(row.addresses.length, "file")} at the service, not downloaded.` : "It made no files.";
  return error ?? "";
}
