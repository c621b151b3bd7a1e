// Shows one file at a time; the arrow keys move through all rows shown.

const viewer = find("viewer"), stage = find("stage"), about = find("about");
let slides = [], at = 0;

function gather() {
  slides = shown().filter((row) => !absent(row)).flatMap((one) => {
    const seen = one.visuals.filter(({ kind }) => kind === "image" || kind === "video");
    return seen.length ? seen.map((each) => ({ row: one, visual: each })) : [{ row: one, visual: null }];
  });
}

// Load the rows behind the last slide before it is left.
function ahead() {
  if (at < slides.length - 1) return;
  const { row, visual } = slides[at];
  const next = shown().slice(shown().indexOf(row) + 1).slice(0, AT_ONCE);
  if (!next.some(absent)) return;
  load(next).then(() => {
    gather();
    at = slides.findIndex((slide) => slide.row === row && slide.visual === visual);
    count();
  }, failed);
}

function count() {
  const { visual } = slides[at];
  const which = visual && visual.of > 1 ? `${visual.number + 1} of ${visual.of} · ` : "";
  find("count").textContent = `${which}${(at + 1).toLocaleString()} / ${slides.length.toLocaleString()}${shown().some(absent) ? "+" : ""}`;
  find("before").disabled = at === 0;
  find("after").disabled = at === slides.length - 1;
}

function view(row, visual) {
  gather();
  const exact = slides.findIndex((slide) => slide.visual && slide.visual === visual);
  at = exact >= 0 ? exact : Math.max(0, slides.findIndex((slide) => slide.row === row));
  if (!viewer.open) {
    viewer.showModal();
    viewer.focus(); // not its first button, or Enter would move on
  }
  turnTo(at);
}

function turnTo(number) {
  at = Math.min(slides.length - 1, Math.max(0, number));
  const { row, visual } = slides[at];
  const seen = large(row, visual);
  stage.replaceChildren(seen);
  stage.classList.toggle("bare", !visual);
  about.replaceChildren(...details(row, visual).filter(Boolean));
  about.scrollTop = 0;
  count();
  ahead();
  for (const near of [slides[at + 1], slides[at - 1]]) if (near?.visual?.kind === "image") new Image().src = near.visual.link;
}

function large(row, visual) {
  if (!visual) return words(row);
  const label = `${cut(row.title || row.operation, 200)} (${visual.number + 1} of ${visual.of})`;
  const seen = visual.kind === "image"
    ? make("img", { alt: label, src: visual.link, draggable: "false" })
    : make("video", { controls: true, loop: true, playsinline: true, autoplay: !calm.matches, src: visual.link, "aria-label": label });
  seen.style.setProperty("--shape", visual.step.shape ?? 1.5);
  seen.addEventListener("error", () => seen.replaceWith(gone(visual, "cannot be shown")));
  return seen;
}

viewer.addEventListener("keydown", (event) => {
  // A focused video and scrollable text handle the arrow keys themselves.
  if (event.altKey || event.ctrlKey || event.metaKey || event.target.closest("video, pre")) return;
  const goes = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: slides.length - 1 }[event.key];
  if (goes === undefined) return;
  event.preventDefault();
  turnTo(goes);
});

viewer.addEventListener("close", () => {
  const { row } = slides[at];
  stage.replaceChildren(); // a video would keep playing
  reveal(row);
});
viewer.addEventListener("click", (event) => {
  if (event.target === viewer || event.target === stage) viewer.close();
});
find("before").addEventListener("click", () => turnTo(at - 1));
find("after").addEventListener("click", () => turnTo(at + 1));
find("shut").addEventListener("click", () => viewer.close());

// Swipe sideways to move on, down to close.
let from = null;
stage.addEventListener("pointerdown", (event) => {
  from = event.pointerType === "mouse" || event.target.closest("video") ? null : { x: event.clientX, y: event.clientY };
});
stage.addEventListener("pointerup", (event) => {
  if (!from) return;
  const [x, y] = [event.clientX - from.x, event.clientY - from.y];
  from = null;
  if (Math.abs(x) > 45 && Math.abs(x) > Math.abs(y)) turnTo(at + (x < 0 ? 1 : -1));
  else if (y > 90 && y > Math.abs(x)) viewer.close();
});
stage.addEventListener("pointercancel", () => { from = null; });
