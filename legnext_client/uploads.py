"""Uploaders of local files, which the service can then fetch by URL.

    client = Client(uploader=S3Uploader("my-bucket"))
    client.midjourney.describe(img_url=Path("cat.png"))

An uploader is any function from a `LocalFile` to a URL; that of an `AsyncClient` may be async. It is called once for
the same bytes. The URL must begin with https:// and should work for a day.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from legnext_client._downloads.local_files import LocalFile
from legnext_client._protocol.addresses import is_loopback
from legnext_client._protocol.headers import FRAMING, wrong_header
from legnext_client._transport.puts import put
from legnext_client.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["LocalFile", "PutUploader", "S3Uploader"]

Uploader: TypeAlias = Callable[[LocalFile], str]
AsyncUploader: TypeAlias = Callable[[LocalFile], str | Awaitable[str]]

DAY = 86_400
_WEEK = 7 * DAY


class PutUploader:
    """Uploader with a plain HTTP PUT, for WebDAV and the like.

    Args:
        url: The folder to put files in. Each is named after its contents.
        public_url: The URL of the same folder for reading, if it is another.
        headers: Headers for the PUT, for example `Authorization`. They are sent to that host only.
    """

    def __init__(self, url: str, *, public_url: str | None = None, headers: Mapping[str, str] | None = None) -> None:
        self._url = _folder("url", url)
        self._public_url = self._url if public_url is None else _folder("public_url", public_url)
        if wrong := wrong_header("headers", headers or {}, ours=FRAMING):
            raise ConfigurationError(wrong)
        self._headers = dict(headers or {})

    def __call__(self, file: LocalFile) -> str:
        put(self._url + file.name, file.contents(), {"content-type": file.media_type, **self._headers})
        return self._public_url + file.name

    def __repr__(self) -> str:
        return f"PutUploader({self._url!r})"


class S3Uploader:
    """Uploader to a bucket of S3 or of a compatible service, with presigned URLs. Needs no other package.

    Args:
        bucket: The bucket; it can be private.
        prefix: The beginning of each object's name; the rest is made of its contents.
        endpoint: URL of a compatible service (R2, MinIO, …), with the bucket as the first part of the path. Default:
            Amazon.
        region: Default: `AWS_REGION`, `AWS_DEFAULT_REGION`, or `us-east-1`.
        access_key: Default: `AWS_ACCESS_KEY_ID`.
        secret_key: Default: `AWS_SECRET_ACCESS_KEY`.
        session_token: Default: `AWS_SESSION_TOKEN`, if the access key comes from the environment.
        public_url: URL under which the bucket's objects can be read, if the service should not get a signed URL.
        expires: Seconds for which a signed URL can be read, at most 7 days.
    """

    def __init__(
        self,
        bucket: str,
        *,
        prefix: str = "legnext/",
        endpoint: str | None = None,
        region: str | None = None,
        access_key: str | None = None,
        secret_key: str | None = None,
        session_token: str | None = None,
        public_url: str | None = None,
        expires: int = DAY,
    ) -> None:
        found = os.environ.get
        if access_key is None:
            session_token = session_token or found("AWS_SESSION_TOKEN")
        self._access_key = access_key or found("AWS_ACCESS_KEY_ID", "")
        self._secret_key = secret_key or found("AWS_SECRET_ACCESS_KEY", "")
        if not self._access_key or not self._secret_key:
            raise ConfigurationError(
                "S3Uploader needs access_key and secret_key, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
            )
        if not 0 < expires <= _WEEK:
            raise ConfigurationError(f"expires must be 1 to {_WEEK} seconds; got {expires!r}.")
        self._region = region or found("AWS_REGION") or found("AWS_DEFAULT_REGION") or "us-east-1"
        self._token, self._prefix, self._expires = session_token, prefix, expires
        amazon = f"https://{bucket}.s3.{self._region}.amazonaws.com/"
        self._url = amazon if endpoint is None else _folder("endpoint", endpoint) + quote(bucket) + "/"
        self._public_url = None if public_url is None else _folder("public_url", public_url)

    def __call__(self, file: LocalFile) -> str:
        key = self._prefix + file.name
        self.store(file, key)
        return self.presigned("GET", key) if self._public_url is None else self._public_url + quote(key)

    def store(self, file: LocalFile, key: str) -> None:
        """Put a file into the bucket under this name."""
        put(self.presigned("PUT", key), file.contents(), {"content-type": file.media_type})

    def presigned(self, method: str, key: str, now: datetime | None = None) -> str:
        """Return a URL that allows one method on one object until it expires (Signature Version 4)."""
        url = self._url + quote(key)
        parts, moment = urlsplit(url), (now or datetime.now(UTC)).strftime("%Y%m%dT%H%M%SZ")
        scope = f"{moment[:8]}/{self._region}/s3/aws4_request"
        query = {
            "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
            "X-Amz-Credential": f"{self._access_key}/{scope}",
            "X-Amz-Date": moment,
            "X-Amz-Expires": str(self._expires),
            **({"X-Amz-Security-Token": self._token} if self._token else {}),
            "X-Amz-SignedHeaders": "host",
        }
        signed = urlencode(query, quote_via=quote, safe="")
        request = f"{method}\n{parts.path}\n{signed}\nhost:{parts.netloc}\n\nhost\nUNSIGNED-PAYLOAD"
        text = f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
        secret = f"AWS4{self._secret_key}".encode()
        for part in (*scope.split("/"), text):
            secret = hmac.digest(secret, part.encode(), "sha256")
        return f"{url}?{signed}&X-Amz-Signature={secret.hex()}"

    def __repr__(self) -> str:
        return f"S3Uploader({self._url + self._prefix!r})"


def uploader_from(url: str) -> PutUploader | S3Uploader:
    """Return the uploader that a URL describes: `https://host/folder/`, or `s3://bucket/prefix/?endpoint=https://…`.

    The query of an `s3://` URL may hold `endpoint`, `region` and `public_url`.
    """
    return bucket_of(url) if urlsplit(url).scheme == "s3" else PutUploader(url)


def bucket_of(url: str) -> S3Uploader:
    """Return the uploader to the bucket that an `s3://` URL describes."""
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    unknown = options.keys() - {"endpoint", "region", "public_url"}
    if not parts.netloc or unknown:
        problem = f"it has no option {', '.join(sorted(unknown))}" if unknown else "it names no bucket"
        raise ConfigurationError(f"uploader must be like s3://bucket/prefix/ or https://host/folder/: {problem}.")
    prefix = parts.path.lstrip("/")
    return S3Uploader(parts.netloc, **options, **({"prefix": prefix} if prefix else {}))  # type: ignore[arg-type]


def _folder(name: str, url: str) -> str:
    """Return the URL of a folder, with a slash at the end."""
    parts = urlsplit(url)
    safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
    if not safe or not parts.hostname or parts.query or parts.fragment:
        shown = url.partition("?")[0]
        raise ConfigurationError(f"{name} must begin with https:// and have a host and no query; got {shown!r}.")
    return url.rstrip("/") + "/"
