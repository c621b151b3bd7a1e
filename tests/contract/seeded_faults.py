"""All the ways in which the server is made to be wrong; each must be noticed by at least one check."""

from __future__ import annotations

from functools import partial

from . import faults_on_the_wire as wire
from .checks import CHECKS
from .faults import Fault, on_the_wire
from .faults_inside import INSIDE_FAULTS
from .faults_of_the_document import DOCUMENT_FAULTS
from .server import running

changes = wire.ChangesJobs


WIRE_FAULTS = [
    on_the_wire("last_of_duplicates", "takes the last of two equal keys", wire.ReadsKindly, wire.last_of_duplicates),
    on_the_wire("any_content_type", "takes a body of any content type", wire.AnyContentType),
    on_the_wire("key_not_checked", "does not check the key", wire.KeyNotChecked),
    on_the_wire("length_in_bytes", "counts a prompt's length in bytes", wire.LengthInBytes),
    on_the_wire("wrong_job", "answers with another job", wire.WrongJob),
    on_the_wire("backwards", "lets a finished job go back to work", wire.Backwards),
    on_the_wire(
        "no_allow",
        "refuses a method without Allow",
        wire.OnStatus,
        405,
        lambda answered: answered.without_header(b"allow"),
    ),
    on_the_wire(
        "no_retry_after",
        "refuses for now without Retry-After",
        wire.OnStatus,
        429,
        lambda answered: answered.without_header(b"retry-after"),
    ),
    on_the_wire("html_error", "answers 404 with HTML", wire.OnStatus, 404, wire.as_html),
    on_the_wire("ten_points_less", "shows a balance that does not add up", wire.ChangesBalance, wire.ten_points_less),
    on_the_wire("one_file", "has one file behind all links of a job", wire.Files, wire.number_two),
]

SEEDED_FAULTS = {fault.name: fault for fault in (*DOCUMENT_FAULTS, *WIRE_FAULTS, *INSIDE_FAULTS)}


def is_noticed(fault: Fault, check: str) -> bool:
    """Whether this check fails against a server with this fault."""
    try:
        CHECKS[check](partial(running, fault))
    except AssertionError:
        return True
    return False
