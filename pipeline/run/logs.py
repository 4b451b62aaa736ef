"""What is told on stderr: lines for people, or one JSON object a line for machines.

{"at": "2026-11-11T20:00:00.123Z", "level": "warning", "logger": "pipeline.run.lease",
 "process": 77, "message": "..."}
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

LOG_FORMATS = ("text", "json")
PEOPLE = "kandian"
"""Logger of the sentences that people would be told, such as how a recording ended."""


class JsonLines(logging.Formatter):
    """Writes a record as one line of ASCII; of an exception its name, words and stack."""

    def format(self, record: logging.LogRecord) -> str:
        """Write the line, without its end."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        fields = {
            "at": at.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "process": record.process,
            "message": record.getMessage(),
        }
        if record.exc_info:
            fields["stack"] = self.formatException(record.exc_info)
        return json.dumps(fields, ensure_ascii=True)


def set_up_logging(level: int, log_format: str) -> None:
    """Send records from this level on to stderr; no-op when logging is set up already."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        JsonLines()
        if log_format == "json"
        else logging.Formatter("%(levelname)s %(name)s: %(message)s")
    )
    logging.basicConfig(level=level, handlers=[handler])


def current_log_format() -> str:
    """Return the format that logging was set up with, for processes that are to do the same."""
    return "text" if _find_json() is None else "json"


def tell_machine(sentence: str, level: int = logging.INFO) -> bool:
    """Write a sentence for people as a record, at any level; False when people are to be told."""
    handler = _find_json()
    if handler is None:
        return False
    record = logging.LogRecord(PEOPLE, level, "", 0, sentence, (), None)
    handler.handle(record)
    return True


def _find_json() -> logging.Handler | None:
    for handler in logging.getLogger().handlers:
        if isinstance(handler.formatter, JsonLines):
            return handler
    return None
