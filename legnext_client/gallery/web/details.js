// All details of a row, next to its files.

const fact = (name, value) => (value == null || value === "" ? null : make("div", {}, make("dt", {}, name), make("dd", { dir: "auto" }, value)));

function details(row, visual) {
  const single = row.steps.length === 1;
  const told = advice(row);
  const files = visual ? fact("File", make("a", { href: visual.link, target: "_blank", rel: "noopener" }, visual.name)) : addresses(row);
  return [
    make("p", { class: "top" }, badge(row.state), make("bdi", { class: "key" }, row.named ? cut(row.key, 200) : "")),
    make("h2", { id: "viewed", dir: "auto", class: "whole" }, row.title || row.operation || row.key),
    row.title ? make("p", {}, copier(row.title, "Copy the prompt", "Copy prompt")) : null,
    row.state === "failed" || row.state === "unknown" || told ? problem(row, told) : null,
    row.texts.length ? make("ul", { class: "texts" }, row.texts.map((text) => make("li", { dir: "auto" }, make("span", {}, text), copier(text, "Copy this text")))) : null,
    single ? null : make("dl", { class: "data" },
      files,
      fact("In all", [row.points ? many(row.points, "point") : null, row.seconds ? lasted(row.seconds) : null].filter(Boolean).join(" · ")),
    ),
    single ? step(row.steps[0], null, files) : make("ol", { class: "steps", "aria-label": "Steps" }, row.steps.map((one, number) => make("li", { class: stateOf(one) }, step(one, number + 1)))),
    row.earlier.length ? make("details", { class: "earlier" }, make("summary", {}, many(row.earlier.length, "earlier attempt")), row.earlier.map((one) => step(one, null))) : null,
  ];
}

function problem(row, told) {
  return make("div", { class: `problem ${row.state}` },
    row.trouble.error ? make("p", { class: "error", dir: "auto" }, row.trouble.error) : null,
    told ? [make("p", {}, told.text), told.ways.map(lines)] : null,
  );
}

const lines = ({ title, code }) =>
  make("div", { class: "code" }, make("p", {}, title, copier(code, `Copy the lines ${title.toLowerCase()}`)), make("pre", { tabindex: "0" }, make("code", {}, code)));

function step(one, number, files) {
  const prompt = number && one.prompt;
  return make("div", { class: "step" },
    number ? make("h3", {}, `${number}. ${one.operation.replaceAll("_", " ")}`, stateOf(one) === "done" ? null : badge(stateOf(one))) : null,
    prompt ? make("p", { dir: "auto", class: "whole" }, prompt) : null,
    make("dl", { class: "data" },
      files,
      number ? null : fact("Operation", one.operation.replaceAll("_", " ")),
      Object.entries(one.options ?? {}).map(([name, value]) => fact(name, value)),
      fact("Points", one.points ? one.points.toLocaleString() : one.price ? `${one.price.toLocaleString()}, ${one.state === "unknown" ? "perhaps" : "as estimated"}` : null),
      fact("Time", one.seconds ? lasted(one.seconds) : null),
      fact("Begun", one.begun ? moment(one.begun) : null),
      one.job ? fact("Job id", copier(one.job, "Copy the job id", make("code", {}, one.job))) : null,
      number && one.error ? fact("Error", one.error) : null,
    ),
  );
}

// Links to files that were not downloaded; nothing is fetched unless one is clicked.
function addresses(row) {
  if (row.visuals.length || !row.addresses.length) return null;
  return fact("At the service", row.addresses.map((address, number) =>
    make("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, `${number + 1}`)).flatMap((link) => [link, " "]));
}
