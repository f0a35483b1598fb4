"""Files of a failed test: what its sandbox saw, for a CI stage to keep."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mockserver.testing.evidence import Evidence
from mockserver.testing.report import text_of

LONGEST = 120
"""Characters of a file's name before its ending."""


def write(folder: Path, test: str, evidence: Evidence) -> list[Path]:
    """Write `<test>.har`, `.jobs.json`, `.violations.json` and `.txt` (the section of the report).

    Args:
        test: the id of the test; what no file's name may hold is replaced.

    Raises:
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    texts: Mapping[str, str] = {
        "har": _json(evidence.har),
        "jobs.json": _json({"jobs": evidence.jobs}),
        "violations.json": _json({"violations": evidence.violations}),
        "txt": text_of(evidence) + "\n",
    }
    name, files = file_name(test), []
    for ending, text in texts.items():
        file = folder / f"{name}.{ending}"
        file.write_text(text, "utf-8")
        files.append(file)
    return files


def file_name(test: str) -> str:
    """Return the name of a test's files; two tests have two names."""
    plain = re.sub(r"[^\w.\[\]=,-]+", ".", test.replace("::", ".")).strip(".")
    if plain == test.replace("::", ".").replace("/", ".") and len(plain) <= LONGEST:
        return plain
    return f"{plain[:LONGEST]}-{hashlib.sha256(test.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
