"""What the metadata of a release says that this tree cannot: the README and the addresses, as they lead on elsewhere.

The links of README.md are relative, so that they hold in every copy of this repository. On a page of a package index
they would lead nowhere. `REPOSITORY_URL` says where the repository is; no file does, so that a copy needs no edit.
Without it, the text of a link stays and the link goes. An sdist keeps what it was built with.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

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
