"""Parameter values: how each GP data type is written in a request, and what it is then [gp-data-types]."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from mockserver.apis.arcgis.site import Parameter, Task
from mockserver.core.clock import milliseconds

LONG_LIMIT = 4503599627370495
"""The largest GPLong, either sign, from 11.2 on."""

_AREA = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s+([A-Za-z]+)\s*")
_MULTI = "GPMultiValue:"


class BadValue(Exception):
    """A text that is no value of its data type; the message is the tool's (inferred)."""


def read_inputs(task: Task, given: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
    """Read a request's inputs of a task; what is left out takes its default [submit-gp-job].

    Returns:
        Values by parameter name, and what is wrong with them in the tool's words (inferred: the texts of
        ArcGIS's own errors 000735 and 000840).
    """
    values: dict[str, Any] = {}
    problems = []
    for parameter in task.inputs:
        text = given.get(parameter.name)
        if text is None or text == "":
            if parameter.default not in (None, ""):
                values[parameter.name] = parameter.default
            elif parameter.required:
                problems.append(f"ERROR 000735: {_shown(parameter)}: Value is required")
            continue
        try:
            values[parameter.name] = read_value(parameter.data_type, text)
        except BadValue as error:
            problems.append(f"ERROR 000840: {_shown(parameter)}: {error}")
    return values, problems


def _shown(parameter: Parameter) -> str:
    return parameter.display_name or parameter.name.replace("_", " ")


def read_value(data_type: str, text: str) -> Any:
    """Read one value.

    Raises:
        BadValue: it is none of that type.
    """
    if data_type.startswith(_MULTI):
        values = _loads(text, list, data_type)
        inner = data_type.removeprefix(_MULTI)
        return [read_value(inner, one if isinstance(one, str) else orjson.dumps(one).decode()) for one in values]
    return _READERS.get(data_type, _string)(text)


def _string(text: str) -> str:
    return text


def _boolean(text: str) -> bool:
    if text.strip().lower() not in ("true", "false"):
        raise BadValue("The value is not a Boolean.")
    return text.strip().lower() == "true"


def _long(text: str) -> int:
    try:
        value = int(text)
    except ValueError:
        raise BadValue("The value is not a Long.") from None
    if abs(value) > LONG_LIMIT:
        raise BadValue("The value is not a Long.")
    return value


def _double(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise BadValue("The value is not a Double.") from None
    if value != value or value in (float("inf"), float("-inf")):
        raise BadValue("The value is not a Double.")
    return value


def _date(text: str) -> int:
    """Read epoch milliseconds, ISO 8601, or `{"date","format"}` with date letters as in yyyy-MM-dd HH:mm:ss."""
    stripped = text.strip()
    if re.fullmatch(r"-?\d{1,15}", stripped):
        return int(stripped)
    try:
        if stripped.startswith("{"):
            given = _loads(stripped, dict, "GPDate")
            moment = datetime.strptime(str(given["date"]), _strptime(str(given["format"])))  # noqa: DTZ007 UTC below
        else:
            moment = datetime.fromisoformat(stripped)
        return milliseconds((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    except (KeyError, ValueError, OverflowError):
        raise BadValue("The value is not a Date.") from None


_LETTERS = {"yyyy": "%Y", "MM": "%m", "dd": "%d", "HH": "%H", "hh": "%I", "mm": "%M", "ss": "%S", "a": "%p"}


def _strptime(pattern: str) -> str:
    return re.sub("|".join(_LETTERS), lambda found: _LETTERS[found[0]], pattern.replace("%", "%%"))


def _areal_unit(text: str) -> dict[str, Any]:
    found = _AREA.fullmatch(text)
    if found is not None:
        number = float(found[1])
        return {"area": int(number) if number.is_integer() else number, "units": f"esri{found[2]}"}
    return _with_keys("GPArealUnit", "area", "units")(text)


def _with_keys(data_type: str, *keys: str) -> Callable[[str], dict[str, Any]]:
    def read(text: str) -> dict[str, Any]:
        value: dict[str, Any] = _loads(text, dict, data_type)
        if not all(key in value for key in keys):
            raise BadValue(f"The value is not a {data_type.removeprefix('GP')}.")
        return value

    return read


def _with_any(data_type: str, *keys: str) -> Callable[[str], dict[str, Any]]:
    def read(text: str) -> dict[str, Any]:
        # Clients also send the bare address of a file or layer.
        if text.strip().lower().startswith(("http://", "https://")):
            return {"url": text.strip()}
        value: dict[str, Any] = _loads(text, dict, data_type)
        if not any(key in value for key in keys):
            raise BadValue(f"The value is not a {data_type.removeprefix('GP')}.")
        return value

    return read


def _table(text: str) -> list[Any]:
    rows: list[Any] = _loads(text, list, "GPValueTable")
    return rows


def _loads(text: str, expected: type, data_type: str) -> Any:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        value = None
    if not isinstance(value, expected):
        raise BadValue(f"The value is not a {data_type.removeprefix('GP')}.")
    return value


_READERS: Mapping[str, Callable[[str], Any]] = {
    "GPString": _string,
    "GPBoolean": _boolean,
    "GPLong": _long,
    "GPDouble": _double,
    "GPDate": _date,
    "GPLinearUnit": _with_keys("GPLinearUnit", "distance", "units"),
    "GPArealUnit": _areal_unit,
    "GPDataFile": _with_any("GPDataFile", "url", "itemID", "portalItemID"),
    "GPRasterDataLayer": _with_any("GPRasterDataLayer", "url", "itemId", "itemID"),
    "GPFeatureRecordSetLayer": _with_any("GPFeatureRecordSetLayer", "features", "url", "layers", "featureSet"),
    "GPRecordSet": _with_any("GPRecordSet", "features", "url"),
    "GPValueTable": _table,
}
