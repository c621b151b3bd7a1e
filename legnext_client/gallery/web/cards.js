// A card for each row: its files, its prompt and a few facts.

function prompted(row, most) {
  const text = row.title || row.operation || row.key;
  const flags = /(?:^|\s)(?:--|—)[A-Za-z]/.exec(text);
  const split = row.title && flags && flags.index > 0 ? flags.index : text.length;
  const words = cut(text.slice(0, split).trim(), most);
  if (split === text.length || words.length >= most) return [words];
  const each = cut(text.slice(split).trim(), 80).split(/\s+(?=--|—)/);
  return [words, each.flatMap((flag) => [" ", make("span", { class: "flag" }, flag)])];
}

const badge = (state) => make("span", { class: `badge ${state}` }, STATES[state]);

function facts(row) {
  const job = row.steps.findLast((step) => step.job)?.job;
  return make("p", { class: "facts" },
    row.state === "done" || !row.visuals.length ? null : badge(row.state),
    row.named ? make("bdi", { class: "key" }, cut(row.key, 40)) : null,
    make("span", { class: "operation" }, row.operation),
    row.points ? make("span", {}, many(row.points, "point")) : null,
    row.seconds ? make("span", { class: "time" }, lasted(row.seconds)) : null,
    job ? copier(job, `Copy job id ${cut(job, 60)}`, make("code", {}, job.slice(0, 8))) : null,
  );
}

function strip(row) {
  if (row.steps.length < 2) return null;
  return make("ol", { class: "strip", "aria-label": "Steps" }, row.steps.map((step) =>
    make("li", { class: stateOf(step) }, make("span", {}, step.operation.replaceAll("_", " ")), make("span", { class: "hidden" }, ` ${STATES[stateOf(step)]}`))));
}

function card(row) {
  const seen = block(row);
  const heading = make("h2", { dir: "auto", id: `row-${row.place}` },
    make("button", { type: "button", onclick: () => view(row, row.visuals[0]) }, make("span", { class: "clamp" }, prompted(row, 280))));
  const made = make("li", { class: `card ${row.state}`, "aria-labelledby": heading.id },
    seen, make("div", { class: "caption" }, heading, strip(row), facts(row)));
  made.style.setProperty("--grow", seen.shape.toFixed(3));
  return made;
}
