"""Highlights as WebVTT chapters, for `<track kind="chapters">` and everything that reads it."""

from __future__ import annotations

import unicodedata

from models.document import IndexDocument
from models.highlight import Highlight
from models.span import MS_PER_HOUR, MS_PER_MINUTE, MS_PER_SECOND


def to_webvtt(document: IndexDocument) -> str:
    """Write one cue per highlight: its id, its span, its title (W3C WebVTT, chapters).

    Titles are made one line and escaped, so that none can end its cue, open a tag or start another
    cue; where nothing is left of a title, the id of its product stands in.
    """
    return "".join(["WEBVTT\n", *(f"\n{_cue(highlight)}" for highlight in document.highlights)])


def format_timestamp(at_ms: int) -> str:
    """Write milliseconds as `HH:MM:SS.mmm`; hours may have more digits.

    >>> format_timestamp(5_025_900)
    '01:23:45.900'
    """
    hours, rest = divmod(at_ms, MS_PER_HOUR)
    minutes, rest = divmod(rest, MS_PER_MINUTE)
    seconds, milliseconds = divmod(rest, MS_PER_SECOND)
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}.{milliseconds:03d}"


def format_cue_text(title: str) -> str:
    """Write a title as cue text: one line, `&`, `<` and `>` escaped (which unmakes `-->`).

    Control characters and halves of surrogate pairs vanish; white space of any kind becomes one
    space.
    """
    line = " ".join(title.split())
    visible = "".join(char for char in line if unicodedata.category(char) not in {"Cc", "Cs"})
    return visible.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _cue(highlight: Highlight) -> str:
    span = highlight.span
    timing = f"{format_timestamp(span.start_ms)} --> {format_timestamp(span.end_ms)}"
    text = format_cue_text(highlight.title) or format_cue_text(highlight.product_id)
    return f"{highlight.id}\n{timing}\n{text}\n"
