"""Highlights as WebVTT chapters, for `<track kind="chapters">` and everything that reads it.

    WEBVTT

    hl_1f
    00:01:01.200 --> 00:02:31.000
    护手霜

Read by browsers, Video.js 8 (chapters menu), Shaka Player 5 (`addChaptersTrack`), Vidstack 1
(`type: "vtt"`), Cloudinary and ImageKit (`chapters: {url}`). A trap: the standard has `&` and `<`
escaped, which Shaka reads back, while Video.js 8.24 and Vidstack 1.15 show the cue as it is
written, `&amp;` and all. For Vidstack take the format `vidstack`; for Video.js let the page read
each cue, `cue.text = cue.getCueAsHTML().textContent`, as `pipeline/web/adapters/videojs.html` does.
"""

from __future__ import annotations

from models.document import IndexDocument
from models.span import MS_PER_HOUR, MS_PER_MINUTE, MS_PER_SECOND
from pipeline.export.escaping import one_line
from pipeline.export.marks import Mark
from pipeline.export.normalise import normalise_chapters
from pipeline.export.report import Exported


def format_webvtt(document: IndexDocument) -> Exported:
    """Write one cue per highlight: its id, its span, its title (W3C WebVTT, chapters).

    Titles are made one line and escaped, so that none can end its cue, open a tag or start another
    cue; where nothing is left of a title, the id of its product stands in. Cues do not overlap.
    """
    chapters = normalise_chapters(document)
    cues = [format_cue(mark, format_cue_text(mark.title)) for mark in chapters.marks]
    return Exported("".join(["WEBVTT\n", *cues]), chapters.report)


def to_webvtt(document: IndexDocument) -> str:
    """Write the text of `format_webvtt`, for callers that no change concerns."""
    return format_webvtt(document).text


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
    return one_line(title).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def format_cue(mark: Mark, text: str) -> str:
    """Write one cue and the blank line before it; the text is one line without `-->`."""
    start, end = format_timestamp(mark.span.start_ms), format_timestamp(mark.span.end_ms)
    return f"\n{mark.id}\n{start} --> {end}\n{text}\n"
