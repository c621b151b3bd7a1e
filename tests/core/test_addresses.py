"""Which addresses a file may come from, and which no redirect may lead to, however they are written."""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legnext_client._protocol.addresses import is_inside, redirected, refuse_address, shown_url, wrong_address
from tests.tables import for_each

PUBLIC = "https://cdn.example/a.png"


@for_each(
    "url",
    [
        PUBLIC,
        "http://cdn.example",
        "HTTPS://CDN.example:8443/!XX?a=b#c",
        "https://[2606:4700::1111]/a.png",
        "http://localhost:8080/",
        "https://cdn.example/é",
        "https://cdn.example/a@b",
    ],
)
def test_a_file_may_come_from_any_host_over_http_and_https(url: str) -> None:
    assert wrong_address(url) is None


@for_each(
    ("url", "said"),
    [
        (None, "it is not a URL, or is too long"),
        (7, "it is not a URL, or is too long"),
        (b"https://cdn.example/", "it is not a URL, or is too long"),
        ("https://cdn.example/a b", "it contains a space, a backslash or a control character"),
        ("https://cdn.example\\@127.0.0.1/", "it contains a space, a backslash or a control character"),
        ("https://cdn.example/\x7f", "it contains a space, a backslash or a control character"),
        ("https://cdn.example/\r\nx:y", "it contains a space, a backslash or a control character"),
        ("https://[::1/", "it cannot be parsed: Invalid IPv6 URL"),
        ("https://\ud800/", "it cannot be parsed: 'utf-8' codec"),
        ("https://cdn.example:99999/", "it cannot be parsed: Port out of range"),
        ("https://cdn.example:x/", "it cannot be parsed: Port could not"),
        ("ftp://cdn.example/", "it must begin with https:// or http://, not 'ftp'"),
        ("cdn.example/a.png", "it must begin with https:// or http://, not 'nothing'"),
        ("", "it must begin with https:// or http://, not 'nothing'"),
        ("https:///a.png", "it has no host"),
        ("https://user@cdn.example/", "it contains a user name"),
        ("https://@cdn.example/", "it contains a user name"),
    ],
)
def test_an_address_that_is_refused_is_told_why(url: Any, said: str) -> None:
    reason = wrong_address(url)
    assert reason is not None
    assert reason.startswith(said)


def test_an_address_may_be_as_long_as_servers_take_them() -> None:
    assert wrong_address(PUBLIC.ljust(8192, "a")) is None
    assert wrong_address(PUBLIC.ljust(8193, "a")) == "it is not a URL, or is too long"


@for_each(
    ("url", "location", "target", "said"),
    [
        (PUBLIC, "b.png", "https://cdn.example/b.png", None),
        (PUBLIC, "//other.example/", "https://other.example/", None),
        (PUBLIC, "https://8.8.8.8/b.png", "https://8.8.8.8/b.png", None),
        (PUBLIC, "?b", "https://cdn.example/a.png?b", None),
        ("http://cdn.example/a.png", "https://cdn.example/", "https://cdn.example/", None),
        ("http://10.0.0.1/a.png", "http://localhost/b.png", "http://localhost/b.png", None),
        ("http://10.0.0.1/a.png", "http://cdn.example/b.png", "http://cdn.example/b.png", None),
        (PUBLIC, "HTTPS://other.example/", "https://other.example/", None),
        ("HTTPS://cdn.example/", "http://cdn.example/", "http://cdn.example/", "it leads from https to http"),
        ("https://10.0.0.1/a.png", "http://localhost/", "http://localhost/", "it leads from https to http"),
        (PUBLIC, "", "", "the response has no Location"),
        (PUBLIC, "http://[::1", "", "it cannot be parsed: Invalid IPv6 URL"),
        (PUBLIC, "ftp://127.0.0.1/", "ftp://127.0.0.1/", "it must begin with https:// or http://, not 'ftp'"),
        (PUBLIC, "http://127.0.0.1/", "http://127.0.0.1/", "it leads from https to http"),
        (PUBLIC, "https://127.0.0.1/", "https://127.0.0.1/", "it leads from a public host into a private network"),
    ],
)
def test_a_redirect_is_followed_unless_it_leads_to_less_safety(
    url: str, location: str, target: str, said: str | None
) -> None:
    assert redirected(url, location) == (target, said)


INSIDE = [
    "localhost",
    "LOCALHOST.",
    "a.localhost",
    "127.0.0.1",
    "127.0.0.1.",
    "10.1.2.3",
    "192.168.0.1",
    "169.254.169.254",
    "0.0.0.0",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[fe80::1%25eth0]",
    "127.0.0.1%25lo",
    "[fd00::1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b::169.254.169.254]",
    "[64:ff9b:1:a::10.0.0.1]",
    "[2001:0:1:2::3]",
    "[2002:7f00:1::]",
]


@for_each("host", INSIDE)
def test_an_address_of_this_machine_or_its_network_is_inside(host: str) -> None:
    assert is_inside(f"http://{host}:8080/a.png")
    assert redirected("http://cdn.example/", f"http://{host}/")[1] is not None


def numbers(address: str) -> list[str]:
    """The ways of writing an address that resolvers know, of those without three dots of plain numbers."""
    whole = int(ipaddress.IPv4Address(address))
    first, *_, last = address.split(".")
    rest = whole & 0xFFFFFF
    return [
        str(whole),
        hex(whole),
        hex(whole).upper(),
        f"0{whole:o}",
        f"{first}.{rest}",
        f"{first}.{rest:#x}",
        f"0{int(first):o}.{rest}",
        f"{int(first):#x}.0.0.{int(last):#x}",
    ]


@for_each(
    "host",
    [host for address in ("127.0.0.1", "127.0.0.10", "10.0.0.14", "169.254.169.254") for host in numbers(address)],
)
def test_a_number_is_no_way_inside_in_whatever_form_a_resolver_takes_it(host: str) -> None:
    assert (
        redirected("http://cdn.example/", f"http://{host}/")[1] == "it leads from a public host into a private network"
    )


@for_each(
    "host", ["127。0。0。1", "127．0．0．1", "127｡0｡0｡1", "１２７.0.0.1", "localhost。", "ⓛocalhost", "ℒocalhost"]
)
def test_letters_of_other_scripts_are_no_way_inside(host: str) -> None:
    assert is_inside(f"http://{host}/")


@for_each(
    "host",
    [
        "cdn.example",
        "8.8.8.8",
        "[2606:4700::1111]",
        "127.0.0.1.example",
        "localhost.example",
        "notlocalhost",
        "localhosting.example",
        "cafe",
        "0xcafe.example",
        "dead.beef",
        "a1",
        "1.a1",
        "x",
        "XX",
        "1XX",
        "münchen.example",
    ],
)
def test_a_name_that_only_looks_like_one_of_inside_is_outside(host: str) -> None:
    assert not is_inside(f"http://{host}/a.png")


def test_what_names_no_host_is_not_inside() -> None:
    assert not is_inside("http:///a.png")
    assert not is_inside("")


@given(url=st.text(max_size=80), location=st.text(max_size=80))
def test_any_address_and_any_redirect_are_judged_without_an_exception(url: str, location: str) -> None:
    for text in (url, "http://" + url, "https://cdn.example/" + url):
        if wrong_address(text) is None:
            target, reason = redirected(text, location)
            assert reason is not None or target.startswith(("http://", "https://"))
            assert is_inside(text) in (True, False)


def test_an_address_is_shown_without_what_may_be_a_secret_and_moves_no_cursor() -> None:
    assert shown_url("https://cdn.example/XX/a.png?signature=1#part") == "https://cdn.example/XX/a.png"
    assert shown_url("https://cdn.example/a.png#part?signature=1") == "https://cdn.example/a.png"
    assert shown_url("ftp://x/\x1b[2J\u202ea") == "ftp://x/?[2J?a"
    assert len(shown_url("https://cdn.example/" + "a" * 900)) < 400


@for_each(
    "address",
    [
        *(
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.0.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "::1",
            "::",
        ),
        *("fe80::1%eth0", "fd00::1", "::ffff:10.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b:1::1", "2002:a00:1::"),
    ],
)
def test_no_file_comes_from_an_address_of_a_private_network(address: str) -> None:
    assert refuse_address(address)


@pytest.mark.parametrize(
    "address",
    ["1.1.1.1", "2606:4700:4700::1111", "::ffff:1.1.1.1", "64:ff9b::1.1.1.1", "198.18.0.7"],
)
def test_files_come_from_public_addresses_and_those_that_stand_for_them(address: str) -> None:
    assert not refuse_address(address)
