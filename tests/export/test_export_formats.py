"""What players read: JSON that satisfies its schema, WebVTT that a reader reads back."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import jsonschema
import pytest
import webvtt
from hypothesis import given, settings
from hypothesis import strategies as st

from models.catalogue import Product
from models.document import IndexDocument, IndexProvenance
from models.errors import InputError
from models.highlight import Evidence, EvidenceKind, Highlight, Mention, Source, Status
from models.recording import MediaKind, Recording, Rendition
from models.span import Span
from pipeline.export.formats import FORMATS, format_document
from pipeline.export.index_json import format_moment, format_price, load_schema, to_json, web_url
from pipeline.export.webvtt import format_cue_text, format_timestamp, to_webvtt

settings.register_profile("no-deadline", deadline=None)
settings.load_profile("no-deadline")

NASTY = [
    "护手霜",
    "a & b < c > d",
    "--> 00:00:01.000",
    "one\n\ntwo\r\nthree\rfour",
    "</v><script>alert(1)</script>",
    "&amp; &lt;",
    "\u2028line\u2029para\x85next\x0b\x0c\x1c",
    "NOTE",
    "STYLE",
    "WEBVTT",
    "nul\x00bell\x07",
    "half \ud83d pair",
    "   \u3000 ",
    "😀 e\u0301",
    "{\\an8}",
]
titles = st.sampled_from(NASTY) | st.text(st.characters(), max_size=30)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
moments = st.none() | st.builds(
    datetime.fromtimestamp,
    st.floats(0, 4e9),
    st.integers(-14, 14).map(lambda hours: timezone(timedelta(hours=hours))),
)
prices = st.decimals(min_value=0, max_value=10**9, allow_nan=False, places=2) | st.none()
provenance = IndexProvenance("faster-whisper", "base", "ab", "k", "0.1", "t")


def make_recording(duration_ms: int = 300_000) -> Recording:
    started_at = datetime(2026, 11, 11, 20, tzinfo=timezone(timedelta(hours=8)))
    return Recording(
        "晚场", "sha256:" + "1" * 64, "周三 晚场", MediaKind.FILE, duration_ms, started_at
    )


def make_document(*highlights: Highlight) -> IndexDocument:
    return IndexDocument(
        revision=3,
        recording=make_recording(),
        media=(Rendition("a.mp4", "video/mp4", "avc1.64001f", 720, 1280, 9, 300_000),),
        products=(
            Product("P1", "护手霜", price=Decimal("129.00"), url="https://shop.example/1"),
            Product("P2", "保温杯", image="javascript:alert(1)"),
        ),
        highlights=highlights or (make_highlight(),),
        mentions=(Mention("P2", 1),),
        removed=("hl_dead",),
        provenance=provenance,
    )


def make_highlight(title: str = "护手霜", start_ms: int = 61_200, name: str = "hl_1") -> Highlight:
    return Highlight(
        id=name,
        product_id="P1",
        title=title,
        span=Span(start_ms, start_ms + 1_500),
        point_ms=start_ms,
        confidence=0.97,
        status=Status.PUBLISHED,
        source=Source.DETECTED,
        evidence=(Evidence(EvidenceKind.LINK_NUMBER, "一号链接", start_ms, 2.1),),
    )


@st.composite
def documents(draw: st.DrawFn) -> IndexDocument:
    names = draw(st.lists(texts.filter(str.strip), min_size=1, max_size=3, unique=True))
    products = tuple(
        Product(name, draw(titles.filter(str.strip)), price=draw(prices), url=draw(titles))
        for name in names
    )
    cuts = sorted(draw(st.sets(st.integers(0, 10**8), max_size=8)))
    highlights = tuple(
        Highlight(
            id=f"hl_{index}",
            product_id=draw(st.sampled_from(names)),
            title=draw(titles),
            span=Span(start_ms, end_ms),
            point_ms=draw(st.integers(start_ms, end_ms - 1)),
            confidence=draw(st.floats(0, 1)),
            status=draw(st.sampled_from([Status.PUBLISHED, Status.REVIEW])),
            source=draw(st.sampled_from(list(Source))),
            evidence=tuple(
                Evidence(kind, draw(titles), start_ms, draw(st.floats(-50, 50)))
                for kind in draw(st.lists(st.sampled_from(list(EvidenceKind)), max_size=2))
            ),
        )
        for index, (start_ms, end_ms) in enumerate(zip(cuts[::2], cuts[1::2], strict=False))
    )
    return IndexDocument(
        revision=draw(st.integers(1, 10**6)),
        recording=replace(make_recording(10**8), title=draw(titles), started_at=draw(moments)),
        media=(),
        products=products,
        highlights=highlights,
        mentions=tuple(Mention(name, 0) for name in draw(st.lists(st.sampled_from(names)))),
        removed=tuple(draw(st.sets(st.integers(0, 99).map("hl_{:x}".format)))),
        provenance=provenance,
    )


@pytest.fixture(scope="module")
def validator() -> Any:
    schema = load_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_the_contract_by_example() -> None:
    assert json.loads(to_json(make_document())) == {
        "schema": "kandian.index/1",
        "revision": 3,
        "recording": {
            "id": "晚场",
            "title": "周三 晚场",
            "duration_ms": 300_000,
            "started_at": "2026-11-11T12:00:00Z",
            "media": [
                {
                    "url": "a.mp4",
                    "mime": "video/mp4",
                    "codecs": "avc1.64001f",
                    "width": 720,
                    "height": 1280,
                    "bytes": 9,
                }
            ],
        },
        "products": [
            {
                "id": "P1",
                "title": "护手霜",
                "price": "129.00",
                "url": "https://shop.example/1",
                "image": None,
            },
            {"id": "P2", "title": "保温杯", "price": None, "url": None, "image": None},
        ],
        "highlights": [
            {
                "id": "hl_1",
                "product_id": "P1",
                "title": "护手霜",
                "start_ms": 61_200,
                "end_ms": 62_700,
                "point_ms": 61_200,
                "confidence": 0.97,
                "status": "published",
                "source": "detected",
                "evidence": [
                    {"kind": "link_no", "text": "一号链接", "at_ms": 61_200, "weight": 2.1}
                ],
            }
        ],
        "mentions": [{"product_id": "P2", "at_ms": 1}],
        "removed": ["hl_dead"],
        "provenance": {
            "engine": "faster-whisper",
            "model": "base",
            "weights_sha256": "ab",
            "config": "k",
            "version": "0.1",
            "transcript_key": "t",
        },
    }


@given(document=documents())
def test_every_document_satisfies_the_schema(validator: Any, document: IndexDocument) -> None:
    text = to_json(document)
    validator.validate(json.loads(text.encode("utf-8")))
    assert text == to_json(document)


@given(document=documents())
def test_what_was_written_is_read_back(document: IndexDocument) -> None:
    value = json.loads(to_json(document))
    started_at = value["recording"]["started_at"]
    if document.recording.started_at is None:
        assert started_at is None
    else:
        difference = document.recording.started_at - datetime.fromisoformat(started_at)
        assert timedelta(0) <= difference < timedelta(milliseconds=1)
    for written, product in zip(value["products"], document.products, strict=True):
        assert written["id"] == product.id
        price = None if written["price"] is None else Decimal(written["price"])
        assert (price, str(price)) == (product.price, str(product.price))
    for written, highlight in zip(value["highlights"], document.highlights, strict=True):
        assert written["id"] == highlight.id
        assert written["product_id"] == highlight.product_id
        assert written["title"] == highlight.title.encode("utf-8", "replace").decode()
        assert Span(written["start_ms"], written["end_ms"]) == highlight.span
        assert written["point_ms"] == highlight.point_ms
        assert written["confidence"] == pytest.approx(highlight.confidence, abs=5e-5)
        assert Status(written["status"]) is highlight.status
        assert Source(written["source"]) is highlight.source
        kinds = [EvidenceKind(item["kind"]) for item in written["evidence"]]
        assert kinds == [item.kind for item in highlight.evidence]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda value: value.update(schema="kandian.index/2"),
        lambda value: value.update(revision=0),
        lambda value: value.update(extra=1),
        lambda value: value.pop("removed"),
        lambda value: value["products"][0].update(price=129.0),
        lambda value: value["products"][0].update(price="1.29E+2"),
        lambda value: value["recording"].update(started_at="2026-11-11T20:00:00+08:00"),
        lambda value: value["highlights"][0].update(status="dropped"),
        lambda value: value["highlights"][0].update(start_ms=1.5),
        lambda value: value["highlights"][0].update(id="hl_x --> y"),
        lambda value: value["highlights"][0]["evidence"][0].update(kind="magic"),
    ],
    ids=[
        "schema",
        "revision",
        "unknown-key",
        "missing-key",
        "price-as-number",
        "price-with-exponent",
        "started-at-not-utc",
        "dropped",
        "fraction-of-a-millisecond",
        "id-that-breaks-webvtt",
        "evidence-kind",
    ],
)
def test_the_schema_refuses(validator: Any, spoil: Any) -> None:
    value = json.loads(to_json(make_document()))
    validator.validate(value)
    spoil(value)
    assert list(validator.iter_errors(value))


@pytest.mark.parametrize(
    ("price", "text"),
    [("129.00", "129.00"), ("0", "0"), ("1E+3", "1000"), ("0.10", "0.10"), ("1E-3", "0.001")],
)
def test_prices_are_plain_digits(price: str, text: str) -> None:
    assert format_price(Decimal(price)) == text


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2026, 11, 11, 12, tzinfo=UTC), "2026-11-11T12:00:00Z"),
        (
            datetime(2026, 11, 11, 20, tzinfo=timezone(timedelta(hours=8))),
            "2026-11-11T12:00:00Z",
        ),
        (datetime(2026, 11, 11, 12, 0, 0, 5_999, tzinfo=UTC), "2026-11-11T12:00:00.005Z"),
    ],
    ids=["utc", "offset", "milliseconds"],
)
def test_moments_are_utc(moment: datetime, text: str) -> None:
    assert format_moment(moment) == text


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://shop.example/a?b=c#d", "https://shop.example/a?b=c#d"),
        ("HTTP://shop.example", "HTTP://shop.example"),
        ("//cdn.example/a.jpg", "//cdn.example/a.jpg"),
        ("images/面霜:1.jpg", "images/面霜:1.jpg"),
        ("", None),
        ("  ", None),
        ("javascript:alert(1)", None),
        (" JavaScript:alert(1)", None),
        ("java\tscript:alert(1)", None),
        ("\x01javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("file:///etc/passwd", None),
    ],
)
def test_only_web_urls_reach_a_player(url: str, expected: str | None) -> None:
    assert web_url(url) == expected


def read_cues(text: str) -> list[webvtt.Caption]:
    return list(webvtt.from_buffer(io.StringIO(text)))


def unescape(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


@given(documents())
def test_a_webvtt_reader_reads_every_cue_back(document: IndexDocument) -> None:
    text = to_webvtt(document)
    text.encode("utf-8")
    cues = read_cues(text)
    assert [cue.identifier for cue in cues] == [item.id for item in document.highlights]
    for cue, highlight in zip(cues, document.highlights, strict=True):
        assert (cue.start, cue.end) == (
            format_timestamp(highlight.span.start_ms),
            format_timestamp(highlight.span.end_ms),
        )
    assert text.count("-->") == len(cues)


@given(titles)
def test_cue_text_is_one_harmless_line(title: str) -> None:
    text = format_cue_text(title)
    assert len(text.splitlines()) <= 1
    assert "<" not in text
    assert ">" not in text
    assert "&" not in text.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "")
    assert (
        "".join(unescape(text).split())
        == "".join(
            char for char in "".join(title.split()) if char.isprintable() or ord(char) > 0x9F
        )
        .encode("utf-8", "ignore")
        .decode()
    )


@pytest.mark.parametrize("title", NASTY)
def test_nasty_titles_stay_in_their_cue(title: str) -> None:
    second = make_highlight("第二", 90_000, "hl_2")
    cues = read_cues(to_webvtt(make_document(make_highlight(title), second)))
    assert [cue.identifier for cue in cues] == ["hl_1", "hl_2"]
    assert cues[0].raw_text == (format_cue_text(title) or "P1")
    assert cues[1].raw_text == "第二"


def test_webvtt_by_example() -> None:
    document = make_document(
        make_highlight("面霜 <50 g> & 小样"), make_highlight("b", 3_725_005, "hl_2")
    )
    document = replace(document, recording=make_recording(4_000_000))
    assert to_webvtt(document) == (
        "WEBVTT\n"
        "\n"
        "hl_1\n"
        "00:01:01.200 --> 00:01:02.700\n"
        "面霜 &lt;50 g&gt; &amp; 小样\n"
        "\n"
        "hl_2\n"
        "01:02:05.005 --> 01:02:06.505\n"
        "b\n"
    )


def test_a_document_without_highlights_is_still_a_webvtt_file() -> None:
    assert to_webvtt(replace(make_document(), highlights=())) == "WEBVTT\n"


@pytest.mark.parametrize(
    ("at_ms", "text"),
    [(0, "00:00:00.000"), (59_999, "00:00:59.999"), (360_000_001, "100:00:00.001")],
)
def test_timestamps(at_ms: int, text: str) -> None:
    assert format_timestamp(at_ms) == text


@pytest.mark.parametrize("name", list(FORMATS))
def test_formats_are_chosen_by_name(name: str) -> None:
    assert format_document(make_document(), name) == FORMATS[name](make_document()).text


def test_an_unknown_format_is_refused_with_the_choices() -> None:
    with pytest.raises(InputError, match=r"'xml'.*json, webvtt.*, srt"):
        format_document(make_document(), "xml")
