"""Times and markup that SubRip and WebVTT share."""

from __future__ import annotations

import html
import re

from models.errors import InputError
from models.span import MS_PER_HOUR, MS_PER_MINUTE, MS_PER_SECOND

TIMING_MARK = "-->"
_TIME = r"(-?)(?:(\d+):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,3}))?"
_TIMING = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}(?:\s.*)?")
_TAG = re.compile(r"</?(?:[a-zA-Z][^<>]{0,200}|[\d:.]{1,20})?>|\{\\[^{}]{0,200}\}")


def parse_timing(line: str, where: str) -> tuple[int, int]:
    """Return start and end in ms of `00:01:02,500 --> 00:01:05,000`; hours may be missing.

    Raises:
        InputError: when the line is not of that form; `where` names it.
    """
    match = _TIMING.fullmatch(line)
    if match is None:
        raise InputError(
            f"{where}: {line.strip()[:80]!r} is not a pair of times such as "
            "00:01:02,500 --> 00:01:05,000"
        )
    groups = match.groups()
    return _milliseconds(groups[:5], where), _milliseconds(groups[5:], where)


def strip_markup(text: str) -> str:
    r"""Remove tags (`<i>`, `<v Name>`, `<00:01.000>`, `{\an8}`) and resolve entities."""
    return html.unescape(_TAG.sub("", text))


def _milliseconds(groups: tuple[str | None, ...], where: str) -> int:
    sign, hours, minutes, seconds, fraction = groups
    if int(minutes or 0) >= 60 or int(seconds or 0) >= 60:
        raise InputError(f"{where}: minutes and seconds of a time stay below 60")
    time_ms = (
        int(hours or 0) * MS_PER_HOUR
        + int(minutes or 0) * MS_PER_MINUTE
        + int(seconds or 0) * MS_PER_SECOND
        + int((fraction or "0").ljust(3, "0"))
    )
    return -time_ms if sign else time_ms
