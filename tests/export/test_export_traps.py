"""One test per trap of a player: what it would drop, refuse, misread or run."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from pipeline.export.csv_table import guard_cell
from pipeline.export.escaping import script_safe_json, seconds, shorten, without_markup
from pipeline.export.formats import export_document
from pipeline.export.mp4_chapters import format_mp4_chapters
from pipeline.export.report import Fate
from tests.export.indexes import SCRIPT, make_highlight, make_index

ESCAPED = "&lt;img src=x onerror=alert(1)&gt;"
TWO = (
    make_highlight(61_200, 151_000, name="hl_1f"),
    make_highlight(200_000, 260_000, name="hl_2f", title="保温杯", product_id="P2"),
)


def written(name: str, *highlights: Any, **index: Any) -> Any:
    return json.loads(export_document(make_index(*(highlights or TWO), **index), name).text)


EXAMPLES: dict[str, Any] = {
    "xgplayer": [
        {"id": "hl_1f", "time": 61.2, "text": "护手霜", "duration": 1, "productId": "P1"},
        {"id": "hl_2f", "time": 200, "text": "保温杯", "duration": 1, "productId": "P2"},
    ],
    "artplayer": [{"time": 61.2, "text": "护手霜"}, {"time": 200, "text": "保温杯"}],
    "artplayer-chapter": [
        {"start": 61.2, "end": 151, "title": "护手霜"},
        {"start": 200, "end": 260, "title": "保温杯"},
    ],
    "dplayer": [{"text": "护手霜", "time": 61.2}, {"text": "保温杯", "time": 200}],
    "aliplayer": [
        {
            "offset": 61.2,
            "text": "护手霜",
            "isCustomized": True,
            "coverUrl": "https://shop.example/1.jpg",
            "title": "护手霜",
            "describe": "129.00",
            "productId": "P1",
            "highlightId": "hl_1f",
        },
        {
            "offset": 200,
            "text": "保温杯",
            "isCustomized": True,
            "coverUrl": "",
            "title": "保温杯",
            "describe": "",
            "productId": "P2",
            "highlightId": "hl_2f",
        },
    ],
    "videojs-markers": {
        "markerTip": {"display": True},
        "breakOverlay": {"display": False},
        "markers": [
            {"time": 61.2, "text": "护手霜", "productId": "P1", "highlightId": "hl_1f"},
            {"time": 200, "text": "保温杯", "productId": "P2", "highlightId": "hl_2f"},
        ],
    },
    "vidstack": [
        {"id": "hl_1f", "startTime": 61.2, "endTime": 151, "text": "护手霜", "productId": "P1"},
        {"id": "hl_2f", "startTime": 200, "endTime": 260, "text": "保温杯", "productId": "P2"},
    ],
    "plyr": {
        "enabled": True,
        "points": [{"time": 61, "label": "护手霜"}, {"time": 200, "label": "保温杯"}],
    },
    "cloudinary": {
        "startState": "openOnPlay",
        "products": [
            {
                "productId": "P1",
                "productName": "护手霜",
                "title": "护手霜",
                "startTime": 61.2,
                "endTime": 151,
                "publicId": "https://shop.example/1.jpg",
                "onClick": {"action": "seek", "args": {"time": "00:01:01"}},
            },
            {
                "productId": "P2",
                "productName": "保温杯",
                "title": "保温杯",
                "startTime": 200,
                "endTime": 260,
                "publicId": "P2",
                "onClick": {"action": "seek", "args": {"time": "00:03:20"}},
            },
        ],
    },
    "imagekit": {
        "startState": "openOnPlay",
        "products": [
            {
                "productId": 1,
                "sku": "P1",
                "productName": "护手霜",
                "imageUrl": "https://shop.example/1.jpg",
                "highlightTime": {"start": 61.2, "end": 151},
                "onClick": {"action": "seek", "args": {"time": "00:01:01"}},
            },
            {
                "productId": 2,
                "sku": "P2",
                "productName": "保温杯",
                "imageUrl": "",
                "highlightTime": {"start": 200, "end": 260},
                "onClick": {"action": "seek", "args": {"time": "00:03:20"}},
            },
        ],
    },
    "hls-chapters": [
        {
            "chapter": 1,
            "start-time": 61.2,
            "duration": 89.8,
            "titles": [{"language": "und", "title": "护手霜"}],
            "metadata": [
                {"key": "highlight-id", "value": "hl_1f"},
                {"key": "product-id", "value": "P1"},
                {"key": "product-price", "value": "129.00"},
                {"key": "product-url", "value": "https://shop.example/1"},
                {"key": "product-image", "value": "https://shop.example/1.jpg"},
            ],
        },
        {
            "chapter": 2,
            "start-time": 200,
            "duration": 60,
            "titles": [{"language": "und", "title": "保温杯"}],
            "metadata": [
                {"key": "highlight-id", "value": "hl_2f"},
                {"key": "product-id", "value": "P2"},
            ],
        },
    ],
    "podcast": {
        "version": "1.2.0",
        "title": "周三 晚场",
        "chapters": [
            {
                "startTime": 61.2,
                "endTime": 151,
                "title": "护手霜",
                "img": "https://shop.example/1.jpg",
                "url": "https://shop.example/1",
            },
            {"startTime": 200, "endTime": 260, "title": "保温杯"},
        ],
    },
    "schemaorg": {
        "@context": "https://schema.org",
        "@type": "VideoObject",
        "name": "周三 晚场",
        "duration": "PT600.000S",
        "uploadDate": "2026-11-11T12:00:00.005Z",
        "contentUrl": "replay.mp4",
        "hasPart": [
            {
                "@type": "Clip",
                "name": "护手霜",
                "startOffset": 61.2,
                "endOffset": 151,
                "url": "#t=61.2",
            },
            {
                "@type": "Clip",
                "name": "保温杯",
                "startOffset": 200,
                "endOffset": 260,
                "url": "#t=200",
            },
        ],
    },
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_shape_by_example(name: str) -> None:
    assert written(name) == EXAMPLES[name]


TEXTS = {
    "ffmetadata": (
        ";FFMETADATA1\ntitle=周三 晚场\n"
        "[CHAPTER]\nTIMEBASE=1/1000\nSTART=61200\nEND=151000\ntitle=护手霜\n"
        "[CHAPTER]\nTIMEBASE=1/1000\nSTART=200000\nEND=260000\ntitle=保温杯\n"
    ),
    "youtube": "0:00 周三 晚场\n1:01 护手霜\n3:20 保温杯\n",
    "srt": (
        "1\n00:01:01,200 --> 00:02:31,000\n护手霜\n\n2\n00:03:20,000 --> 00:04:20,000\n保温杯\n"
    ),
    "hls-daterange": (
        "#EXT-X-PROGRAM-DATE-TIME:2026-11-11T12:00:00.005Z\n"
        '#EXT-X-DATERANGE:ID="hl_1f",CLASS="kandian.pitch",START-DATE="2026-11-11T12:01:01.205Z",'
        'DURATION=89.800,X-PRODUCT-ID="P1",X-TITLE="护手霜",X-CONFIDENCE=0.9000,X-PRICE="129.00",'
        'X-URL="https://shop.example/1",X-IMAGE="https://shop.example/1.jpg"\n'
        '#EXT-X-DATERANGE:ID="hl_2f",CLASS="kandian.pitch",START-DATE="2026-11-11T12:03:20.005Z",'
        'DURATION=60.000,X-PRODUCT-ID="P2",X-TITLE="保温杯",X-CONFIDENCE=0.9000\n'
    ),
    "csv": (
        "\ufeffhighlight_id,product_id,title,start,end,start_ms,end_ms,point_ms,confidence,status,"
        "price,url\r\n"
        "hl_1f,P1,护手霜,0:01:01,0:02:31,61200,151000,61200,0.9000,published,129.00,"
        "https://shop.example/1\r\n"
        "hl_2f,P2,保温杯,0:03:20,0:04:20,200000,260000,200000,0.9000,published,,\r\n"
    ),
}


@pytest.mark.parametrize("name", TEXTS)
def test_the_text_by_example(name: str) -> None:
    assert export_document(make_index(*TWO), name).text == TEXTS[name]


# Each: format, where its first time is, and what it must be for a pitch that begins at 0.
AT_ZERO = {
    "dplayer": (lambda value: value[0]["time"], 0.001),
    "plyr": (lambda value: value["points"][0]["time"], 1),
    "cloudinary": (lambda value: value["products"][0]["startTime"], 0.001),
    "artplayer": (lambda value: value[0]["time"], 0),
    "aliplayer": (lambda value: value[0]["offset"], 0),
    "xgplayer": (lambda value: value[0]["time"], 0),
    "videojs-markers": (lambda value: value["markers"][0]["time"], 0),
    "vidstack": (lambda value: value[0]["startTime"], 0),
    "hls-chapters": (lambda value: value[0]["start-time"], 0),
}


@pytest.mark.parametrize("name", AT_ZERO)
def test_a_pitch_at_0_is_moved_only_where_the_player_would_drop_it(name: str) -> None:
    find, expected = AT_ZERO[name]
    exported = export_document(make_index(make_highlight(0, 30_000)), name)
    assert find(json.loads(exported.text)) == expected
    told = [change.fate for change in exported.report.changes]
    assert told == ([Fate.MOVED] if expected else [])


@pytest.mark.parametrize("replay_ms", [59_700, 60_000, 60_400], ids=["shorter", "equal", "longer"])
def test_artplayer_chapters_end_before_the_recording_and_its_replay_do(replay_ms: int) -> None:
    index = make_index(make_highlight(40_000, 60_000), duration_ms=60_000)
    index = replace(index, media=(replace(index.media[0], duration_ms=replay_ms),))
    exported = export_document(index, "artplayer-chapter")
    (chapter,) = json.loads(exported.text)
    assert chapter["end"] == (min(replay_ms, 60_000) - 100) / 1000
    assert [change.fate for change in exported.report.changes] == [Fate.MOVED]


AS_HTML = {
    "dplayer": lambda value: value[0]["text"],
    "artplayer": lambda value: value[0]["text"],
    "plyr": lambda value: value["points"][0]["label"],
}
AS_TEXT = {
    "artplayer-chapter": lambda value: value[0]["title"],
    "xgplayer": lambda value: value[0]["text"],
    "videojs-markers": lambda value: value["markers"][0]["text"],
    "vidstack": lambda value: value[0]["text"],
    "cloudinary": lambda value: value["products"][0]["title"],
    "imagekit": lambda value: value["products"][0]["productName"],
    "hls-chapters": lambda value: value[0]["titles"][0]["title"],
    "podcast": lambda value: value["chapters"][0]["title"],
    "schemaorg": lambda value: value["hasPart"][0]["name"],
}


@pytest.mark.parametrize("name", AS_HTML)
def test_a_player_that_pastes_html_gets_it_escaped(name: str) -> None:
    nasty = make_highlight(60_000, 90_000, title=f"{SCRIPT} \"a\" 'b' & c")
    text = AS_HTML[name](written(name, nasty))
    assert text == f"{ESCAPED} &quot;a&quot; &#x27;b&#x27; &amp; c"


@pytest.mark.parametrize("name", AS_TEXT)
def test_a_player_that_sets_text_gets_it_as_it_is(name: str) -> None:
    nasty = make_highlight(60_000, 90_000, title=SCRIPT)
    assert AS_TEXT[name](written(name, nasty)) == SCRIPT


def test_a_closed_player_gets_look_alikes() -> None:
    assert without_markup("<b> \"a\" 'b' `c` &") == "‹b› ”a” ’b’ ’c’ &"
    (marker,) = written("aliplayer", make_highlight(60_000, 90_000, title=SCRIPT))
    assert marker["text"] == marker["title"] == "‹img src=x onerror=alert(1)›"


def test_plyr_shows_a_label_only_at_whole_seconds() -> None:
    value = written("plyr", make_highlight(61_999, 90_000), duration_ms=600_500)
    assert value["points"] == [{"time": 61, "label": "护手霜"}]


def test_plyr_has_no_room_in_a_second() -> None:
    exported = export_document(make_index(make_highlight(0, 900), duration_ms=1_000), "plyr")
    assert json.loads(exported.text)["points"] == []
    assert [change.fate for change in exported.report.changes] == [Fate.DROPPED]


@pytest.mark.parametrize("name", ["cloudinary", "imagekit"])
def test_a_product_pitched_twice_has_two_entries(name: str) -> None:
    value = written(name, make_highlight(10_000, 20_000), make_highlight(90_000, 99_000))
    key = {"cloudinary": "productId", "imagekit": "sku"}[name]
    assert [item[key] for item in value["products"]] == ["P1", "P1"]


def test_imagekit_ids_are_numbers_of_their_own() -> None:
    value = written("imagekit", make_highlight(10_000, 20_000), make_highlight(90_000, 99_000))
    assert [item["productId"] for item in value["products"]] == [1, 2]


# What a dot says when two pitches lie on top of each other, by the format's own escape.
def test_dots_too_near_share_one_that_names_both() -> None:
    near = (
        make_highlight(0, 400, name="hl_1", title="a<b"),
        make_highlight(500, 900, name="hl_2", title="c"),
    )
    (dot,) = written("xgplayer", *near)
    assert (dot["id"], dot["text"]) == ("hl_1", "a<b / c")
    (dot,) = written("dplayer", *near)
    assert dot["text"] == "a&lt;b / c"


def test_dots_stand_where_a_click_should_jump_to() -> None:
    (dot,) = written("xgplayer", make_highlight(60_000, 90_000, point_ms=63_500))
    assert dot["time"] == 63.5


def test_a_range_without_a_wall_clock_counts_from_1970() -> None:
    text = export_document(make_index(*TWO, started_at=None), "hls-daterange").text
    lines = text.splitlines()
    assert lines[0] == "#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:00.000Z"
    assert 'START-DATE="1970-01-01T00:01:01.200Z"' in lines[1]


QUOTED = {
    "quotes": ('a "b" c', "a ”b” c"),
    "line break": ("a\r\n#EXT-X-ENDLIST", "a #EXT-X-ENDLIST"),
    "variable": ("{$token} {x}", "{ $token} {x}"),
}


@pytest.mark.parametrize("case", QUOTED)
def test_a_title_stays_inside_its_attribute(case: str) -> None:
    title, shown = QUOTED[case]
    document = make_index(make_highlight(60_000, 90_000, title=title))
    text = export_document(document, "hls-daterange").text
    assert f',X-TITLE="{shown}",X-CONFIDENCE=' in text
    assert len(text.splitlines()) == 2


CELLS = {
    "formula": ("=1+1", "'=1+1"),
    "plus": ("+1", "'+1"),
    "minus": ("-1", "'-1"),
    "at": ("@SUM(1)", "'@SUM(1)"),
    "tab": ("\t=1", "'=1"),
    "line break": ("\r\n=1", "'=1"),
    "control": ("\x00=1", "'=1"),
    "full width": ("＝1", "'＝1"),
    "inside": ("a=1", "a=1"),
    "harmless": ("护手霜, 大", "护手霜, 大"),
}


@pytest.mark.parametrize("case", CELLS)
def test_no_cell_is_computed(case: str) -> None:
    raw, shown = CELLS[case]
    assert guard_cell(raw) == shown
    text = export_document(make_index(make_highlight(0, 1_000, title=raw)), "csv").text
    (row,) = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    assert row["title"] == shown


SUBTITLES = {
    "tags": ("<b>a</b>", "‹b›a‹/b›"),
    "styles": ("{\\an8}a", "(\\an8)a"),
    "arrow": ("a --> b", "a --› b"),
}


@pytest.mark.parametrize("case", SUBTITLES)
def test_a_subtitle_has_no_markup(case: str) -> None:
    title, shown = SUBTITLES[case]
    text = export_document(make_index(make_highlight(0, 1_000, title=title)), "srt").text
    assert text.splitlines()[2] == shown


VALUES = {
    "equals": ("a=b", "a\\=b"),
    "comment": (";#", "\\;\\#"),
    "backslash": ("a\\b", "a\\\\b"),
    "backslash at the end": ("a\\", "a\\\\ "),
    "section": ("[CHAPTER]", "[CHAPTER]"),
    "line break": ("a\nEND=1", "a END\\=1"),
}


@pytest.mark.parametrize("case", VALUES)
def test_an_ffmetadata_value_is_escaped(case: str) -> None:
    title, shown = VALUES[case]
    text = export_document(make_index(make_highlight(0, 1_000, title=title)), "ffmetadata").text
    assert text.splitlines()[-1] == f"title={shown}"


def youtube(*starts_s: int, duration_s: int = 600, **options: Any) -> list[str]:
    highlights = [
        make_highlight(start * 1000, start * 1000 + 900, title=f"t{start}", **options)
        for start in starts_s
    ]
    text = export_document(make_index(*highlights, duration_ms=duration_s * 1000), "youtube").text
    return text.splitlines()


DESCRIPTIONS = {
    "an opening line": ((60, 120), 600, ["0:00 周三 晚场", "1:00 t60", "2:00 t120"]),
    "a pitch at 0": ((0, 60, 120), 600, ["0:00 t0", "1:00 t60", "2:00 t120"]),
    "a pitch soon after 0": ((4, 60, 120), 600, ["0:00 t4", "1:00 t60", "2:00 t120"]),
    "hours": ((60, 3_700), 4_000, ["0:00 周三 晚场", "1:00 t60", "1:01:40 t3700"]),
    "ten seconds apart": ((10, 20, 30), 40, ["0:00 周三 晚场", "0:10 t10", "0:20 t20", "0:30 t30"]),
    "nearer than ten seconds": ((60, 69, 120), 600, ["0:00 周三 晚场", "1:00 t60", "2:00 t120"]),
    "too short an end": ((60, 120, 595), 600, ["0:00 周三 晚场", "1:00 t60", "2:00 t120"]),
    "too few": ((60,), 600, []),
    "too few at 0": ((0, 60), 600, []),
    "none": ((), 600, []),
}


@pytest.mark.parametrize("case", DESCRIPTIONS)
def test_youtube_lines_are_ones_that_it_makes_chapters_of(case: str) -> None:
    starts_s, duration_s, lines = DESCRIPTIONS[case]
    assert youtube(*starts_s, duration_s=duration_s) == lines


def test_of_youtube_chapters_too_near_the_surer_one_stays() -> None:
    highlights = (
        make_highlight(60_000, 64_000, title="less", confidence=0.7),
        make_highlight(65_000, 90_000, title="more", confidence=0.9),
        make_highlight(120_000, 150_000, title="other"),
    )
    exported = export_document(make_index(*highlights), "youtube")
    assert exported.text.splitlines()[1:] == ["1:05 more", "2:00 other"]
    assert [change.highlight_id for change in exported.report.changes] == ["hl_ea60"]


def test_a_youtube_description_that_is_too_long_loses_the_least_sure() -> None:
    crowd = [
        make_highlight(at * 60_000, at * 60_000 + 50_000, title="护" * 200, confidence=at / 100)
        for at in range(100)
    ]
    exported = export_document(make_index(*crowd, duration_ms=6_000_000), "youtube")
    lines = exported.text.splitlines()
    assert 4_700 < len(exported.text.encode()) <= 5_000
    assert lines[0] == "0:00 周三 晚场"
    assert lines[-1].startswith("1:39:00 护护")
    kept = [change.fate for change in exported.report.changes].count(Fate.SHORTENED)
    assert kept == len(lines) - 1
    assert "…" in lines[1]


def test_a_film_has_chapters_from_its_first_to_its_last_moment() -> None:
    text = format_mp4_chapters(
        make_index(
            make_highlight(4_000, 20_000, title="a"),
            make_highlight(25_000, 40_000, title="b"),
            make_highlight(90_000, 99_000, title="c"),
            duration_ms=100_000,
        )
    ).text
    lines = text.splitlines()[2:]
    chapters = [(lines[at + 2], lines[at + 3], lines[at + 4]) for at in range(0, len(lines), 5)]
    assert chapters == [
        ("START=0", "END=25000", "title=a"),
        ("START=25000", "END=40000", "title=b"),
        ("START=40000", "END=90000", "title=周三 晚场"),
        ("START=90000", "END=100000", "title=c"),
    ]


def test_a_film_without_pitches_has_no_chapters() -> None:
    assert "[CHAPTER]" not in format_mp4_chapters(make_index()).text


def test_a_chapter_of_a_film_is_named_in_255_bytes() -> None:
    exported = format_mp4_chapters(make_index(make_highlight(60_000, 90_000, title="护" * 200)))
    longest = max(len(line.removeprefix("title=").encode()) for line in exported.text.splitlines())
    assert 252 < longest <= 255
    assert [change.fate for change in exported.report.changes] == [Fate.SHORTENED]


SHORTENED = [("护手霜护手霜", 10, "护手…"), ("abc", 3, "abc"), ("abcd", 3, "…"), ("😀😀", 7, "😀…")]


@pytest.mark.parametrize(("text", "most", "shown"), SHORTENED)
def test_titles_are_cut_between_characters(text: str, most: int, shown: str) -> None:
    assert shorten(text, max_bytes=most) == shown


def test_json_ends_no_script() -> None:
    text = script_safe_json("</script>\u2028&")
    assert text == '"\\u003c/script\\u003e\\u2028\\u0026"\n'
    assert json.loads(text) == "</script>\u2028&"


@pytest.mark.parametrize(("at_ms", "value"), [(0, 0), (1, 0.001), (61_200, 61.2), (2_000, 2)])
def test_seconds_are_exact_and_whole_ones_integers(at_ms: int, value: float) -> None:
    assert seconds(at_ms) == value
    assert isinstance(seconds(at_ms), type(value))


def test_unknown_start_of_the_show_leaves_no_upload_date() -> None:
    assert "uploadDate" not in written("schemaorg", started_at=None)
    known = written("schemaorg", started_at=datetime(2026, 1, 2, tzinfo=UTC))
    assert known["uploadDate"] == "2026-01-02T00:00:00Z"
