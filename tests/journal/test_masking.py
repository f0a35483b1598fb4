"""Which names are secret, and that a process never forgets one."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from mockserver.app import build
from mockserver.journal import masking
from mockserver.journal.masking import Masking
from mockserver.settings import Settings

ALWAYS = [
    "authorization", "proxy-authorization", "cookie", "set-cookie", "x-auth-token", "x-subject-token", "x-api-key",
    "x-esri-authorization", "x-security-token", "x-identity-sign", "password", "passwd", "pw", "owner_pw", "admin_pw",
    "md5", "token", "access_token", "accessToken", "refresh_token", "secret", "secret_key", "secretKey", "access_key",
    "accessKey", "client_secret", "oauth_state", "api_key",
]  # fmt: skip


@dataclass(frozen=True)
class Fifth:
    secrets: tuple[str, ...] = ("X-Fifth-Key", "fifth_pin")
    open_secrets: tuple[str, ...] = ()


@pytest.mark.parametrize("name", ALWAYS)
def test_a_server_of_one_api_knows_the_secrets_of_all(name: str) -> None:
    build(Settings(apis=("prime",)))

    assert masking.current().hides(name)
    assert masking.current().header(name, "hunter2") == "***"
    assert "hunter2" not in masking.mask(f"?a=1&{name}=hunter2")


def test_what_has_been_learnt_is_never_forgotten() -> None:
    before = masking.current()
    masking.learn([Fifth()])
    learnt = masking.current()
    masking.learn([])
    masking.learn([Fifth()])

    assert masking.current() is learnt
    assert learnt.names == before.names | {"x-fifth-key", "fifth_pin"}
    assert (
        masking.mask('{"FIFTH_PIN": "1234"} <fifth_pin>1234</fifth_pin>')
        == '{"FIFTH_PIN": "***"} <fifth_pin>***</fifth_pin>'
    )


def test_a_name_that_begins_another_does_not_hide_it() -> None:
    hide = Masking(["pw", "pw_hint", "a.b"])

    assert hide.text("pw_hint=1&pw=2&pw_other=3&a.b=4&aXb=5") == "pw_hint=***&pw=***&pw_other=3&a.b=***&aXb=5"
    assert hide.header("PW", "x") == "***"
    assert hide.headers({"Referer": "/x?pw=1", "A": "pw=1"}) == (("Referer", "/x?pw=***"), ("A", "pw=***"))
