"""What every format's reader insists on, stated by hand and independently of the writers.

Each rule takes the text and the duration in ms, fails when the reader would refuse, drop or run
something, and returns how many pitches the reader finds.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Callable
from datetime import datetime
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import jsonschema
import webvtt

SPREADSHEET_SIGNS = "=+-@\t\r＝＋－＠"
SAFE_ID = re.compile(r"[A-Za-z0-9_-]+")


class Tags(HTMLParser):
    """Collects what a browser would make of a piece of HTML."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def read_json(text: str) -> Any:
    """Read JSON that may stand inside a script element and a JavaScript file."""
    assert not set("<>&\u2028\u2029") & set(text)
    return json.loads(text)


def check_one_line(text: object) -> None:
    assert isinstance(text, str)
    assert text.strip()
    assert len(text.splitlines()) == 1
    text.encode()


def check_ascending(times: list[float], end_s: float) -> None:
    assert all(earlier < later for earlier, later in pairwise(times))
    assert all(math.isfinite(time) and 0 <= time < end_s for time in times)


def check_link(link: str) -> None:
    """A link must not run anything when it is followed (WHATWG URL: controls are skipped)."""
    bare = re.sub(r"[\x00-\x20]", "", link).lower()
    scheme = re.match(r"[a-z][a-z0-9+.-]*:", bare)
    assert scheme is None or scheme.group() in ("http:", "https:")
    assert len(link.splitlines()) == 1


def check_spans(spans: list[tuple[float, float]], end_s: float) -> None:
    """Spans are inside the recording, not empty, sorted, and do not overlap."""
    for start, end in spans:
        assert 0 <= start < end <= end_s
    for (_, end), (start, _) in pairwise(spans):
        assert end <= start


def check_webvtt(text: str, end_ms: int, *, escaped: bool = True) -> list[webvtt.Caption]:
    cues = list(webvtt.from_buffer(io.StringIO(text)))
    assert text.count("-->") == len(cues)
    ids = [cue.identifier for cue in cues]
    assert len(set(ids)) == len(ids)
    assert all(SAFE_ID.fullmatch(name) for name in ids)
    spans = [(cue.start_in_seconds, cue.end_in_seconds) for cue in cues]
    assert all(start <= end <= end_ms // 1000 for start, end in spans)
    assert [start for start, _ in spans] == sorted(start for start, _ in spans)
    for cue in cues:
        check_one_line(cue.raw_text)
        if escaped:
            assert not re.search(r"[<>]|&(?!amp;|lt;|gt;)", cue.raw_text)
    return cues


def webvtt_chapters(text: str, end_ms: int) -> int:
    return len(check_webvtt(text, end_ms))


def webvtt_metadata(text: str, end_ms: int) -> int:
    cues = check_webvtt(text, end_ms, escaped=False)
    for cue in cues:
        record = read_json(cue.raw_text)
        assert record["id"] == cue.identifier
        assert record["product_id"] == record["product"]["id"]
        assert 0 <= record["start_ms"] <= record["point_ms"] < record["end_ms"] <= end_ms
    return len(cues)


def xgplayer(text: str, end_ms: int) -> int:
    dots = read_json(text)
    ids = [dot["id"] for dot in dots]
    assert len(set(ids)) == len(ids)
    assert all(SAFE_ID.fullmatch(name) for name in ids)
    check_ascending([dot["time"] for dot in dots], end_ms / 1000)
    for dot in dots:
        assert "template" not in dot
        check_one_line(dot["text"])
    return len(dots)


def artplayer(text: str, end_ms: int) -> int:
    dots = read_json(text)
    check_ascending([dot["time"] for dot in dots], end_ms / 1000)
    for dot in dots:
        seen = Tags(f'<span data-text="{dot["text"]}" data-time="{dot["time"]}"></span>')
        ((tag, attributes),) = seen.tags
        assert (tag, set(attributes), seen.text) == ("span", {"data-text", "data-time"}, "")
        check_one_line(attributes["data-text"])
    return len(dots)


def artplayer_chapter(text: str, end_ms: int) -> int:
    chapters = read_json(text)
    check_spans([(item["start"], item["end"]) for item in chapters], end_ms / 1000)
    for item in chapters:
        check_one_line(item["title"])
    return len(chapters)


def dplayer(text: str, end_ms: int) -> int:
    dots = read_json(text)
    check_ascending([dot["time"] for dot in dots], end_ms / 1000)
    for dot in dots:
        assert dot["time"]
        seen = Tags(f'<span class="dplayer-highlight-text">{dot["text"]}</span>')
        assert len(seen.tags) == 1
        check_one_line(seen.text)
    return len(dots)


def aliplayer(text: str, end_ms: int) -> int:
    markers = read_json(text)
    check_ascending([marker["offset"] for marker in markers], end_ms / 1000)
    for marker in markers:
        for key in ("text", "title", "coverUrl", "productId", "describe"):
            value = marker[key]
            assert not set("<>\"'`") & set(value)
            assert Tags(value).tags == []
        check_one_line(marker["text"])
        check_link(marker["coverUrl"] or "x")
    return len(markers)


def videojs_markers(text: str, end_ms: int) -> int:
    options = read_json(text)
    assert options["breakOverlay"] == {"display": False}
    markers = options["markers"]
    check_ascending([marker["time"] for marker in markers], end_ms / 1000)
    for marker in markers:
        assert "overlayText" not in marker
        assert "class" not in marker
        check_one_line(marker["text"])
    return len(markers)


def vidstack(text: str, end_ms: int) -> int:
    cues = read_json(text)
    check_spans([(cue["startTime"], cue["endTime"]) for cue in cues], end_ms / 1000)
    assert len({cue["id"] for cue in cues}) == len(cues)
    for cue in cues:
        check_one_line(cue["text"])
    return len(cues)


def plyr(text: str, end_ms: int) -> int:
    markers = read_json(text)
    assert markers["enabled"] is True
    points = markers["points"]
    check_ascending([point["time"] for point in points], end_ms / 1000)
    for point in points:
        assert isinstance(point["time"], int)
        assert point["time"] > 0
        seen = Tags(f"<b>{point['label']}</b>")
        assert len(seen.tags) == 1
        check_one_line(seen.text)
    return len(points)


def cloudinary(text: str, end_ms: int) -> int:
    products = read_json(text)["products"]
    for item in products:
        assert 0 < item["startTime"] < item["endTime"] <= end_ms / 1000
        assert re.fullmatch(r"\d{2,}:[0-5]\d:[0-5]\d", item["onClick"]["args"]["time"])
        check_link(item["publicId"])
        check_one_line(item["title"])
        check_one_line(item["productId"])
    return len(products)


def imagekit(text: str, end_ms: int) -> int:
    products = read_json(text)["products"]
    assert [item["productId"] for item in products] == list(range(1, len(products) + 1))
    for item in products:
        light = item["highlightTime"]
        assert 0 <= light["start"] < light["end"] <= end_ms / 1000
        assert re.fullmatch(r"\d{2,}:[0-5]\d:[0-5]\d", item["onClick"]["args"]["time"])
        check_link(item["imageUrl"] or "x")
        check_one_line(item["productName"])
    return len(products)


HLS_CHAPTERS = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["start-time", "titles"],
        "additionalProperties": False,
        "properties": {
            "chapter": {"type": "integer", "minimum": 1},
            "start-time": {"type": "number", "minimum": 0},
            "duration": {"type": "number", "exclusiveMinimum": 0},
            "titles": {
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "required": ["language", "title"],
                    "additionalProperties": False,
                    "properties": {
                        "language": {"type": "string", "minLength": 2},
                        "title": {"type": "string", "minLength": 1},
                    },
                },
            },
            "metadata": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["key", "value"],
                    "additionalProperties": False,
                    "properties": {
                        "key": {"type": "string", "pattern": "^[a-z-]+$"},
                        "value": {"type": "string", "minLength": 1},
                    },
                },
            },
        },
    },
}
PODCAST = {
    "type": "object",
    "required": ["version", "chapters"],
    "additionalProperties": False,
    "properties": {
        "version": {"const": "1.2.0"},
        "title": {"type": "string", "minLength": 1},
        "chapters": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["startTime"],
                "additionalProperties": False,
                "properties": {
                    "startTime": {"type": "number", "minimum": 0},
                    "endTime": {"type": "number", "exclusiveMinimum": 0},
                    "title": {"type": "string", "minLength": 1},
                    "img": {"type": "string", "minLength": 1},
                    "url": {"type": "string", "minLength": 1},
                },
            },
        },
    },
}


def hls_chapters(text: str, end_ms: int) -> int:
    chapters = read_json(text)
    jsonschema.validate(chapters, HLS_CHAPTERS)
    assert [item["chapter"] for item in chapters] == list(range(1, len(chapters) + 1))
    starts = [item["start-time"] for item in chapters]
    check_ascending(starts, end_ms / 1000)
    for item, later in zip(chapters, [*starts, end_ms / 1000][1:], strict=True):
        # Binary fractions of a second add up to a hair more than the decimal ones.
        assert item["start-time"] + item["duration"] <= later + 1e-6
    return len(chapters)


ATTRIBUTE = re.compile(r'([A-Z0-9-]+)=("[^"\r\n]*"|[^",\s]+)(?:,|$)')


def hls_daterange(text: str, end_ms: int) -> int:
    first, *lines = text.removesuffix("\n").split("\n")
    tag, _, origin = first.partition(":")
    assert tag == "#EXT-X-PROGRAM-DATE-TIME"
    origin_at = datetime.fromisoformat(origin)
    ids = set()
    assert not re.search(r"\{\$[A-Za-z0-9_-]+\}", text)
    for line in lines:
        tag, _, rest = line.partition(":")
        assert tag == "#EXT-X-DATERANGE"
        assert ATTRIBUTE.sub("", rest) == ""
        found = ATTRIBUTE.findall(rest)
        values = {name: value.strip('"') for name, value in found}
        assert len(values) == len(found)
        assert SAFE_ID.fullmatch(values["ID"])
        ids.add(values["ID"])
        offset = (datetime.fromisoformat(values["START-DATE"]) - origin_at).total_seconds()
        assert re.fullmatch(r"\d+\.\d{3}", values["DURATION"])
        assert 0 <= offset < offset + float(values["DURATION"]) <= end_ms / 1000 + 1e-6
        assert values["CLASS"] == "kandian.pitch"
        check_one_line(values["X-TITLE"])
        for name in ("X-URL", "X-IMAGE"):
            check_link(values.get(name, "x"))
    assert len(ids) == len(lines)
    return len(lines)


def podcast(text: str, end_ms: int) -> int:
    value = read_json(text)
    jsonschema.validate(value, PODCAST)
    chapters = value["chapters"]
    check_spans([(item["startTime"], item["endTime"]) for item in chapters], end_ms / 1000)
    for item in chapters:
        check_one_line(item["title"])
        for name in ("img", "url"):
            check_link(item.get(name, "x"))
    return len(chapters)


def ffmetadata(text: str, end_ms: int) -> int:
    lines = text.removesuffix("\n").split("\n")
    assert lines[0] == ";FFMETADATA1"
    assert re.fullmatch(r"title=.+", lines[1])
    chapters = [lines[at : at + 5] for at in range(2, len(lines), 5)]
    spans = []
    for head, time_base, start, end, title in chapters:
        assert (head, time_base) == ("[CHAPTER]", "TIMEBASE=1/1000")
        assert re.fullmatch(r"title=(?:[^=;#\\]|\\[=;#\\])+", title)
        assert not title.endswith("\\")
        spans.append((int(start.removeprefix("START=")), int(end.removeprefix("END="))))
    check_spans(spans, end_ms)
    return len(chapters)


def youtube(text: str, end_ms: int) -> int:
    assert len(text.encode()) <= 5000
    assert not set("<>") & set(text)
    lines = text.splitlines()
    assert not lines or len(lines) >= 3
    starts = []
    for line in lines:
        clock, title = line.split(" ", 1)
        assert re.fullmatch(r"(?:[1-9]\d*:[0-5]\d|[1-5]?\d):[0-5]\d", clock)
        check_one_line(title)
        parts = [int(part) for part in clock.split(":")]
        starts.append(sum(part * 60**power for power, part in enumerate(reversed(parts))))
    if lines:
        assert starts[0] == 0
        ends = [*starts[1:], end_ms // 1000]
        assert all(end - start >= 10 for start, end in zip(starts, ends, strict=True))
    return len(lines)


def schemaorg(text: str, end_ms: int) -> int:
    page = Tags(f'<script type="application/ld+json">{text}</script><p>after</p>')
    assert [tag for tag, _ in page.tags] == ["script", "p"]
    value = read_json(text)
    assert (value["@context"], value["@type"]) == ("https://schema.org", "VideoObject")
    check_one_line(value["name"])
    assert re.fullmatch(r"PT\d+\.\d{3}S", value["duration"])
    clips = value["hasPart"]
    check_spans([(clip["startOffset"], clip["endOffset"]) for clip in clips], end_ms / 1000)
    for clip in clips:
        assert set(clip) == {"@type", "name", "startOffset", "endOffset", "url"}
        assert clip["url"] == f"#t={clip['startOffset']}"
    return len(clips)


def csv_rows(text: str, end_ms: int) -> int:
    assert text.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    for row in rows:
        assert None not in row
        assert None not in row.values()
        assert 0 <= int(row["start_ms"]) <= int(row["point_ms"]) < int(row["end_ms"]) <= end_ms
        for value in row.values():
            assert not value.lstrip(" ").startswith(tuple(SPREADSHEET_SIGNS))
            assert len(value.splitlines()) <= 1
        check_one_line(row["title"])
        check_link(row["url"].removeprefix("'") or "x")
    return len(rows)


def srt(text: str, end_ms: int) -> int:
    blocks = [block for block in text.split("\n\n") if block]
    spans = []
    for number, block in enumerate(blocks, 1):
        index, timing, title = block.removesuffix("\n").split("\n")
        assert index == str(number)
        assert not set("<>{}") & set(title)
        check_one_line(title)
        clocks = re.fullmatch(
            r"(\d{2,}):(\d\d):(\d\d),(\d{3}) --> (\d{2,}):(\d\d):(\d\d),(\d{3})", timing
        )
        assert clocks
        parts = [int(part) for part in clocks.groups()]
        start_ms, end = (
            (hours * 3600 + minutes * 60 + whole) * 1000 + rest
            for hours, minutes, whole, rest in (parts[:4], parts[4:])
        )
        spans.append((start_ms, end))
    check_spans(spans, end_ms)
    return len(blocks)


RULES: dict[str, Callable[[str, int], int]] = {
    "webvtt": webvtt_chapters,
    "webvtt-metadata": webvtt_metadata,
    "xgplayer": xgplayer,
    "artplayer": artplayer,
    "artplayer-chapter": artplayer_chapter,
    "dplayer": dplayer,
    "aliplayer": aliplayer,
    "videojs-markers": videojs_markers,
    "vidstack": vidstack,
    "plyr": plyr,
    "cloudinary": cloudinary,
    "imagekit": imagekit,
    "hls-chapters": hls_chapters,
    "hls-daterange": hls_daterange,
    "podcast": podcast,
    "ffmetadata": ffmetadata,
    "youtube": youtube,
    "schemaorg": schemaorg,
    "csv": csv_rows,
    "srt": srt,
}
