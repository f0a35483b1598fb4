"""The account file of `verify`: who asks, and what there is to ask about."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema_rs

from mockserver._resources import folder
from mockserver.contracts.checker import pointer
from mockserver.settings import environment
from mockserver.wire.yaml_document import BadYaml, read_yaml

SCHEMA = "account.schema.json"
_PREFIX = "account_"


class BadAccount(Exception):
    """The account file cannot be used; the message names file, place and remedy."""


def read(file: Path | None, api: str, environ: Mapping[str, str] | None = None) -> Mapping[str, Any]:
    """Return the API's section of an account file, with what the environment says of it on top.

    `MOCKSERVER_ACCOUNT_<FIELD>` gives a field that is a text or a number.

    Raises:
        BadAccount: the file cannot be read, or does not fit `account.schema.json`.
    """
    schema = json.loads((folder("contracts") / SCHEMA).read_bytes())
    document: Any = {} if file is None else _document(file)
    section = dict(document.get(api) or {}) if isinstance(document, Mapping) else None
    if section is not None:
        for name, row in schema["properties"][api]["properties"].items():
            value = environment(_PREFIX + name, environ)
            if value is not None:
                section[name] = (
                    int(value) if row.get("type") == "integer" and value.isdecimal() and len(value) < 19 else value
                )
        document = {**document, api: section}
    problem = next(iter(jsonschema_rs.Draft202012Validator(schema).iter_errors(document)), None)
    if problem is not None:
        place = pointer(problem.instance_path) or "/"
        raise BadAccount(f"{file or 'the environment'}: at {place}: {_message(problem)}; see contracts/{SCHEMA}")
    assert section is not None
    return section


def _document(file: Path) -> Any:
    try:
        return read_yaml(file.read_bytes()) or {}  # JSON is YAML too
    except OSError as error:
        raise BadAccount(f"{file}: {error.strerror}; name an account file") from None
    except BadYaml as error:
        raise BadAccount(f"{file}:{error}") from None


def _message(problem: Any) -> str:
    """Return what is wrong without the value, which may be a password."""
    kind = type(problem.kind).__name__
    if kind.endswith("AdditionalProperties"):
        return str(problem.message)
    return f"does not fit {kind.rpartition('_')[2].lower()}"
