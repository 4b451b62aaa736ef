r"""Chapters as ffmpeg's metadata file, for `ffmpeg -i replay.mp4 -i chapters.txt`.

    ;FFMETADATA1
    title=周三 晚场
    [CHAPTER]
    TIMEBASE=1/1000
    START=61200
    END=151000
    title=护手霜

ffmpeg 9. Its traps: without TIMEBASE times are nanoseconds; `=`, `;`, `#` and `\` need a `\`
before them; a line break would end the value, and titles here have none; a `\` at the end of a line
joins it with the next one, even when it is itself escaped, so a space follows it.
"""

from __future__ import annotations

import re

from models.document import IndexDocument
from models.span import Span
from pipeline.export.escaping import one_line
from pipeline.export.normalise import normalise_chapters
from pipeline.export.report import Exported

_SPECIAL = re.compile(r"([=;#\\])")


def format_ffmetadata(document: IndexDocument) -> Exported:
    """Write one chapter per highlight, sorted, none overlapping; times are milliseconds."""
    chapters = normalise_chapters(document)
    parts = [format_head(document)]
    parts += [format_chapter(mark.span, mark.title) for mark in chapters.marks]
    return Exported("".join(parts), chapters.report)


def format_head(document: IndexDocument) -> str:
    """Write the line that names the format, and the title of the recording."""
    title = one_line(document.recording.title) or document.recording.id
    return f";FFMETADATA1\ntitle={escape_value(title)}\n"


def format_chapter(span: Span, title: str) -> str:
    """Write one chapter; the title is one line."""
    return (
        "[CHAPTER]\nTIMEBASE=1/1000\n"
        f"START={span.start_ms}\nEND={span.end_ms}\ntitle={escape_value(title)}\n"
    )


def escape_value(text: str) -> str:
    r"""Put `\` before what the format gives a meaning to.

    >>> escape_value("a=b;c")
    'a\\=b\\;c'
    """
    escaped = _SPECIAL.sub(r"\\\1", text)
    return f"{escaped} " if text.endswith("\\") else escaped
