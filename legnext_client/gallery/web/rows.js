// The rows of the journal, and values derived from them.

const data = JSON.parse(find("data").textContent);

const STATES = {
  done: "Done",
  failed: "Failed",
  unknown: "Unknown",
  running: "Running",
  waiting: "Not sent",
};
const OF_STEPS = { new: "waiting", submitting: "running", submitted: "running" };
const stateOf = (step) => OF_STEPS[step.state] ?? step.state;

const IMAGES = /\.(?:png|jpe?g|webp|gif|avif|bmp)$/i;
const VIDEOS = /\.(?:mp4|m4v|mov|webm)$/i;

function nameOf(link) {
  const last = link.slice(link.lastIndexOf("/") + 1);
  try {
    return decodeURIComponent(last);
  } catch {
    return last; // a name that is not UTF-8
  }
}

// The files of a step: images, videos, others, and missing ones.
const visualsOf = (step) =>
  (step.files ?? []).map((link, number) => ({
    link,
    name: nameOf(link),
    number,
    of: step.files.length,
    step,
    kind: step.gone?.includes(number) ? "gone" : IMAGES.test(link) ? "image" : VIDEOS.test(link) ? "video" : "file",
  }));

const sum = (steps, name) => steps.reduce((sofar, step) => sofar + (step[name] ?? 0), 0);

const read = (row, place) => {
  const { steps, earlier = [] } = row;
  const operation = steps[0]?.operation ?? "";
  return {
    ...row,
    place,
    earlier,
    title: steps.find((step) => step.prompt)?.prompt ?? "",
    operation: steps.length > 1 ? "chain" : operation.replaceAll("_", " "),
    points: sum(steps, "points") + sum(earlier, "points"),
    seconds: sum(steps, "seconds"),
    // The files of the last step count; those of an earlier one are shown until there are newer ones.
    visuals: visualsOf(steps.findLast((step) => step.files?.length) ?? {}),
    texts: steps.flatMap((step) => step.texts ?? []),
    addresses: steps.findLast((step) => step.addresses?.length)?.addresses ?? [],
    trouble: steps.find((step) => step.state === row.state) ?? steps.at(-1) ?? {},
  };
};

const rows = data.rows.map(read);

// Of rows in other parts, only what filters and orders need is known until they are loaded.
const { names = [], states = [], points = [], seconds = [] } = data.rest ?? {};
for (const [number, code] of states.entries()) {
  const place = rows.length;
  rows.push({ place, state: names[code], points: points[number], seconds: seconds[number], part: Math.floor(place / data.at_once) });
}
const absent = (row) => row.part !== undefined;

// A page opened from disk may not read other files, but it may frame them, and they post their rows.
const parts = new Map();
function part(number) {
  if (!parts.has(number)) parts.set(number, new Promise((done, failed) => {
    const frame = make("iframe", { hidden: true, src: `${data.parts}/${number}.html`, tabindex: "-1", "aria-hidden": "true" });
    const end = (how, value) => {
      removeEventListener("message", receive);
      frame.remove();
      how(value);
    };
    const receive = (event) => {
      if (event.source !== frame.contentWindow) return;
      for (const [index, row] of JSON.parse(event.data).entries()) {
        const place = number * data.at_once + index;
        Object.assign(rows[place], read(row, place), { part: undefined });
      }
      end(done);
    };
    addEventListener("message", receive);
    frame.addEventListener("load", () => setTimeout(() => end(failed, "Some rows cannot be loaded. Reload this page."), 2000));
    document.body.append(frame);
  }));
  return parts.get(number);
}

// Load the parts of these rows, one after the other.
async function load(some) {
  for (const number of new Set(some.filter(absent).map((row) => row.part))) await part(number);
}

// Text without accents, built on the first search.
const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase();

function sought(row) {
  row.sought ??= plain(
    [
      row.key,
      row.operation,
      STATES[row.state],
      ...row.texts,
      ...[...row.steps, ...row.earlier].flatMap((step) => [
        step.prompt, step.operation, step.job, step.error, ...(step.files ?? []).map(nameOf), ...Object.values(step.options ?? {}),
      ]),
    ].join("\n"),
  );
  return row.sought;
}

function chosen(text, state, order, turned) {
  const words = plain(text).split(/\s+/).filter(Boolean);
  const found = rows.filter(
    (row) => (!state || row.state === state) && (!words.length || !absent(row)) && words.every((word) => sought(row).includes(word)),
  );
  // Largest first, because sorting by points or time is for finding the expensive rows.
  if (order !== "place") found.sort((one, other) => other[order] - one[order] || one.place - other.place);
  return turned ? found.reverse() : found;
}

// Advice for a row, with lines to copy for the command line and for Python.
const quoted = (text) => JSON.stringify(text); // also valid in Python
const word = (text) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\"'\"'")}'`); // for a shell

const ways = (command, program) => [{ title: "On the command line", code: command }, { title: "In Python", code: program }];

// The journal does not record the name of the file.
const again = (options = "", inPython = "") => {
  const [command, call] = data.kind === "chain" ? ["chain chain.yaml", "run(chain"] : ["batch run rows.csv", "batch(rows"];
  return ways(`legnext ${command} --journal ${word(data.journal)}${options}`, `client.${call}, journal=${quoted(data.journal)}${inPython})`);
};

function advice(row) {
  if (row.state === "failed") {
    const charged = row.trouble.error === "given up" ? "It was given up and may have been charged." : "Failed jobs are not charged.";
    return { text: `${charged} To try it again:`, ways: again(" --retry-failed", ", retry_failed=True") };
  }
  if (row.state === "unknown") {
    const key = row.steps.length > 1 ? `${row.key}/${row.steps.indexOf(row.trouble) + 1}` : row.key;
    return {
      text: `It was sent, but no readable response came: ${row.trouble.price ? `${row.trouble.price} points` : "it"} may have been charged. It is never sent again automatically. Check your callbacks or the balance, then resolve it:`,
      ways: ways(
        [`legnext batch resolve ${word(data.journal)} ${word(key)} --adopt JOB`, "# or, in place of --adopt JOB, --resubmit or --give-up"].join("\n"),
        [
          "from legnext_client import Journal",
          "",
          `with Journal(${quoted(data.journal)}) as journal:`,
          `    journal.adopt(${quoted(key)}, "the-id-of-its-job")`,
          `    # or journal.resubmit(${quoted(key)}), or journal.give_up(${quoted(key)})`,
        ].join("\n"),
      ),
    };
  }
  if (row.state === "running") return { text: "It was running when this page was made. If no run is active, resume it:", ways: again() };
  if (row.state === "waiting") return { text: "Part of it has not been sent. To resume:", ways: again() };
  return null;
}
