"""Secrets compared, and the headers that carry them."""

from __future__ import annotations

import base64

import pytest

from mockserver.api.accounts import (
    BasicCredentials,
    find_account,
    read_basic,
    read_bearer,
    read_cookie,
    same_secret,
)


@pytest.mark.parametrize(
    ("given", "secret", "same"),
    [
        ("secret", "secret", True),
        ("pässwörd", "pässwörd", True),
        ("\udcff", "\udcff", True),
        ("", "", True),
        ("secret", "Secret", False),
        ("\udcff", "?", False),
        ("", "secret", False),
        (None, "secret", False),
        ("secret", None, False),
        (None, None, False),
    ],
)
def test_secrets_are_the_same_or_not(given: str | None, secret: str | None, same: bool) -> None:
    assert same_secret(given, secret) is same


def test_the_first_account_with_a_secret_is_found() -> None:
    accounts = [("a", None), ("b", "key"), ("c", "key")]
    assert find_account(accounts, lambda one: one[1], "key") == ("b", "key")
    assert find_account(accounts, lambda one: one[1], "other") is None
    assert find_account(accounts, lambda one: one[1], None) is None


@pytest.mark.parametrize(
    ("header", "token"),
    [
        ("Bearer abc", "abc"),
        ("bearer  abc ", "abc"),
        ("Bearer ", ""),
        ("Bearer", ""),
        ("Basic abc", None),
        ("", None),
        (None, None),
    ],
)
def test_a_bearer_token(header: str | None, token: str | None) -> None:
    assert read_bearer(header) == token


def encoded(text: bytes) -> str:
    return "Basic " + base64.b64encode(text).decode()


@pytest.mark.parametrize(
    ("header", "credentials"),
    [
        (encoded(b"nbi:secret"), BasicCredentials("nbi", "secret")),
        (encoded(b"nbi:a:b").replace("Basic", "BASIC"), BasicCredentials("nbi", "a:b")),
        (encoded("ü:ß".encode()), BasicCredentials("ü", "ß")),
        (encoded(b"nbi:"), BasicCredentials("nbi", "")),
        (encoded(b"nbi"), None),
        (encoded(b"\xff:x"), None),
        ("Basic n@i", None),
        ("Basic", None),
        ("Bearer bmJpOnNlY3JldA==", None),
        (None, None),
    ],
)
def test_basic_credentials(header: str | None, credentials: BasicCredentials | None) -> None:
    assert read_basic(header) == credentials


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("a=1; token=xyz", "xyz"),
        ('token="x y"', "x y"),
        ("token=", ""),
        ("other=1", None),
        ("", None),
        (None, None),
    ],
)
def test_a_cookie(header: str | None, value: str | None) -> None:
    assert read_cookie(header, "token") == value
