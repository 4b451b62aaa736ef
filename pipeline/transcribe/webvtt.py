"""Read WebVTT, the web's timed text (https://www.w3.org/TR/webvtt1/)."""

from __future__ import annotations

import re

from models.errors import InputError
from pipeline.transcribe.cue import Cue, ImportedText, checked_span, join_lines
from pipeline.transcribe.timing import TIMING_MARK, parse_timing, strip_markup

HEADER = "WEBVTT"
_NO_CUE = re.compile(r"(?:NOTE|STYLE|REGION)(?:\s|$)")


def parse_webvtt(text: str) -> ImportedText:
    """Return the cues; comments, styles and regions are passed over, markup is removed.

    Raises:
        InputError: when the header is missing, a block has no time line, or times are impossible;
            it names the line.
    """
    lines = text.split("\n")
    if not lines or not re.fullmatch(rf"{HEADER}(?:[ \t].*)?", lines[0]):
        raise InputError(f"line 1: a WebVTT file starts with {HEADER}")
    cues: list[Cue] = []
    for number, block in _blocks(lines):
        if number == 1 or _NO_CUE.match(block[0]):
            continue
        cues.append(_parse_cue(block, number))
    return ImportedText("webvtt", tuple(cues))


def _blocks(lines: list[str]) -> list[tuple[int, list[str]]]:
    """Return the runs of lines between blank ones, each with the number of its first line."""
    blocks: list[tuple[int, list[str]]] = []
    was_blank = True
    for number, line in enumerate(lines, start=1):
        if line.strip():
            if was_blank:
                blocks.append((number, []))
            blocks[-1][1].append(line)
        was_blank = not line.strip()
    return blocks


def _parse_cue(block: list[str], number: int) -> Cue:
    timing = 0 if TIMING_MARK in block[0] else 1
    where = f"line {number + timing}"
    if timing >= len(block) or TIMING_MARK not in block[timing]:
        raise InputError(f"line {number}: {block[0][:80]!r} is not followed by a time line")
    start_ms, end_ms = parse_timing(block[timing], where)
    body = block[timing + 1 :]
    return Cue(
        checked_span(start_ms, end_ms, where),
        join_lines([strip_markup(line) for line in body]),
        "\n".join(body),
    )
