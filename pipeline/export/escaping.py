"""Titles and links made harmless for the place that they are written to.

Titles are written by merchants and may hold anything; every target has its own way to be broken.
"""

from __future__ import annotations

import html
import json
import unicodedata
from typing import Any

from models.span import MS_PER_SECOND
from pipeline.export.index_json import web_url

INVISIBLE = frozenset({"Cc", "Cs"})
"""Unicode categories of control characters and of halves of surrogate pairs."""

ELLIPSIS = "…"

_BRACKETS = str.maketrans({"<": "‹", ">": "›"})
_MARKUP = str.maketrans({"<": "‹", ">": "›", '"': "”", "'": "’", "`": "’"})
_IN_SCRIPTS = str.maketrans(
    {char: f"\\u{ord(char):04x}" for char in ("<", ">", "&", "\x7f", "\x85", "\u2028", "\u2029")}
)
"""What ends a script element, or a line in some reader, and means itself when JSON spells it so."""


def one_line(text: str) -> str:
    r"""Write a text as one line of visible characters; white space of any kind is one space.

    >>> one_line(" one\n\n two\x00 ")
    'one two'
    """
    line = " ".join(text.split())
    visible = "".join(char for char in line if unicodedata.category(char) not in INVISIBLE)
    return " ".join(visible.split())


def shorten(text: str, *, max_bytes: int) -> str:
    """Cut a text that takes more than `max_bytes` in UTF-8, between characters, ending in `…`.

    >>> shorten("护手霜护手霜", max_bytes=10)
    '护手…'
    """
    if len(text.encode()) <= max_bytes:
        return text
    room = max_bytes - len(ELLIPSIS.encode())
    return text.encode()[:room].decode(errors="ignore").rstrip() + ELLIPSIS


def escape_html(text: str) -> str:
    """Escape a text for HTML, inside elements and quoted attributes alike."""
    return html.escape(text, quote=True)


def without_brackets(text: str) -> str:
    """Put look-alikes in the place of `<` and `>`, for targets that know no escape."""
    return text.translate(_BRACKETS)


def without_markup(text: str) -> str:
    """Put look-alikes in the place of angle brackets and quotes.

    For players whose source is closed: the text is harmless whether they take it for plain text,
    for HTML or for the value of an attribute.
    """
    return text.translate(_MARKUP)


def safe_link(url: str) -> str | None:
    """Return the URL as one line when it is relative or of the web, else None."""
    return web_url(one_line(url))


def script_safe_json(value: Any) -> str:
    r"""Write JSON that can stand in a JavaScript file or inside a script element as it is.

    `<`, `>`, `&` and the two line separators are written as `\\uXXXX`, so that no title ends the
    script; any JSON reader gives back the title. Deterministic; characters of other scripts stay.
    """
    return script_safe(json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False)) + "\n"


def script_safe(json_text: str) -> str:
    r"""Spell what could end a script, a line or the encoding as `\uXXXX`; the JSON says the same.

    Half a surrogate pair, which no encoding can carry, becomes `?`.
    """
    return json_text.translate(_IN_SCRIPTS).encode("utf-8", "replace").decode()


def seconds(at_ms: int) -> int | float:
    """Return milliseconds as the seconds that players count in; whole ones as integers."""
    whole, rest = divmod(at_ms, MS_PER_SECOND)
    return at_ms / MS_PER_SECOND if rest else whole
