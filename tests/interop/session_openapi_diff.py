"""openapi-diff calls nothing breaking that spec-diff calls harmless, where it has an opinion."""

from __future__ import annotations

import json
import subprocess

import npm_tools

from tests.tooling.test_spec_diff import BREAKING, EDITS, versions

OPINIONS = """
const {diffSpecs} = require(process.argv[1]);
const option = (spec) => ({content: JSON.stringify(spec), location: 'spec.json', format: 'openapi3'});
(async () => {
  const pairs = JSON.parse(require('fs').readFileSync(0, 'utf8'));
  const opinions = [];
  for (const [sourceSpec, destinationSpec] of pairs)
    opinions.push(await diffSpecs({sourceSpec: option(sourceSpec), destinationSpec: option(destinationSpec)})
      .then((outcome) => (outcome.breakingDifferences ?? []).map((difference) => difference.code), () => null));
  console.log(JSON.stringify(opinions));
})();
"""
NOT_IN_3_0 = {
    "a list of types",
    "a companion demanded",
    "a condition set",
    "a condition lifted",
    "a branch demands more",
    "a branch forbids less",
    "a webhook gone",
}


# It looks neither at defaults nor at who writes a field.
NOT_SEEN_BY_IT = {
    "a field with a default becomes required",
    "a required request field with a default",
    "a required field that callers never write",
    "a bound of what callers never write",
    "a field that the service never writes",
}


def test_openapi_diff_finds_nothing_breaking_that_we_call_harmless() -> None:
    pairs = [versions(row) for row in EDITS.values()]
    module = str(npm_tools.MODULES / "openapi-diff")
    done = subprocess.run(
        ["node", "-e", OPINIONS, module], input=json.dumps(pairs), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    opinions: list[list[str] | None] = json.loads(done.stdout)
    named = dict(zip(EDITS, opinions, strict=True))
    disagreements = {name: codes for name, codes in named.items() if codes and EDITS[name]["verdict"] != BREAKING}
    assert disagreements.keys() == NOT_SEEN_BY_IT
    assert sum(bool(codes) for codes in named.values()) > 10, "it has no opinion any more"
    assert {name for name, codes in named.items() if codes is None} == NOT_IN_3_0
