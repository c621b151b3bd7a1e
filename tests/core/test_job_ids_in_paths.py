"""An id stays one segment of the path, whatever it is made of."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

import httpx
import pytest

from legnext_client._calls.service import job_request


@pytest.mark.parametrize("job_id", ["..", ".", "...", "a/b", "a?b#c", "%2e%2e", "ü", "a b"])
def test_an_id_never_leaves_its_segment(job_id: str) -> None:
    path = job_request(job_id).path
    sent = urlsplit(str(httpx.Request("GET", "https://example.com/api" + path).url)).path
    assert sent.startswith("/api/v1/job/")
    assert unquote(sent.removeprefix("/api/v1/job/")) == job_id
