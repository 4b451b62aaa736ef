"""Read WebVTT, the web's timed text (https://www.w3.org/TR/webvtt1/)."""

from __future__ import annotations

import re

from models.errors import InputError
from pipeline.transcribe.cue import ImportedText
from pipeline.transcribe.subtitle import Draft, check_cues
from pipeline.transcribe.timing import TIMING_MARK, parse_timing

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
    drafts = [
        _parse_cue(block, number)
        for number, block in _blocks(lines)
        if number > 1 and not _NO_CUE.match(block[0])
    ]
    return ImportedText("webvtt", check_cues(drafts))


def _blocks(lines: list[str]) -> list[tuple[int, list[str]]]:
    """Return the runs of lines between blank ones, each with the number of its first line.

    A line of spaces is text (rolling captions have them), unless a new cue follows it.
    """
    blocks: list[tuple[int, list[str]]] = []
    was_blank = True
    for number, line in enumerate(lines, start=1):
        is_blank = not line or (line.isspace() and (was_blank or _parts_cues(lines, number)))
        if not is_blank:
            if was_blank:
                blocks.append((number, []))
            blocks[-1][1].append(line)
        was_blank = is_blank
    return blocks


def _parts_cues(lines: list[str], number: int) -> bool:
    """Tell whether line `number`, all spaces, stands between cues and not inside one."""
    following = lines[number : number + 2]
    return number == 2 or any(TIMING_MARK in line for line in following)


def _parse_cue(block: list[str], number: int) -> Draft:
    timing = 0 if TIMING_MARK in block[0] else 1
    where = f"line {number + timing}"
    if timing >= len(block) or TIMING_MARK not in block[timing]:
        raise InputError(f"line {number}: {block[0][:80]!r} is not followed by a time line")
    start_ms, end_ms = parse_timing(block[timing], where)
    return Draft(start_ms, end_ms, where, tuple(block[timing + 1 :]))
