"""All the ways in which the server is made to be wrong; each must be noticed by at least one check."""

from __future__ import annotations

from . import faults_on_the_wire as wire
from .faults import on_the_wire
from .faults_inside import INSIDE_FAULTS
from .faults_of_the_document import DOCUMENT_FAULTS
from .faults_second import SECOND_FAULTS

ANY_STATUS = ("pending", "staged", "processing", "completed", "failed")
changes = wire.ChangesJobs


WIRE_FAULTS = [
    on_the_wire("last_of_duplicates", "takes the last of two equal keys", wire.ReadsKindly, wire.last_of_duplicates),
    on_the_wire("booleans_as_numbers", "takes true for 1", wire.ReadsKindly, wire.booleans_as_numbers),
    on_the_wire("numbers_in_quotes", 'takes "1" for 1', wire.ReadsKindly, wire.numbers_in_quotes),
    on_the_wire("what_follows_ignored", "ignores what follows the JSON", wire.ReadsKindly, wire.what_follows_ignored),
    on_the_wire("nul_dropped", "drops NUL characters", wire.ReadsKindly, wire.nul_dropped),
    on_the_wire("half_pairs_replaced", "replaces half surrogate pairs", wire.ReadsKindly, wire.half_pairs_replaced),
    on_the_wire("any_content_type", "takes a body of any content type", wire.AnyContentType),
    on_the_wire("text_too", "takes text/plain for JSON", wire.TextTypeToo),
    on_the_wire("key_not_checked", "does not check the key", wire.KeyNotChecked),
    on_the_wire("key_of_get_not_checked", "shows jobs to strangers", wire.KeyNotChecked, ("GET",)),
    on_the_wire("length_in_bytes", "counts a prompt's length in bytes", wire.LengthInBytes),
    on_the_wire("no_integral_floats", "refuses 1.0 where an integer is due", wire.NoIntegralFloats),
    on_the_wire("no_upper_case_scheme", "refuses HTTPS:// in capitals", wire.NoUpperCaseScheme),
    on_the_wire("wrong_job", "answers with another job", wire.WrongJob),
    on_the_wire("lost_job", "forgets every fifth job", wire.LostJob),
    on_the_wire("backwards", "lets a finished job go back to work", wire.Backwards),
    on_the_wire("no_end", "completes a job without saying when", changes, wire.at("meta", "ended_at", gives="")),
    on_the_wire("no_start", "completes a job that never began", changes, wire.at("meta", "started_at", gives="")),
    on_the_wire("no_output", "completes a job without output", changes, wire.at("output")),
    on_the_wire("no_links", "completes images without addresses", changes, wire.at("output", "image_urls")),
    on_the_wire(
        "early_consume",
        "charges before completion",
        changes,
        wire.at("meta", "usage", "consume", gives=80, when=("pending", "processing")),
    ),
    on_the_wire("never_consumed", "never charges", changes, wire.at("meta", "usage", "consume", gives=0)),
    on_the_wire("half_consumed", "charges less than it held", changes, wire.half_the_points),
    on_the_wire(
        "nothing_held",
        "holds nothing on acceptance",
        changes,
        wire.at("meta", "usage", "frozen", gives=0, when=ANY_STATUS),
        only_get=False,
    ),
    on_the_wire("seed_as_number", "writes seeds as numbers", changes, wire.seed_as_number),
    on_the_wire("one_url", "gives four images one address", changes, wire.same_url_four_times),
    on_the_wire("no_such_status", "invents a status", changes, wire.at("status", gives="done")),
    on_the_wire("error_on_success", "reports an error on success", changes, wire.at("error", "code", gives=500)),
    on_the_wire(
        "other_type_later", "changes a job's type", changes, wire.at("task_type", gives="diffusion", when=ANY_STATUS)
    ),
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
    on_the_wire("no_reason", "refuses without a reason", wire.OnStatus, 400, wire.without_message),
    on_the_wire("text_answers", "sends JSON as text/plain", wire.OnStatus, 200, wire.as_text),
    on_the_wire(
        "unprocessable_as_bad",
        "answers 400 for what the state refuses",
        wire.OnStatus,
        422,
        lambda _: wire.refusal(400, "bad"),
    ),
    on_the_wire(
        "broke_as_forbidden",
        "answers 403 when points are short",
        wire.OnStatus,
        402,
        lambda _: wire.refusal(403, "no"),
    ),
    on_the_wire("ten_points_less", "shows a balance that does not add up", wire.ChangesBalance, wire.ten_points_less),
    on_the_wire("balance_stands_still", "shows the same balance for ever", wire.ChangesBalance, wire.always_the_same),
    on_the_wire("no_files", "links to files that are not there", wire.Files, wire.no_file),
    on_the_wire("one_file", "has one file behind all links of a job", wire.Files, wire.number_two),
    on_the_wire("no_ranges", "sends whole files to who asks for a part", wire.Files, wire.without_headers(b"range")),
    on_the_wire(
        "no_etags", "sends files again that are known already", wire.Files, wire.without_headers(b"if-none-match")
    ),
]

SEEDED_FAULTS = [*DOCUMENT_FAULTS, *WIRE_FAULTS, *INSIDE_FAULTS, *SECOND_FAULTS]
