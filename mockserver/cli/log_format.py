"""How the server logs: one line per event, as text or JSON, with secrets masked on the only way out."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path

from mockserver.core.clock import iso
from mockserver.journal.masking import mask


class TextFormatter(logging.Formatter):
    """`2026-11-21T19:50:00.000Z warning mockserver message`."""

    def format(self, record: logging.LogRecord) -> str:
        return mask(f"{iso(record.created)} {record.levelname.lower()} {record.name} {_message(self, record)}")


class JsonFormatter(logging.Formatter):
    """One JSON object per line: `time`, `level`, `logger`, `message`."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": iso(record.created),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": mask(_message(self, record)),
        }
        return json.dumps(line, ensure_ascii=False)


def configure(form: str, level: str, file: Path | None = None) -> None:
    """Send everything that is logged to standard error, or to a file that begins anew.

    Args:
        form: `text` or `json`.
        level: the least that is logged.

    Raises:
        OSError: the file cannot be written.
    """
    handler = logging.StreamHandler(sys.stderr) if file is None else logging.FileHandler(file, "w", "utf-8")
    handler.setFormatter(JsonFormatter() if form == "json" else TextFormatter())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)


def _message(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    message = record.getMessage()
    if record.exc_info:
        message += "\n" + formatter.formatException(record.exc_info)
    return message
