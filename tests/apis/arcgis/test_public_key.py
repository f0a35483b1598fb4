"""A sign-in that is encrypted with the site's public key, as agsadmin does it over plain http."""

from __future__ import annotations

import subprocess
import sys
from binascii import hexlify
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers

from tests.drivers.arcgis import DEMO, ArcGis

ENDPOINTS = [
    "/arcgis/tokens",
    "/arcgis/tokens/generateToken",
    "/arcgis/rest/generateToken",
    "/arcgis/admin/generateToken",
]


async def encrypted(arcgis: ArcGis, **values: str) -> dict[str, str]:
    told = await arcgis.get("/arcgis/admin/publicKey")
    assert set(told) == {"publicKey", "modulus"}
    key = RSAPublicNumbers(int(told["publicKey"], 16), int(told["modulus"], 16)).public_key()
    return {name: hexlify(key.encrypt(value.encode(), PKCS1v15())).decode() for name, value in values.items()}


async def asked(arcgis: ArcGis, path: str, **form: str) -> Any:
    return await (await arcgis.client.post(path, data={"f": "json", **form})).json(content_type=None)


@pytest.mark.parametrize("path", ENDPOINTS)
async def test_both_token_services_take_it(arcgis: ArcGis, path: str) -> None:
    await arcgis.set(secured="standalone")
    form = await encrypted(arcgis, username="siteadmin", password="secret", client="requestip", expiration="15")
    given = await asked(arcgis, path, **form, encrypted="true")
    assert "tasks" in await arcgis.get(DEMO, token=given["token"])
    assert int(given["expires"]) == 1767355200000 + 15 * 60 * 1000


async def test_it_breaks_no_contract(arcgis: ArcGis) -> None:
    form = await encrypted(arcgis, username="siteadmin", password="secret", client="requestip", expiration="15")
    for path in ENDPOINTS:
        answer = await arcgis.client.post(path, data={"f": "json", **form, "encrypted": "true"})
        assert "X-Mockserver-Violations" not in answer.headers


async def test_letters_and_case_carry_over(arcgis: ArcGis) -> None:
    own = {"arcgis": {"accounts": [{"username": "Jörg", "password": "pä ß&=%"}], "services": []}}
    await arcgis.client.post("/_control/sandboxes", json={"name": "own", "fixtures": [own]})
    form = await encrypted(arcgis, username="Jörg", password="pä ß&=%")
    given = await asked(arcgis, "/~own/arcgis/tokens/", **{k: v.upper() for k, v in form.items()}, encrypted="TRUE")
    assert "token" in given


@pytest.mark.parametrize("bad", ["secret", "zz", "00", "ab" * 128, "ff" * 128, "abc"])
@pytest.mark.parametrize("path", ["/arcgis/tokens/", "/arcgis/admin/generateToken"])
async def test_what_cannot_be_decrypted_is_a_wrong_password(arcgis: ArcGis, path: str, bad: str) -> None:
    form = await encrypted(arcgis, username="siteadmin")
    given = await asked(arcgis, path, **form, password=bad, encrypted="true")
    text = "Invalid username or password."
    if "admin" in path:
        assert given == {"status": "error", "messages": [text], "code": 401}
    else:
        assert given == {"error": {"code": 400, "message": "Unable to generate token.", "details": [text]}}


async def test_without_the_flag_it_is_the_password_that_was_sent(arcgis: ArcGis) -> None:
    form = await encrypted(arcgis, username="siteadmin", password="secret")
    assert "error" in await asked(arcgis, "/arcgis/tokens/", **form)
    assert "error" in await asked(arcgis, "/arcgis/tokens/", **form, encrypted="false")


async def test_the_key_is_told_to_everybody_and_is_the_same_everywhere(arcgis: ArcGis) -> None:
    await arcgis.client.post("/_control/sandboxes", json={"name": "other"})
    await arcgis.set(secured="standalone", admin_sign_in="always")
    assert await arcgis.get("/arcgis/admin/publicKey") == await arcgis.get("/~other/arcgis/admin/publicKey")


async def test_a_secret_stays_out_of_the_journal(arcgis: ArcGis) -> None:
    form = await encrypted(arcgis, username="siteadmin", password="secret")
    await asked(arcgis, "/arcgis/tokens/", **form, encrypted="true")
    entries = await (await arcgis.client.get("/_control/requests?limit=1&bodies=true")).text()
    assert form["password"] not in entries


def test_nothing_is_imported_for_it_before_it_is_asked_for() -> None:
    code = (
        "import sys; import mockserver.apis.arcgis.handlers.sign_in as m; "
        "sys.exit(any(one.startswith('cryptography') for one in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
