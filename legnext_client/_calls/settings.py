"""Validated settings of a client."""

from __future__ import annotations

import ipaddress
import math
import os
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from legnext_client._prompt_policy import POLICIES, PromptPolicy
from legnext_client._protocol.addresses import is_loopback
from legnext_client._protocol.numbers import is_number
from legnext_client._protocol.retries import Retries
from legnext_client.errors import ConfigurationError
from legnext_client.generated.service import BASE_URL

KEY_VARIABLE, URL_VARIABLE = "LEGNEXT_API_KEY", "LEGNEXT_BASE_URL"
LOG_VARIABLE = "LEGNEXT_LOG"
_LEVELS = ("debug", "info")


class Settings(NamedTuple):
    """Settings of a client, without the API key."""

    timeout: float
    retries: Retries
    prompts: PromptPolicy
    requests_per_second: float
    max_wait: float | None = None

    @classmethod
    def of(cls, *, retries: int | Retries, **given: Any) -> Settings:
        """Validate settings. A number for `retries` is the maximum number of retries."""
        if isinstance(retries, int) and not isinstance(retries, bool) and retries >= 0:
            retries = Retries(attempts=retries + 1)
        if not isinstance(retries, Retries):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise ConfigurationError(f"retries must be a whole number, 0 or more, or a Retries; got {retries!r}.")
        if retries.attempts < 1:
            raise ConfigurationError(f"retries must have 1 attempt or more; got {retries.attempts}.")
        settings = cls(retries=retries, **given)
        positive("timeout", settings.timeout)
        positive("requests_per_second", settings.requests_per_second)
        if settings.prompts not in POLICIES:
            raise ConfigurationError(f"prompts must be one of {', '.join(POLICIES)}; got {settings.prompts!r}.")
        most = settings.max_wait
        if most is not None and not (is_number(most) and most >= 0):
            raise ConfigurationError(f"max_wait must be seconds, 0 or more; got {most!r}.")
        return settings


def positive(name: str, value: float) -> float:
    """Return `value`, or raise unless it is a finite number above 0."""
    if not is_number(value) or not 0 < value < math.inf:
        raise ConfigurationError(f"{name} must be a number above 0; got {value!r}.")
    return value


def log_as_asked() -> None:
    """Log to standard error if the environment asks for it, unless the program has set up logging."""
    asked = os.environ.get(LOG_VARIABLE, "").strip().lower()
    if not asked:
        return
    if asked not in _LEVELS:
        raise ConfigurationError(f"{LOG_VARIABLE} must be {' or '.join(_LEVELS)}; got {asked!r}.")
    import logging  # a client is made faster without

    logger = logging.getLogger("legnext_client")
    logger.setLevel(asked.upper())
    if not logger.hasHandlers():
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
        logger.addHandler(handler)


def find_key(given: str | None) -> str:
    """Return the given API key, or the one in the environment; raise if it is invalid."""
    key = given if given is not None else os.environ.get(KEY_VARIABLE, "")
    where = "api_key" if given is not None else KEY_VARIABLE
    if not _is_text(key):
        raise ConfigurationError(f"{where} must be a string; got {type(key).__name__}.")
    if not key.strip():
        problem = "is blank" if given is not None or KEY_VARIABLE in os.environ else "is not set"
        raise ConfigurationError(f"{where} {problem}: set {KEY_VARIABLE} to your key, or pass api_key=….")
    if not key.isascii() or not key.isprintable() or " " in key:
        raise ConfigurationError(
            f"{where} contains a line break, a space or another invalid character: copy the key again."
        )
    return key


def find_base_url(given: str | None) -> str:
    """Return the given base URL, the environment's, or the service's; raise if the API key must not be sent there."""
    url = given if given is not None else os.environ.get(URL_VARIABLE) or BASE_URL
    if not _is_text(url):
        raise ConfigurationError(f"base_url must be a string; got {type(url).__name__}.")
    if not url.isprintable() or " " in url:
        raise ConfigurationError(f"base_url must not contain spaces or line breaks; got {url!r}.")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
        _check_name(host or "")
    except ValueError as error:
        raise ConfigurationError(f"base_url cannot be read ({error}); got {url!r}.") from None
    if parts.scheme not in ("http", "https") or not host:
        raise ConfigurationError(f"base_url must start with https:// and have a host; got {url!r}.")
    if parts.username is not None or parts.query or parts.fragment or port == 0:
        raise ConfigurationError(
            "base_url must contain only scheme, host, port and path, without user, query or fragment."
        )
    if parts.scheme == "http" and not is_loopback(host):
        raise ConfigurationError(
            f"base_url must start with https://, or the API key would be sent unencrypted; got {url!r}."
        )
    own = urlsplit(BASE_URL)
    if parts.netloc == own.netloc and not parts.path.strip("/"):  # as written in the service's docs
        return BASE_URL
    return url.rstrip("/")


def identity_of(key: str, base_url: str) -> str:
    """Return a fingerprint of the key, from which it cannot be found, and the base URL."""
    import hashlib  # a client is made faster without

    return f"{hashlib.sha256(f'legnext-client {key}'.encode()).hexdigest()[:16]} at {base_url}"


def _check_name(host: str) -> None:
    """Raise ValueError for a host to which no request can go."""
    if not host.isascii():
        host.encode("idna")
    elif host.count(".") == 3 and host.replace(".", "").isdigit():
        ipaddress.IPv4Address(host)


def _is_text(value: object) -> bool:
    return isinstance(value, str)
