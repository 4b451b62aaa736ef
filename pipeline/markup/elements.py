"""Elements of HTML and of the SVG inside it; whatever is no element yet is escaped."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Controls, and halves of characters: neither can be written into a page."""
_EMPTY = frozenset({"img", "meta"})
"""Elements that have no end tag."""


class Markup(str):
    """Text that is markup already."""

    __slots__ = ()


def escape(text: object) -> Markup:
    """Return text that means only itself, between tags and inside quotes."""
    if isinstance(text, Markup):
        return text
    return Markup(html.escape(_UNPRINTABLE.sub("\ufffd", str(text)), quote=True))


def join(parts: Iterable[object]) -> Markup:
    """Put markup and texts one after the other."""
    return Markup("".join(map(escape, parts)))


def tag(name: str, /, *children: object, **attributes: object) -> Markup:
    """Return an element.

    Attributes that are Python words end in an underscore, `class_`; those with a hyphen have an
    underscore instead, `stroke_width`; those that are None are left out. Children and values are
    escaped unless they are `Markup`.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_shorten(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _EMPTY:
        return Markup(f"<{name}{written}>")
    return Markup(f"<{name}{written}>{join(children)}</{name}>")


def _shorten(value: object) -> object:
    """Write a coordinate with two digits: finer than any screen."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else value
