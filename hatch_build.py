"""What a release has beside this tree: README and addresses as they lead on elsewhere, and a bill of materials.

The links of README.md are relative, so that they hold in every copy of this repository. On a page of a package index
they would lead nowhere. `REPOSITORY_URL` says where the repository is; no file does, so that a copy needs no edit.
Without it, the text of a link stays and the link goes. An sdist keeps what it was built with.

The bill of materials is CycloneDX, in the wheel's `.dist-info/sboms/` (PEP 770). No dependency is part of the wheel, so
it lists each as external, with the range that `pyproject.toml` allows.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.builders.utils import get_reproducible_timestamp
from hatchling.metadata.plugin.interface import MetadataHookInterface
from packaging.version import Version

IMAGE = re.compile(r"!\[([^\]]*)\]\((?![a-z]+:|#)([^)\s]+)\)\n*")
LINK = re.compile(r"(?<!!)\[([^\]]*)\]\((?![a-z]+:|#)([^)\s]+)\)")


class Addresses(MetadataHookInterface):
    """Fills in `readme` and `urls`."""

    def update(self, metadata: dict[str, Any]) -> None:
        repository = os.environ.get("REPOSITORY_URL", "").rstrip("/")
        tag = f"v{metadata['version']}"
        text = Path(self.root, "README.md").read_text(encoding="utf-8")
        metadata["readme"] = {"content-type": "text/markdown", "text": with_addresses(text, repository, tag)}
        metadata["urls"] = {**urls(repository, tag), **self.config.get("urls", {})}


def with_addresses(text: str, repository: str, tag: str) -> str:
    """A text of this repository as it can be read elsewhere: links lead to the files of the tag."""
    if not repository:
        return LINK.sub(r"\1", IMAGE.sub("", text))
    text = IMAGE.sub(lambda found: found[0].replace(f"({found[2]})", f"({repository}/raw/{tag}/{found[2]})"), text)
    return LINK.sub(lambda found: f"[{found[1]}]({repository}/blob/{tag}/{found[2]})", text)


def urls(repository: str, tag: str) -> dict[str, str]:
    """What an index shows beside the text. Of the documentation there is what the tag holds."""
    if not repository:
        return {}
    return {
        "Source": repository,
        "Documentation": f"{repository}/blob/{tag}/docs/index.md",
        "Changelog": f"{repository}/blob/{tag}/CHANGELOG.md",
    }


class BillOfMaterials(BuildHookInterface[Any]):
    """Puts the bill of materials into the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        self.folder = tempfile.TemporaryDirectory()
        file = Path(self.folder.name, f"{self.metadata.core.name}.cdx.json")
        bill = bill_of_materials(self.metadata)
        file.write_text(json.dumps(bill, indent=2, sort_keys=True) + "\n", encoding="utf-8")
        build_data["sbom_files"].append(str(file))

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        del build_data, artifact_path
        if version != "editable":
            self.folder.cleanup()


def bill_of_materials(metadata: Any) -> dict[str, Any]:
    """The project and what it needs, as CycloneDX."""
    core = metadata.core
    project = f"pkg:pypi/{core.name}@{metadata.version}"
    needed = {name: (requirement, "required") for name, requirement in core.dependencies_complex.items()}
    for extra in core.optional_dependencies_complex.values():
        for requirement in extra.values():
            needed.setdefault(requirement.name, (requirement, "optional"))
    needed.pop(core.name, None)  # `all` names the other extras
    components = [external(requirement, scope) for _, (requirement, scope) in sorted(needed.items())]
    references = [component["bom-ref"] for component in components]
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.7.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.7",
        "version": 1,
        "metadata": {
            "timestamp": datetime.fromtimestamp(get_reproducible_timestamp(), UTC).isoformat(),
            "component": {
                "type": "library",
                "bom-ref": project,
                "name": core.name,
                "version": metadata.version,
                "description": core.description,
                "licenses": [{"expression": core.license_expression or core.license}],
                "purl": project,
            },
        },
        "components": components,
        "dependencies": [{"ref": project, "dependsOn": references}, *({"ref": one} for one in references)],
    }


def external(requirement: Any, scope: str) -> dict[str, Any]:
    """A package that is installed beside this one; `versionRange` cannot tell for which platforms."""
    address = f"pkg:pypi/{requirement.name}"
    bounds = "|".join(map(str, sorted(requirement.specifier, key=lambda bound: Version(bound.version))))
    return {
        "type": "library",
        "bom-ref": address,
        "name": requirement.name,
        "purl": address,
        "scope": scope,
        "isExternal": True,
        "versionRange": f"vers:pypi/{bounds or '*'}",
        "properties": [{"name": "python:requirement", "value": str(requirement)}],
    }
