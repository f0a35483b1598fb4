"""Digests of what a WSDL or discovery document defines, one for each definition; documentation is left out.

The table beside this file is made from the genuine documents (github.com/sciserver/SkyServerWS, 2014-06-03), which are not
in the tree. From files of one's own it is made anew, and the golden document from what is served, by

    python tests/apis/casjobs/wsdl_digests.py jobs.wsdl jobs.disco > tests/apis/casjobs/wsdl_digests.json
    python tests/apis/casjobs/wsdl_digests.py --served > tests/golden/casjobs/jobs.wsdl
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

ADDRESS = "http://casjobs.example.test/CasJobs/services/jobs.asmx"
"""Where the golden document is served."""

_WSDL = "{http://schemas.xmlsoap.org/wsdl/}"


def digests(document: bytes) -> dict[str, str]:
    """Return kind and name of each definition, in the document's order, and the first 16 digits of the SHA-256 of its C14N.

    An element that holds definitions has a row for its frame: its attributes and the namespaces in force.

    Raises:
        ValueError: two definitions have the same kind and name.
    """
    root = etree.fromstring(document, etree.XMLParser(remove_blank_text=True))
    for one in list(root.iter(f"{_WSDL}documentation")):
        one.getparent().remove(one)
    rows = list(_rows(root))
    if len(found := dict(rows)) != len(rows):
        raise ValueError(f"{len(rows) - len(found)} definitions have the name of another one")
    return found


def _rows(element: Any) -> Iterator[tuple[str, str]]:
    kind = etree.QName(element).localname
    if kind not in ("definitions", "types", "schema"):
        yield f"{kind} {element.get('name', '')}".strip(), _digest(etree.tostring(element, method="c14n"))
        return
    frame = [
        element.tag,
        sorted(element.attrib.items()),
        sorted((prefix or "", uri) for prefix, uri in element.nsmap.items()),
    ]
    yield kind, _digest(json.dumps(frame).encode())
    for one in element:
        yield from _rows(one)


def _digest(canonical: bytes) -> str:
    return hashlib.sha256(canonical).hexdigest()[:16]


def main(arguments: list[str]) -> None:
    """Print the table of the files named, or the document that is served."""
    if arguments == ["--served"]:
        from mockserver.apis.casjobs.definition import defined
        from mockserver.apis.casjobs.operations import SERVICE_OPERATIONS
        from mockserver.apis.casjobs.wsdl import wsdl

        sys.stdout.buffer.write(wsdl(defined(5), SERVICE_OPERATIONS, ADDRESS, dataset=True))
        return
    rows = {Path(name).name: digests(Path(name).read_bytes()) for name in arguments}
    sys.stdout.write(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
