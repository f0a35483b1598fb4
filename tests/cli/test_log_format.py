"""What is logged: one line per event, secrets masked on the only way out."""

from __future__ import annotations

import json
import logging

from mockserver.cli.log_format import JsonFormatter, TextFormatter


def record(message: str, *arguments: object, error: BaseException | None = None) -> logging.LogRecord:
    info = None if error is None else (type(error), error, error.__traceback__)
    made = logging.LogRecord("mockserver", logging.WARNING, __file__, 1, message, arguments, info)
    made.created = 1767355200.25
    return made


def test_text_is_time_level_logger_message() -> None:
    assert TextFormatter().format(record("job %s", 7)) == "2026-01-02T12:00:00.250Z warning mockserver job 7"


def test_json_is_one_object_on_one_line() -> None:
    line = JsonFormatter().format(record("two\nlines"))

    assert "\n" not in line
    assert json.loads(line) == {
        "time": "2026-01-02T12:00:00.250Z",
        "level": "warning",
        "logger": "mockserver",
        "message": "two\nlines",
    }


def test_secrets_are_masked_even_in_a_traceback() -> None:
    shown = record("GET /x?token=s3cret", error=ValueError('{"password": "s3cret"}'))

    for formatter in (TextFormatter(), JsonFormatter()):
        line = formatter.format(shown)
        assert "s3cret" not in line
        assert "ValueError" in line
