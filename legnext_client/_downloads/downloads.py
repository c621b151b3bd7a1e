"""Plan downloads for `job.download` and `client.download`; `transfer` carries them out.

All arguments are checked here, before any network access.
"""

from __future__ import annotations

import operator
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from legnext_client._downloads.file_names import (
    JOB_FIELDS,
    ROW_FIELDS,
    URL_FIELDS,
    check_names,
    directory_of,
    extension,
    fields_of,
    names,
    stem,
    writable_directory,
)
from legnext_client._downloads.policy import Order
from legnext_client._downloads.targets import DiskTarget, stays_inside
from legnext_client._downloads.transfer import Progress, Service, fetching, fetching_all
from legnext_client._protocol.addresses import wrong_address
from legnext_client._protocol.bounds import whole
from legnext_client._protocol.flow import Flow
from legnext_client._protocol.numbers import is_number
from legnext_client._protocol.state import State, moment
from legnext_client.errors import DownloadError, InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Sequence


__all__ = ["Limits", "Progress", "Which", "of_job", "of_urls"]

Which = int | Iterable[int] | None
StrPath = str | os.PathLike[str]


LARGEST = 2 * 1024**3
SECONDS = 1800.0


class Limits(NamedTuple):
    """Maximum number of files at a time, size of a file, and seconds for a file."""

    concurrency: int = 4
    max_bytes: int = LARGEST
    timeout: float = SECONDS


def of_job(
    service: Service,
    state: State,
    directory: StrPath,
    name: str,
    which: Which,
    limits: Limits,
    *,
    key: str | None = None,
    spare_key: str | None = None,
    root: str | None = None,
) -> Flow[list[Path]]:
    """Fetch the files of a completed job. Videos come before images, so `n` matches the service's numbering.

    `key` is the key of a batch row and may appear in the name. If another file has that name, `spare_key` replaces
    `key`. `root` is the real path of the directory.
    """
    urls = [*state.video_urls, *state.image_urls]
    if not state.ok:
        raise InvalidRequest(f"job {state.job_id} is {state.status}. Wait for it to complete before downloading.")
    if not urls:
        has = "only texts: see job.texts" if state.texts else "and nothing else"
        raise InvalidRequest(f"job {state.job_id} has made no files, {has}.")
    allowed = JOB_FIELDS if key is None else ROW_FIELDS
    fields = fields_of(name, allowed)
    known = "job_id" in fields and ("n" in fields or len(urls) == 1)
    chosen = _chosen(which, len(urls))
    values: list[dict[str, str | int]] = [
        {"job_id": state.job_id, "n": n, "ext": extension(urls[n]), "task_type": state.task_type, "key": key or ""}
        for n in chosen
    ]
    root = root or _real_path(directory)
    spares: Sequence[str | None] = [None] * len(chosen)
    if spare_key is not None and "job_id" not in fields:
        spares = names(name, allowed, [{**one, "key": spare_key} for one in values])
    ended = moment(state.part("meta", "ended_at")) or moment(state.part("meta", "created_at"))
    order = Order("", Path(directory), limits.max_bytes, known, ended)
    files = zip([urls[n] for n in chosen], names(name, allowed, values), spares, strict=True)
    return _fetching(service, order, root, limits, list(files))


def of_urls(
    service: Service, urls: str | Iterable[str], directory: StrPath, name: str, limits: Limits
) -> Flow[list[Path]]:
    """Fetch files by URL."""
    if not hasattr(urls, "__iter__"):
        raise InvalidRequest(f"urls must be a URL or several; got {urls!r}.")
    listed = [urls] if isinstance(urls, str) else list(urls)
    for url in listed:
        reason = wrong_address(url)
        if reason is not None:
            raise InvalidRequest(f"urls must begin with https://; got {str(url)[:200]!r}: {reason}.")
    values: list[dict[str, str | int]] = [
        {"n": n, "ext": extension(url), "stem": stem(url)} for n, url in enumerate(listed)
    ]
    root = _real_path(directory)
    order = Order("", Path(directory), limits.max_bytes)
    files = [(url, file, None) for url, file in zip(listed, names(name, URL_FIELDS, values), strict=True)]
    return _fetching(service, order, root, limits, files)


def check_download(makes: str | None, directory: StrPath, name: str) -> None:
    """Raise `InvalidRequest` if the files of a call cannot be saved like that; nothing is sent yet."""
    if makes == "texts":
        raise InvalidRequest("download must be omitted: this operation makes texts, which have no files.")
    writable_directory("download", directory)
    check_names(name, JOB_FIELDS, 2 if makes in ("images", "videos") else 1)


def _fetching(
    service: Service, order: Order, root: str, limits: Limits, files: Sequence[tuple[str, str, str | None]]
) -> Flow[list[Path]]:
    """Fetch files, each given by its URL, its name and its spare name; `order` has what they share."""
    whole("max_bytes", limits.max_bytes, 1)
    whole("concurrency", limits.concurrency, 1)
    if not is_number(limits.timeout) or not limits.timeout > 0:
        raise InvalidRequest(f"timeout must be seconds above 0; got {limits.timeout!r}.")
    service.check_open()
    flows = list[Flow[Path | DownloadError]]()
    for url, name, spare in files:
        if not stays_inside(root, os.path.join(root, name)):
            raise InvalidRequest(f"name must stay in the directory; a link in {name!r} leads out of it.")
        one = order._replace(url=url, path=order.path / name, spare=order.path / spare if spare else None)
        flows.append(fetching(one, DiskTarget(root, name, spare), service, limits.timeout))
    return fetching_all(flows, limits.concurrency)


def _real_path(directory: StrPath) -> str:
    """Resolve a directory once, so that a later change of the working directory has no effect."""
    return os.path.realpath(directory_of("directory", directory))


def _chosen(which: Which, count: int) -> list[int]:
    listed: list[Any] = list(range(count)) if which is None else list(which) if isinstance(which, Iterable) else [which]
    try:
        chosen = [operator.index(one) for one in listed if not isinstance(one, bool)]
    except TypeError:
        chosen = []
    if len(chosen) != len(listed) or any(not 0 <= one < count for one in chosen):
        raise InvalidRequest(f"which must be 0 to {count - 1}, or some of these; got {which!r}. The job made {count}.")
    return chosen
