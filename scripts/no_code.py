"""What n8n and Make import, in `no-code/`: a community node, workflows and a scenario.

A workflow sends each request once, looks at its job until that ends, and has a branch for a job that failed.
`n8n_node.py` makes the node.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import table
from n8n_node import credential, node, price, words
from samples import body

from legnext_client.generated.types import is_object
from postman import stable

Json = dict[str, Any]
Place = tuple[int, int]

POLL_SECONDS, POLLS = 10, 60
SETTINGS = "$('Settings').first().json"
NOTE = """\
## {name}
1. Create a *Header Auth* credential, with the name `{header}` and your API key as value. Choose it in the HTTP nodes.
2. Say in *Settings* what to make, and how often to look at a job (`polls`, every `poll_seconds`).

**{price}** A request that makes a job is sent once. If its response is lost, look for the job before you run it again.
If a job fails, or has not ended after all looks, the workflow stops with its id and the reason."""


class Step(NamedTuple):
    """One job of a chain: its operation, its body without the id of another job, and the field for that id."""

    row: Json
    body: Json
    source: str | None


def files(spec: Json) -> dict[str, str]:
    """Everything that is written, by its place in the folder."""
    rows, server = table.operations(spec), table.server(spec)
    header = table.key_header(spec)
    found = {
        "n8n/nodes/Legnext/Legnext.node.ts": node(rows, server),
        "n8n/credentials/LegnextClientApi.credentials.ts": credential(rows, server, header),
    }
    made = chains(spec, rows)
    for name, steps in made.items():
        found[f"n8n/workflows/{name}.json"] = as_json(Workflow(name, rows, server, header).of(steps))
    found["make/image.blueprint.json"] = as_json(blueprint(made["image"][0], rows, server))
    return found


def as_json(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def chains(spec: Json, rows: list[Json]) -> dict[str, list[Step]]:
    """The chains that become workflows, by name."""
    known = dict[str, Step]()
    for row in rows:
        sent = body(spec, row)
        if row["makes"] and is_object(sent):
            source = next((name for name, value in sent.items() if str(value).endswith("job_id}}")), None)
            known[row["name"]] = Step(row, {name: value for name, value in sent.items() if name != source}, source)
    image = first(known, takes="nothing", makes="images")
    larger = first(known, takes="image", makes="image")
    film = [first(known, role=role) for role in ("chain.start", "chain.extend", "chain.upscale")]
    whole = [image, *film] if film[0].source else film
    return {"image": [image], "larger-image": [image, larger], "video-chain": whole}


def first(known: dict[str, Step], **what: str) -> Step:
    """The first operation of a kind, which any source will do for; one with a prompt before one without."""
    fit = [each for each in known.values() if all(each.row[key] == value for key, value in what.items())]
    free = (each for each in fit if "flag" not in (each.row["source"] or ()))
    return min(free, key=lambda each: each.row["prompt"] is None)


def job_path(rows: list[Json], job_id: str) -> str:
    """The path to a job, with this in the place of its id."""
    row = next(row for row in rows if row["role"] == table.JOB_ROLE)
    return str(row["path"].replace(f"{{{row['parameters'][0]['wire']}}}", job_id))


def ends(rows: list[Json]) -> list[str]:
    """The statuses of a job that ended without a result."""
    return ["failed", *(row["ends"] for row in rows if row["ends"])]


class Workflow:
    """A workflow of n8n. Its HTTP nodes work in every n8n, with or without the community node."""

    def __init__(self, name: str, rows: list[Json], server: str, header: str) -> None:
        self._name, self._rows, self._server, self._header = f"Legnext: {name.replace('-', ' ')}", rows, server, header
        self._nodes: list[Json] = []
        self._links: dict[str, dict[str, list[list[Json]]]] = {}

    def of(self, steps: list[Step]) -> Json:
        """A chain, in which every step waits for its job before the next begins."""
        settings: Json = {"base_url": self._server, "poll_seconds": POLL_SECONDS, "polls": POLLS}
        settings |= {step.row["name"]: step.body for step in steps}
        self._add("Start", "manualTrigger", 1, (0, 0), {})
        written = json.dumps(settings, ensure_ascii=False, indent=2)
        self._add("Settings", "set", 3.4, (220, 0), {"mode": "raw", "jsonOutput": written, "options": {}})
        self._link("Start", "Settings")
        last = "Settings"
        for place, step in enumerate(steps):
            last = self._step(step, last, 440 + 440 * place)
        self._add("Completed", "noOp", 1, (440 + 440 * len(steps), 0), {})
        self._link(last, "Completed")
        total = price(step.row for step in steps)
        note = NOTE.format(name=self._name, header=self._header, price=total)
        self._add("Note", "stickyNote", 1, (0, -420), {"content": note, "width": 640, "height": 340})
        done: Json = {"nodes": self._nodes, "connections": self._links, "settings": {"executionOrder": "v1"}}
        return {"name": self._name, **done}

    def _step(self, step: Step, before: str, x: int) -> str:
        """Send a request, and look at its job until it ends; return the node that knows how it ended."""
        name = words(step.row["name"])
        ended, wait, look, failed = f"{name}: ended?", f"{name}: wait", f"{name}: look", f"{name}: failed"
        body, job_id = f"{SETTINGS}.{step.row['name']}", f"$('{name}').first().json.job_id"
        if step.source:
            body = f"Object.assign({{}}, {body}, {{ {step.source}: $json.job_id }} )"
        sent = {"sendBody": True, "specifyBody": "json", "jsonBody": f"={{{{ JSON.stringify({body}) }}}}"}
        self._http(name, step.row["method"], step.row["path"], (x, 0), sent)
        rules = [
            self._rule(name, "completed", "={{ $json.status }}", "string:equals", ["completed"]),
            self._rule(name, "failed", "={{ $json.status }}", "string:equals", ends(self._rows)),
            self._rule(name, "given up", "={{ $runIndex }}", "number:gte", [f"={{{{ {SETTINGS}.polls }}}}"]),
        ]
        running = {"fallbackOutput": "extra", "renameFallbackOutput": "running"}  # any other status means that
        self._add(ended, "switch", 3.2, (x + 220, 0), {"rules": {"values": rules}, "options": running})
        seconds = {"amount": f"={{{{ {SETTINGS}.poll_seconds }}}}", "unit": "seconds"}
        self._add(wait, "wait", 1.1, (x + 220, 220), seconds)
        # A look that fails is not the end of a job. n8n's own retries would take the job's field `error` for a failure.
        path = job_path(self._rows, f"{{{{ encodeURIComponent({job_id}) }}}}")
        self._http(look, "GET", path, (x, 220), {}, onError="continueErrorOutput")
        state = '{{ $json.status || "in an unknown state" }}. {{ $json.error?.message || "" }}'
        stop = {"errorMessage": f"={name}: job {{{{ {job_id} }}}} is {state}"}
        self._add(failed, "stopAndError", 1, (x + 440, -200), stop)
        links = [(before, name, 0), (name, ended, 0), (ended, failed, 1), (ended, failed, 2), (ended, wait, 3)]
        for one, other, output in [*links, (wait, look, 0), (look, ended, 0), (look, ended, 1)]:
            self._link(one, other, output)
        return ended

    def _http(self, name: str, method: str, path: str, at: Place, more: Json, **settings: Any) -> None:
        key = {"authentication": "genericCredentialType", "genericAuthType": "httpHeaderAuth"}
        request: Json = {"method": method, "url": f"={{{{ {SETTINGS}.base_url }}}}{path}", **key, **more, "options": {}}
        self._add(name, "httpRequest", 4.2, at, request, **settings)

    def _rule(self, name: str, output: str, value: str, test: str, than: list[str]) -> Json:
        """A way on from a switch: the one for a value that passes the test with any of these."""
        kind, operation = test.split(":")
        operator = {"type": kind, "operation": operation}
        tests = [
            {"id": stable(self._name, name, each), "leftValue": value, "rightValue": each, "operator": operator}
            for each in than
        ]
        options = {"caseSensitive": True, "leftValue": "", "typeValidation": "loose", "version": 2}
        conditions = {"options": options, "conditions": tests, "combinator": "or"}
        return {"conditions": conditions, "renameOutput": True, "outputKey": output}

    def _add(self, name: str, kind: str, version: float, at: Place, parameters: Json, **settings: Any) -> None:
        own = {"id": stable(self._name, name), "name": name, "type": f"n8n-nodes-base.{kind}", "typeVersion": version}
        self._nodes.append({**own, "position": at, "parameters": parameters, **settings})

    def _link(self, one: str, other: str, output: int = 0) -> None:
        outputs = self._links.setdefault(one, {"main": []})["main"]
        outputs.extend([] for _ in range(output + 1 - len(outputs)))
        outputs[output].append({"node": other, "type": "main", "index": 0})


def blueprint(step: Step, rows: list[Json], server: str) -> Json:
    """A scenario of Make: its HTTP modules send the request and look at the job until it ends.

    Make has no loops: a repeater looks a number of times, and a variable makes it idle once the job has ended.
    """
    body = json.dumps(step.body, ensure_ascii=False, indent=2)
    sent = {"contentType": "json", "inputMethod": "jsonString", "jsonStringBodyContent": body}
    done = {"ended": "true", "output": "{{5.data.output}}"}
    failed = {"ended": "true", "reason": "{{5.data.error.message}}"}
    routes = [
        {"flow": [module(7, "util:SetVariables", "Completed", variables(done), only=status(["completed"]))]},
        {"flow": [module(8, "util:SetVariables", "Failed", variables(failed), only=status(ends(rows)))]},
    ]
    running = [[{"a": "{{3.ended}}", "o": "text:notequal", "b": "true"}]]
    path = job_path(rows, "{{encodeURL(1.data.job_id)}}")
    flow = [
        module(1, "http:MakeRequest", step.row["summary"], http(step.row["method"], server + step.row["path"], sent)),
        module(2, "builtin:BasicRepeater", "Look again", {"start": "1", "repeats": str(POLLS), "step": "1"}),
        module(3, "util:GetVariable2", "Has it ended?", {"name": "ended", "scope": "roundtrip"}),
        module(4, "util:FunctionSleep", "Wait", {"duration": str(POLL_SECONDS)}, only=running),
        module(5, "http:MakeRequest", "Look at the job", http("GET", server + path, {})),
        {**module(6, "builtin:BasicRouter", "How it ended", {}), "routes": routes},
    ]
    scenario = {"roundtrips": 1, "maxErrors": 3, "sequential": False, "dataloss": False, "dlq": False}
    kept: Json = {"scheduling": {"type": "on-demand"}, "interface": {"input": [], "output": []}}
    metadata: Json = {"instant": False, "version": 1, "scenario": scenario, "designer": {"orphans": []}}
    return {"name": f"Legnext: {step.row['summary']}", "flow": flow, "metadata": metadata, **kept}


def module(number: int, name: str, title: str, mapper: Json, only: list[list[Json]] | None = None) -> Json:
    """A module of Make; with `only`, it runs if all tests of one of these lists hold."""
    web = name.startswith("http:")
    parameters = {"authenticationType": "apiKey", "tlsType": "", "proxyKeychain": ""} if web else {}
    made: Json = {"id": number, "module": name, "version": 4 if web else 1, "parameters": parameters, "mapper": mapper}
    if only:
        made["filter"] = {"name": title, "conditions": only}
    y = 300 * (number - 7) if number > 6 else 0
    return {**made, "metadata": {"designer": {"x": 300 * min(number, 7), "y": y, "name": title}}}


def status(statuses: list[str]) -> list[list[Json]]:
    return [[{"a": "{{5.data.status}}", "o": "text:equal", "b": each}] for each in statuses]


def http(method: str, url: str, more: Json) -> Json:
    usual = {"parseResponse": True, "stopOnHttpError": True, "allowRedirects": False, "shareCookies": False}
    return {"url": url, "method": method.lower(), "headers": [], "requestCompressedContent": True, **usual, **more}


def variables(values: dict[str, str]) -> Json:
    return {"scope": "roundtrip", "variables": [{"name": name, "value": value} for name, value in values.items()]}
