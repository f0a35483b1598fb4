r"""Results of quick jobs: CSV whose header carries types, and the DataSet made of it.

Clients rely on: header cells `[name]:type`, `\n` between lines and at the end, texts in double
quotes, NULL as the bare word `null` (casjobs.md §2.2).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from mockserver.apis.casjobs.settings import CasSettings
from mockserver.wire.xml_writer import Node

_HEADER = re.compile(r"\s*\[([^\]]*)\]\s*:\s*(\w+)(?:\([\d, ]*\))?\s*")
_CELL = re.compile(r'"((?:[^"]|"")*)"|([^,]*)')

# SQL Server's types as .NET's DataSet names them in XML Schema.
_TYPES = {
    "int": "int", "integer": "int", "bigint": "long", "smallint": "short", "tinyint": "unsignedByte",
    "bit": "boolean", "float": "double", "double": "double", "real": "float", "single": "float",
    "decimal": "decimal", "numeric": "decimal", "money": "decimal", "datetime": "dateTime",
    "int16": "short", "int32": "int", "int64": "long", "byte": "unsignedByte", "boolean": "boolean",
}  # fmt: skip


def typed_csv(columns: Sequence[tuple[str, str]], rows: Iterable[Sequence[str | float | None]]) -> str:
    """Write typed CSV: columns are (name, type)."""
    lines = [",".join(f"[{name}]:{kind}" for name, kind in columns)]
    lines.extend(",".join(_cell(value) for value in row) for row in rows)
    return "\n".join(lines) + "\n"


def _cell(value: str | float | None) -> str:
    if value is None:
        return "null"
    return '"' + value.replace('"', '""') + '"' if isinstance(value, str) else str(value)


def dataset(text: str, settings: CasSettings) -> tuple[Node, ...]:
    """Return the schema and the diffgram of a typed CSV."""
    lines = text.replace("\r\n", "\n").split("\n")
    columns = [_column(cell, number) for number, cell in enumerate(_cells(lines[0]), 1)]
    rows = [_cells(line) for line in lines[1:] if line != ""]
    return (_schema(columns, settings.dataset_name), _diffgram(columns, rows, settings))


def _column(cell: tuple[str, bool], number: int) -> tuple[str, str]:
    found = _HEADER.fullmatch(cell[0])
    if found is None:
        return _xml_name(cell[0].strip() or f"Column{number}"), "string"
    return _xml_name(found[1] or f"Column{number}"), _TYPES.get(found[2].lower(), "string")


def _xml_name(name: str) -> str:
    """Return a column's name as XmlConvert.EncodeLocalName does: `a b` is `a_x0020_b`."""
    encoded = re.sub(r"[^\w.-]|_(?=x[0-9A-Fa-f]{4}_)", lambda found: f"_x{ord(found[0]):04X}_", name)
    return encoded if re.match(r"[^\W\d]", encoded) else f"_x{ord(name[0]):04X}_{encoded[1:]}"


def _cells(line: str) -> list[tuple[str, bool]]:
    """Return the cells of a line, each with whether it was quoted."""
    cells, at = [], 0
    while True:
        found = _CELL.match(line, at)
        assert found is not None
        cells.append((found[1].replace('""', '"'), True) if found[1] is not None else (found[2].strip(), False))
        at = found.end()
        if at >= len(line):
            return cells
        comma = line.find(",", at)
        if comma < 0:
            return cells
        at = comma + 1


def _schema(columns: Sequence[tuple[str, str]], name: str) -> Node:
    elements = tuple(
        Node("xs:element", attributes=(("name", column), ("type", f"xs:{kind}"), ("minOccurs", "0")))
        for column, kind in columns
    )
    table = _within("xs:element", (("name", "Table"),), "xs:complexType", "xs:sequence", children=elements)
    choice = Node("xs:choice", children=(table,), attributes=(("minOccurs", "0"), ("maxOccurs", "unbounded")))
    whole = _within(
        "xs:element",
        (("name", name), ("msdata:IsDataSet", "true"), ("msdata:UseCurrentLocale", "true")),
        "xs:complexType",
        children=(choice,),
    )
    attributes = (
        ("id", name),
        ("xmlns", ""),
        ("xmlns:xs", "http://www.w3.org/2001/XMLSchema"),
        ("xmlns:msdata", "urn:schemas-microsoft-com:xml-msdata"),
    )
    return Node("xs:schema", children=(whole,), attributes=attributes)


def _within(name: str, attributes: tuple[tuple[str, str], ...], *inner: str, children: tuple[Node, ...]) -> Node:
    for one in reversed(inner):
        children = (Node(one, children=children),)
    return Node(name, children=children, attributes=attributes)


def _diffgram(
    columns: Sequence[tuple[str, str]], rows: Sequence[Sequence[tuple[str, bool]]], settings: CasSettings
) -> Node:
    inserted = (("diffgr:hasChanges", "inserted"),) if settings.dataset_inserted else ()
    tables = tuple(
        Node(
            "Table",
            children=tuple(
                Node(name, value)
                for (name, _), (value, quoted) in zip(columns, row, strict=False)
                if quoted or value != "null"
            ),
            attributes=(("diffgr:id", f"Table{number + 1}"), ("msdata:rowOrder", str(number)), *inserted),
        )
        for number, row in enumerate(rows)
    )
    content = (Node(settings.dataset_name, children=tables, attributes=(("xmlns", ""),)),) if tables else ()
    attributes = (
        ("xmlns:msdata", "urn:schemas-microsoft-com:xml-msdata"),
        ("xmlns:diffgr", "urn:schemas-microsoft-com:xml-diffgram-v1"),
    )
    return Node("diffgr:diffgram", children=content, attributes=attributes)
