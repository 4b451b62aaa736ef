"""Conditional requests: whether the asker has it already (RFC 9110, section 13)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

_TAG_DIGITS = 16
"""Hex digits of a tag: 64 bits, against chance and not against forgery."""
_TAG = re.compile(r'(?:W/)?"([^"\x00-\x20\x7f]*)"')


def make_etag(body: bytes, revision: int | None = None) -> str:
    """Make a strong ETag of the bytes, led by the revision where there is one: `"3-0a1b…"`.

    The revision alone would not do: an index that is made anew counts from 1 again.
    """
    digest = hashlib.sha256(body).hexdigest()[:_TAG_DIGITS]
    return f'"{digest}"' if revision is None else f'"{revision}-{digest}"'


def make_file_etag(size: int, modified_ns: int, inode: int) -> str:
    """Make a strong ETag of a file that is only ever replaced as a whole."""
    return f'"{size:x}-{modified_ns:x}-{inode:x}"'


def is_unchanged(asked: Mapping[str, str], etag: str, modified_s: int | None = None) -> bool:
    """Tell whether the asker has it: If-None-Match, or else If-Modified-Since if there is a time.

    Tags are compared weakly, as the RFC wants it for If-None-Match.
    """
    if (tags := asked.get("if-none-match")) is not None:
        return tags.strip() == "*" or _bare(etag) in _TAG.findall(tags)
    since = asked.get("if-modified-since")
    moment_s = None if since is None else _parse_date(since)
    return moment_s is not None and modified_s is not None and modified_s <= moment_s


def is_range_wanted(asked: Mapping[str, str], etag: str, modified_s: int) -> bool:
    """Tell whether a range still makes sense: If-Range names this very file, or is not there.

    Compared strongly: a weak tag, or a time of another second, never matches.
    """
    condition = asked.get("if-range")
    if condition is None:
        return True
    if '"' in condition:
        return condition.strip() == etag
    return _parse_date(condition) == modified_s


def _bare(etag: str) -> str:
    return etag.removeprefix("W/").strip('"')


def _parse_date(text: str) -> int | None:
    try:
        return int(parsedate_to_datetime(text).timestamp())
    except (ValueError, TypeError, OverflowError):
        return None
