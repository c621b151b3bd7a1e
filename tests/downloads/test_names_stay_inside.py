"""Nothing is written outside of the directory, whatever an address, a template or a link says."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legnext_client._downloads.file_names import URL_FIELDS, extension, fields_of, names, stem
from legnext_client.client import Client
from legnext_client.errors import DownloadError, InvalidRequest
from legnext_client.jobs import Job
from tests.systems import needs_links, only_posix

from .conftest import KEY, files_in
from .hostile import file, png

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Download
    from .hostile import Hostile


@pytest.mark.parametrize("template", ["../{n}{ext}", "{url}", "same{ext}"])
def test_a_template_that_leads_elsewhere_or_to_one_file_is_refused_before_any_network(
    download: Download, hostile: Hostile, out: Path, template: str
) -> None:
    with pytest.raises(InvalidRequest, match="name"):
        download([hostile.url("/a.png"), hostile.url("/b.png")], out, template)
    assert hostile.seen == []
    assert not out.exists()


@pytest.mark.parametrize("path", ["/../../../etc/passwd.png", "/..%2f..%2fx.png", "/%00.png", "/"])
def test_no_address_leads_out_of_the_directory(download: Download, hostile: Hostile, out: Path, path: str) -> None:
    hostile.acts = dict.fromkeys([path, path.replace("/../../../", "/")], file(png()))
    try:
        paths = download([hostile.url(path)], out, "{stem}{ext}")
    except (InvalidRequest, DownloadError):
        paths = []
    for found in paths:
        assert found.parent == out
        assert found.read_bytes() == png()
    assert set(files_in(out.parent)) == {f"out/{found.name}" for found in paths}


@pytest.mark.parametrize("job_id", ["../../x", "a\0b", "x" * 500])
def test_what_the_service_calls_a_job_or_a_task_leads_nowhere(
    download_job: Download, hostile: Hostile, out: Path, job_id: str
) -> None:
    hostile.acts["/a.png"] = file(png())
    raw = {
        "job_id": job_id,
        "status": "completed",
        "task_type": job_id,
        "output": {"image_urls": [hostile.url("/a.png")]},
    }
    (path,) = download_job(raw, out, "{task_type}/{job_id}_{n}{ext}")
    assert path.parent.parent == out
    assert set(files_in(out.parent)) == {path.relative_to(out.parent).as_posix()}


@needs_links
@pytest.mark.parametrize("template", ["linked/{n}{ext}", "linked/deeper/{n}{ext}"])
def test_a_link_that_leads_out_is_refused_before_any_network(
    download: Download, hostile: Hostile, out: Path, template: str
) -> None:
    out.mkdir(parents=True)
    (out.parent / "elsewhere").mkdir()
    (out / "linked").symlink_to(out.parent / "elsewhere", target_is_directory=True)
    with pytest.raises(InvalidRequest, match="link"):
        download([hostile.url("/a.png")], out, template)
    assert hostile.seen == []
    assert files_in(out.parent) == {}


@needs_links
def test_a_link_to_itself_is_an_error_of_ours(download: Download, hostile: Hostile, out: Path) -> None:
    out.mkdir(parents=True)
    (out / "loop").symlink_to(out / "loop")
    hostile.acts["/a.png"] = file(png())
    with pytest.raises((InvalidRequest, DownloadError)):
        download([hostile.url("/a.png")], out, "loop/{n}{ext}")


@needs_links
def test_a_link_in_place_of_a_file_is_replaced_not_followed(download: Download, hostile: Hostile, out: Path) -> None:
    out.mkdir(parents=True)
    secret = out.parent / "secret.png"
    secret.write_bytes(b"mine")
    (out / "a_0.png").symlink_to(secret)
    hostile.acts["/a.png"] = file(png())
    (path,) = download([hostile.url("/a.png")], out)
    assert secret.read_bytes() == b"mine"
    assert not path.is_symlink()
    assert path.read_bytes() == png()


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param("symlink", marks=needs_links),
        "hardlink",
        pytest.param("fifo", marks=only_posix),
        "directory",
    ],
)
@pytest.mark.parametrize("name", [".a_0.png.part", ".a_0.png.part.json"])
def test_what_lies_in_place_of_the_unfinished_file_is_not_written_to(
    download: Download, hostile: Hostile, out: Path, kind: str, name: str
) -> None:
    out.mkdir(parents=True)
    secret = out.parent / "secret.txt"
    secret.write_bytes(b"mine")
    {
        "symlink": lambda: (out / name).symlink_to(secret),
        "hardlink": lambda: (out / name).hardlink_to(secret),
        "fifo": lambda: os.mkfifo(out / name),
        "directory": lambda: (out / name).mkdir(),
    }[kind]()
    hostile.acts["/a.png"] = file(png())
    if name.endswith(".json") and kind != "directory":  # a note is never written to, but made anew
        assert download([hostile.url("/a.png")], out)[0].read_bytes() == png()
    else:
        with pytest.raises(DownloadError, match=r"cannot be written"):
            download([hostile.url("/a.png")], out)
    assert secret.read_bytes() == b"mine"


Values = Mapping[str, str | int]

texts = st.text(max_size=60)
hard = st.lists(
    st.one_of(
        st.sampled_from(
            ["..", "/", "\\", "{n}", "{ext}", "{stem}", "{{", "}", "\0", ".", "con", " ", "é", "{n:02}", "a"]
        ),
        texts,
    ),
    max_size=8,
).map("".join)


@given(template=st.one_of(texts, hard), paths=st.lists(st.one_of(texts, hard), min_size=1, max_size=4))
def test_any_template_and_any_address_stay_inside_or_are_refused(template: str, paths: list[str]) -> None:
    try:
        urls = ["https://cdn.example/" + path for path in paths]
        values: list[Values] = [{"n": n, "ext": extension(url), "stem": stem(url)} for n, url in enumerate(urls)]
        fields_of(template, URL_FIELDS)
        found = names(template, URL_FIELDS, values)
    except InvalidRequest:
        return
    assert len(set(found)) == len(paths)
    for name in found:
        parts = PurePosixPath(name).parts
        assert os.path.normpath(name) == name
        assert not os.path.isabs(name)
        assert ".." not in parts
        assert all(0 < len(part.encode()) <= 240 for part in parts)
        assert "\\" not in name
        assert name.isprintable()


def test_a_closed_client_and_a_job_without_one_say_so(out: Path) -> None:
    raw = {"job_id": "a", "status": "completed", "output": {"image_urls": ["https://cdn.example/a.png"]}}
    client = Client(KEY, base_url="http://127.0.0.1:9")
    job = Job(raw, client._calls)
    client.close()
    for orphan in (job, Job(raw)):
        with pytest.raises(Exception, match="client"):
            orphan.download(out)
