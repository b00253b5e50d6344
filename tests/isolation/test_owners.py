from __future__ import annotations

import pytest

from rlm_app import owners
from rlm_app.errors import ConfigError
from rlm_app.settings import Settings
from rlm_app.signing import secret

KEY = b"k" * 32
TOKEN = "0f" * 24


def test_an_owner_id_says_nothing_of_the_person_and_is_the_same_each_time() -> None:
    mine = owners.person("https://id.example", "ann@example.org")
    assert mine == owners.person("https://id.example", "ann@example.org")
    assert mine.startswith("person-")
    assert "ann" not in mine
    assert mine != owners.person("https://other.example", "ann@example.org")


def test_no_two_pairs_of_issuer_and_subject_run_together() -> None:
    assert owners.person("https://a", "b\0c") != owners.person("https://a\0b", "c")
    assert owners.person('a", "b', "c") != owners.person("a", 'b", "c')


def test_a_visitors_id_does_not_let_anybody_work_out_the_token() -> None:
    assert TOKEN not in owners.visitor(TOKEN)
    with pytest.raises(ValueError, match="48 hexadecimal"):
        owners.visitor("local")
    assert len({owners.new_token() for _ in range(1_000)}) == 1_000
    assert owners.is_token(owners.new_token())


@pytest.mark.parametrize(
    "forged",
    [
        TOKEN,
        f"{TOKEN}.",
        f"{TOKEN}.{'0' * 64}",
        owners.signed(TOKEN, b"x" * 32),
        owners.signed("local", KEY),
        owners.signed(TOKEN, KEY) + "0",
        owners.signed(TOKEN, KEY).upper(),
        f"{TOKEN}.é",
        "",
        None,
        7,
    ],
)
def test_a_token_counts_only_with_the_mark_of_this_app(forged: object) -> None:
    assert owners.token_of(forged, KEY) == ""
    assert owners.token_of(owners.signed(TOKEN, KEY), KEY) == TOKEN


@pytest.mark.parametrize(
    ("claims", "people", "let_in"),
    [
        ({"sub": "7"}, (), True),
        ({"sub": "7"}, ("7",), True),
        ({"sub": "7", "email": "Ann@Example.org", "email_verified": True}, ("ann@example.org",), True),
        ({"sub": "7", "email": "ann@example.org", "email_verified": True}, ("@example.org",), True),
        ({"sub": "7", "email": "ann@example.org", "email_verified": False}, ("@example.org",), False),
        ({"sub": "7", "email": "ann@example.org"}, ("@example.org",), False),
        ({"sub": "7", "email": "ann@example.org", "email_verified": "true"}, ("@example.org",), False),
        ({"sub": "7", "email": "ann@sub.example.org", "email_verified": True}, ("@example.org",), False),
        ({"sub": "7", "email": "ann@evil.org@example.org.evil", "email_verified": True}, ("@example.org",), False),
        ({"sub": "7", "email": "@example.org", "email_verified": True}, ("@example.org",), False),
        ({"sub": "ann@example.org"}, ("ann@example.org",), False),
        ({}, ("",), False),
    ],
)
def test_who_is_let_in_is_on_the_list_with_a_checked_address(
    claims: dict[str, object], people: tuple[str, ...], let_in: bool
) -> None:
    assert owners.is_let_in(claims, people) is let_in


@pytest.mark.parametrize(
    "name", ["localhost", "localhost:8501", "127.0.0.1:80", "[::1]:8501", "app.localhost", "127.9.9.9"]
)
def test_names_of_this_machine_are_known(name: str) -> None:
    assert owners.is_this_machine(name)


@pytest.mark.parametrize(
    "name",
    ["", "evil.example", "localhost.evil.example", "192.168.1.5:8501", "0.0.0.0", "[::]:8501", "127.0.0.1.nip.io"],
)
def test_other_names_are_not(name: str) -> None:
    assert not owners.is_this_machine(name)


@pytest.mark.parametrize(
    ("address", "own"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("10.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("x", False),
    ],
)
def test_a_loopback_address_is_told_from_others(address: str, own: bool) -> None:
    assert owners.is_loopback(address) is own


def test_the_secret_is_made_once_and_readable_by_the_host_alone(tmp_path_factory: pytest.TempPathFactory) -> None:
    home = tmp_path_factory.mktemp("home") / "new"
    first = secret(Settings(home))
    assert len(first) >= 32
    assert secret(Settings(home)) == first
    assert (home / "cookie.key").stat().st_mode & 0o077 == 0
    assert secret(Settings(home, said={"cookie_secret": "s" * 40})) == b"s" * 40


def test_a_secret_that_can_be_guessed_is_refused(tmp_path_factory: pytest.TempPathFactory) -> None:
    with pytest.raises(ConfigError, match="has 7 characters"):
        secret(Settings(tmp_path_factory.mktemp("home"), said={"cookie_secret": "letmein"}))


@pytest.mark.parametrize(
    ("peer", "host", "origin", "here"),
    [
        ("127.0.0.1", "localhost:8501", "http://localhost:8501", True),
        (None, None, None, True),
        (None, "localhost", None, True),
        ("127.0.0.1", "127.0.0.1:8501", "https://public.example", False),
        ("127.0.0.1", "localhost", "null", False),
        ("127.0.0.1", "public.example", None, False),
        ("10.0.0.8", "localhost", None, False),
    ],
)
def test_a_request_is_from_here_when_nothing_it_says_is_from_elsewhere(
    peer: str | None, host: str | None, origin: str | None, here: bool
) -> None:
    assert owners.is_from_here(peer, host, origin) is here


@pytest.mark.parametrize(
    ("address", "public"), [("127.0.0.1", False), ("172.17.0.1", False), ("", False), ("8.8.8.8", True)]
)
def test_who_comes_by_a_proxy_is_not_told_apart_by_its_address(address: str, public: bool) -> None:
    assert owners.is_public(address) is public
