"""Run what is in `no-code/n8n` in an n8n of its own, against the mock server, which refuses what is not documented.

Each workflow runs, also with a job that fails and one that does not end, and so does every operation of the node, with
its optional fields empty. `make n8n` calls this in a folder with the compiled node; N8N has n8n and its Node.
"""

from __future__ import annotations

import json
import os
import subprocess
import urllib.request
from itertools import pairwise
from pathlib import Path
from typing import Any

Json = dict[str, Any]

BASE_URL, KEY, N8N = os.environ["LEGNEXT_BASE_URL"], os.environ["LEGNEXT_API_KEY"], Path(os.environ["N8N"])
ROOT = Path(__file__).resolve().parents[2]
HOME = Path("home").absolute()
WORKFLOWS = ROOT / "no-code" / "n8n" / "workflows"
DOCUMENT: Json = json.loads((ROOT / "legnext_client" / "openapi.json").read_text(encoding="utf-8"))
OPERATIONS = {each["operationId"]: each for item in DOCUMENT["paths"].values() for each in item.values()}
CREDENTIALS = {
    "httpHeaderAuth": {"name": "x-api-key", "value": KEY},
    "legnextClientApi": {"apiKey": KEY, "baseUrl": BASE_URL},
}
QUIET = {
    "N8N_USER_FOLDER": str(HOME),
    "N8N_ENCRYPTION_KEY": "0" * 32,
    "N8N_DIAGNOSTICS_ENABLED": "false",
    "N8N_VERSION_NOTIFICATIONS_ENABLED": "false",
    "N8N_RUNNERS_MODE": "external",
    "N8N_RUNNERS_AUTH_TOKEN": "0" * 32,
    "N8N_RUNNERS_BROKER_PORT": "0",
}


def main() -> None:
    installed = HOME / ".n8n" / "nodes" / "node_modules" / "n8n-nodes-legnext-client"
    installed.mkdir(parents=True)
    subprocess.run(["cp", "-r", "dist", "package.json", str(installed)], check=True)
    plain, hopeless, endless = "a lighthouse --v 7", "fail-this-job", "never-end-this-job"
    runs = [workflow(path, plain) for path in sorted(WORKFLOWS.glob("*.json"))]
    good = len(runs)
    runs += [workflow(WORKFLOWS / "image.json", text) for text in (hopeless, endless)]
    for job_id, operation, body in (
        ("grid", "diffusion", {"text": "a lighthouse --v 7 --draft"}),
        ("film", "video_diffusion", {"prompt": "waves"}),
    ):
        control("jobs", {"job_id": job_id, "operation": operation, "status": "completed", "body": body})
    control("faults", {"name": "error_before", "status": 503, "method": "GET", "times": 1})  # a look that fails
    runs.append(every_operation())
    told = executed(runs)
    for run, outcome in zip(runs, told, strict=True):
        print(run["name"], outcome["executionStatus"], outcome.get("error", ""))
    assert [outcome["executionStatus"] for outcome in told] == [*["success"] * good, "error", "error", "success"]
    ended_badly, given_up = told[good], told[good + 1]
    assert "is failed. The job could not be completed" in ended_badly["error"], ended_badly
    assert "Diffusion: job " in given_up["error"], given_up
    assert "is failed" not in given_up["error"], given_up
    made = {line["operation"] for line in control("ledger")}
    assert made == {name for name, operation in OPERATIONS.items() if "requestBody" in operation}


def workflow(path: Path, text: str) -> Json:
    """A committed workflow with our server, our key, looks that follow closely, and this prompt."""
    found: Json = json.loads(path.read_text(encoding="utf-8"))
    for node in found["nodes"]:
        if node["name"] == "Settings":
            settings = json.loads(node["parameters"]["jsonOutput"])
            settings |= {"base_url": BASE_URL, "poll_seconds": 0.1, "polls": 30}
            settings["diffusion"]["text"] = text
            node["parameters"]["jsonOutput"] = json.dumps(settings)
        if node["type"].endswith("httpRequest"):
            node["credentials"] = {"httpHeaderAuth": {"id": "httpHeaderAuth", "name": "key"}}
    return found


def every_operation() -> Json:
    """A workflow of the node alone: each operation once, with what the document's examples have, the rest empty."""
    script = "console.log(JSON.stringify(new (require('./dist/nodes/Legnext/Legnext.node.js').Legnext)().description))"
    printed = subprocess.run([str(N8N / "venv" / "bin" / "node"), "-e", script], capture_output=True, check=True)
    properties = json.loads(printed.stdout)["properties"]
    nodes: list[Json] = [{"name": "Start", "type": "n8n-nodes-base.manualTrigger", "typeVersion": 1, "parameters": {}}]
    for chosen in (each for each in properties if each["name"] == "operation"):
        for option in chosen["options"]:
            shown = {**chosen["displayOptions"]["show"], "operation": [option["value"]]}
            fields = [each for each in properties if each.get("displayOptions", {}).get("show") == shown]
            values = {"resource": shown["resource"][0], "operation": option["value"], **filled(option["value"], fields)}
            nodes.append({"name": option["value"], "type": "n8n-nodes-legnext-client.legnext", "parameters": values})
    for place, node in enumerate(nodes[1:]):
        node |= {"typeVersion": 1, "credentials": {"legnextClientApi": {"id": "legnextClientApi", "name": "key"}}}
        node["position"] = [200 * place, 0]
    links = {
        one["name"]: {"main": [[{"node": other["name"], "type": "main", "index": 0}]]} for one, other in pairwise(nodes)
    }
    first = [{"id": str(number), "position": [0, 0], **node} for number, node in enumerate(nodes)]
    return {"name": "every operation", "nodes": first, "connections": links, "settings": {"executionOrder": "v1"}}


def filled(operation: str, fields: list[Json]) -> Json:
    """Values for the fields of an operation: those of the document's first example, and empty ones for the rest."""
    data = OPERATIONS[operation]
    content = data.get("requestBody", {}).get("content", {}).get("application/json", {})
    example = dict(next(iter(content.get("examples", {"none": {"value": {}}}).values()))["value"])
    source = "film" if data.get("x-legnext", {}).get("takes") == "video" else "grid"
    example = {name: source if name == "jobId" else part for name, part in example.items() if name != "callback"}
    values: Json = {}
    for field in fields:
        if field["name"] == "additionalFields":
            values[field["name"]] = {each["name"]: value_of(each, example) for each in field["options"]}
        else:
            values[field["name"]] = "grid" if field["name"] == "job_id" else value_of(field, example)
    return values


def value_of(field: Json, example: Json) -> object:
    found: Any = example
    for step in field["routing"]["send"]["property"].split("."):
        found = found.get(step, "") if isinstance(found, dict) else ""
    return json.dumps(found) if field["type"] == "json" and found else found


def executed(runs: list[Json]) -> list[Json]:
    """What n8n says of each workflow, in their order."""
    HOME.mkdir(exist_ok=True)
    keys = [{"id": kind, "name": "key", "type": kind, "data": data} for kind, data in CREDENTIALS.items()]
    numbered = [{"id": str(number), **run} for number, run in enumerate(runs, 1)]
    for name, rows in (("credentials", keys), ("workflow", numbered)):
        Path(f"{name}.json").write_text(json.dumps(rows), encoding="utf-8")
        n8n(f"import:{name}", f"--input={name}.json")
    n8n("execute-batch", f"--ids={','.join(run['id'] for run in numbered)}", "--output=told.json")
    told = json.loads(Path("told.json").read_text(encoding="utf-8"))["executions"]
    return sorted(told, key=lambda outcome: int(outcome["workflowId"]))


def n8n(*words: str) -> None:
    """Call n8n; its status is not 0 when a workflow fails, as some here must."""
    path = f"{N8N / 'venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"
    program = str(N8N / "node_modules" / ".bin" / "n8n")
    subprocess.run([program, *words], env={**os.environ, **QUIET, "PATH": path}, check=False)


def control(name: str, body: Json | None = None) -> Any:
    url = f"{BASE_URL.removesuffix('/api')}/__mock__/{name}"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as response:
        return json.load(response)


if __name__ == "__main__":
    main()
