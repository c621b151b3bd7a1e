"""`legnext spec`: the document that all of this is made from."""

import json
from importlib.resources import files

from legnext_client.cli.command import Run, command, single


@command
def spec(run: Run) -> None:
    """Print the OpenAPI document that this client is generated from."""
    text = files("legnext_client").joinpath("openapi.json").read_text(encoding="utf-8")
    run.output.result(json.loads(text), [text.rstrip()])


app = single(spec)
