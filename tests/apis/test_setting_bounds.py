"""Settings at the ends of what they take: each call is answered, and what is kept then can be read again."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from mockserver.api.definition import Api
from mockserver.api.settings import CENTURY, InvalidSetting, Setting, SettingType, rows
from mockserver.apis import APIS
from mockserver.sandbox import snapshot
from tests.drivers.mutations import HOST, examples
from tests.drivers.socketless import Spoken

NUMBERS = (SettingType.INTEGER, SettingType.SECONDS)
IN_REAL_TIME = frozenset({"answer_takes"})
"""What the clock of a sandbox does not shorten."""


def numbers(api: Api) -> dict[str, Setting]:
    return {name: row for name, row in rows(api.settings).items() if row.kind in NUMBERS and not row.choices}


def extremes(api: Api, which: str) -> dict[str, Any]:
    if which == "no text":
        texts = {name: row for name, row in rows(api.settings).items() if row.kind is SettingType.TEXT}
        return {name: "" for name, row in texts.items() if not row.choices and not row.pattern}
    end = "maximum" if which == "most" else "minimum"
    return {name: getattr(row, end) for name, row in numbers(api).items() if name not in IN_REAL_TIME}


@pytest.mark.parametrize("which", ["most", "least", "no text"])
@pytest.mark.parametrize("api", APIS, ids=lambda api: api.name)
async def test_everything_is_answered_at_the_end_of_time_and_can_be_read_again(
    api: Api, which: str, caplog: pytest.LogCaptureFixture
) -> None:
    spoken = Spoken(clock="8000-01-01T00:00:00Z", allowed_host=(HOST,))
    sandbox = spoken.services.sandboxes.default
    await sandbox.change_settings(api.name, extremes(api, which))
    await sandbox.seed()
    with caplog.at_level(logging.ERROR, logger="mockserver"):
        for example in [one for one in examples() if one.api == api.name]:
            await spoken.say(example.raw())
    assert [record.getMessage() for record in caplog.records] == []
    taken = json.loads(json.dumps(await snapshot.take(sandbox)))
    await snapshot.restore(sandbox, taken, given=False)


@pytest.mark.parametrize("beyond", [1, 1e300])
@pytest.mark.parametrize("api", APIS, ids=lambda api: api.name)
async def test_no_number_is_without_an_end(api: Api, beyond: float) -> None:
    sandbox = Spoken().services.sandboxes.default
    for name, row in numbers(api).items():
        assert row.maximum is not None
        assert row.maximum <= CENTURY
        with pytest.raises(InvalidSetting, match=f"setting '{name}' is at most {row.maximum}, not "):
            await sandbox.change_settings(api.name, {name: row.maximum + beyond})
    assert await sandbox.store.collection(sandbox.key, "settings") == {}


@pytest.mark.parametrize("asked", ["9999999999", "99999999999999999999", "1e400", "inf"])
async def test_a_token_that_is_to_live_for_ever_is_kept_so_that_it_can_be_read(asked: str) -> None:
    spoken = Spoken(clock="8000-01-01T00:00:00Z", allowed_host=(HOST,))
    sandbox = spoken.services.sandboxes.default
    await sandbox.change_settings("arcgis", {"token_max_minutes": CENTURY // 60})
    body = f"f=json&username=siteadmin&password=secret&client=requestip&expiration={asked}".encode()
    for place in (b"tokens", b"admin"):
        head = b"POST /arcgis/%b/generateToken HTTP/1.1\r\nHost: %b\r\nConnection: close\r\nContent-Length: %d\r\n" % (
            place, HOST.encode(), len(body),
        )  # fmt: skip
        answer = await spoken.say(head + b"Content-Type: application/x-www-form-urlencoded\r\n\r\n" + body)
        assert answer.startswith(b"HTTP/1.1 200")
        assert b'"token"' in answer
    taken = json.loads(json.dumps(await snapshot.take(sandbox)))
    assert len(taken["documents"]["arcgis.tokens"]) == 2
    await snapshot.restore(sandbox, taken, given=False)
