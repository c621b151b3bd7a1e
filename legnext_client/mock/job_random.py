"""Repeatable randomness: a job's random values depend only on the server's seed and the job's number."""

from __future__ import annotations

import hashlib
from statistics import NormalDist

_NORMAL = NormalDist()
_LARGEST = 2**64


class JobRandom:
    """Random values of one job."""

    __slots__ = ("_bytes",)

    def __init__(self, seed: int, number: int) -> None:
        self._bytes = hashlib.blake2b(b"%d:%d" % (seed, number), digest_size=64).digest()

    @property
    def job_id(self) -> str:
        digits = bytearray(self._bytes[:16])
        digits[6] = digits[6] & 0x0F | 0x40
        digits[8] = digits[8] & 0x3F | 0x80
        text = digits.hex()
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"

    @property
    def seed_digits(self) -> str:
        return str(int.from_bytes(self._bytes[16:20], "big"))

    @property
    def normal(self) -> float:
        """Return a value from the standard normal distribution."""
        return _NORMAL.inv_cdf((int.from_bytes(self._bytes[20:28], "big") + 0.5) / _LARGEST)

    def among(self, count: int, *, purpose: int = 0) -> int:
        """Return a number from 0 up to `count`; each of 32 purposes is independent."""
        return self._bytes[28 + purpose] % count
