"""Read SubRip (SRT) subtitles.

7
00:01:02,500 --> 00:01:05,000
text, on one or more lines
"""

from __future__ import annotations

import re

from models.errors import InputError
from pipeline.transcribe.cue import ImportedText
from pipeline.transcribe.subtitle import Draft, check_cues
from pipeline.transcribe.timing import TIMING_MARK, parse_timing

TIME_LINE = re.compile(r"^\s*-?[\d:]+[,.]?\d*\s*-->", re.MULTILINE)


def parse_subrip(text: str) -> ImportedText:
    """Return the cues; numbers may be missing, and either decimal mark will do.

    Raises:
        InputError: when a time line cannot be read, or times are impossible; it names the line.
    """
    lines = text.split("\n")
    starts = [n for n, line in enumerate(lines) if TIMING_MARK in line]
    drafts: list[Draft] = []
    for position, start in enumerate(starts):
        is_last = position == len(starts) - 1
        end = len(lines) if is_last else _end_of_text(lines, starts[position + 1])
        where = f"line {start + 1}"
        start_ms, end_ms = parse_timing(lines[start], where)
        body = tuple(line for line in lines[start + 1 : end] if line.strip())
        drafts.append(Draft(start_ms, end_ms, where, body))
    if starts:
        _refuse_text_before(lines[: _end_of_text(lines, starts[0])])
    return ImportedText("srt", check_cues(drafts))


def _end_of_text(lines: list[str], next_timing: int) -> int:
    """Return where the text before a time line ends: its number does not belong to the text."""
    before = next_timing - 1
    has_number = before >= 0 and lines[before].strip().isdigit()
    return before if has_number else next_timing


def _refuse_text_before(lines: list[str]) -> None:
    for number, line in enumerate(lines, start=1):
        if line.strip():
            raise InputError(f"line {number}: text before the first time line of a subtitle file")
