"""What can be no directory is said at once, by the argument's name; whether it can be written to, before it is paid."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from legnext_client._downloads.file_names import directory_of, writable_directory
from legnext_client.errors import InvalidRequest
from tests.systems import needs_links
from tests.tables import for_each


@needs_links
@pytest.mark.parametrize("check", [directory_of, writable_directory])
def test_a_directory_may_be_there_or_be_still_to_make(tmp_path: Path, check: object) -> None:
    assert callable(check)
    (tmp_path / "link").symlink_to(tmp_path)
    for given in (tmp_path, tmp_path / "a" / "b", str(tmp_path), str(tmp_path / "link" / "c")):
        assert check("out", given) == str(given)


@for_each("given", ["", "a\0b", 3, None, b"out", [], Path])
def test_what_is_no_path_is_none_of_a_directory(given: object) -> None:
    with pytest.raises(InvalidRequest, match=r"^out must be the path of a directory; got "):
        directory_of("out", given)


@needs_links
def test_a_file_and_a_link_to_nothing_are_no_directory(tmp_path: Path) -> None:
    file, link = tmp_path / "file", tmp_path / "link"
    file.write_bytes(b"mine")
    link.symlink_to(tmp_path / "nowhere")
    for given, what in ((file, file), (file / "deep" / "er", file), (link, link)):
        with pytest.raises(InvalidRequest) as caught:
            directory_of("out", given)
        problem = f"got {str(given)!r}, but {what} is not a directory. Nothing was sent."
        assert str(caught.value) == f"out must be a directory or a new path; {problem}"


def test_where_nothing_can_be_written_nothing_is_to_be_paid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: str) -> None:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(os, "mkdir", refuse)
    with pytest.raises(InvalidRequest, match=r"must be writable; got '.*shots', but .* is not writable"):
        writable_directory("out", tmp_path / "shots")
    assert directory_of("out", tmp_path / "shots")  # what is there already can be looked at
