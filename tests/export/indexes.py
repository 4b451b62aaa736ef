"""Indexes to export: small ones by hand, and any index at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

from hypothesis import strategies as st

from models.catalogue import Product
from models.document import IndexDocument, IndexProvenance
from models.highlight import Evidence, EvidenceKind, Highlight, Source, Status
from models.recording import MediaKind, Recording, Rendition
from models.span import Span

SCRIPT = "<img src=x onerror=alert(1)>"
HOSTILE = (
    SCRIPT,
    "</script><script>alert(1)</script>",
    '" onmouseover="alert(1)" x="',
    "' onmouseover='alert(1)",
    "`${alert(1)}` {$undefined} {{alert(1)}}",
    "--> 00:00:01.000",
    "one\n\ntwo\r\nthree\rfour\u2028five\u2029six\x85seven",
    "=HYPERLINK(1)",
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1)",
    "\t=1",
    "＝1",
    "a=b;c#d\\e\\",
    "[CHAPTER]",
    "{\\an8}{\\fs200}big",
    "&lt;b&gt; &amp; &",
    "nul\x00bell\x07",
    "half \ud83d pair \udc00",
    "\ud800",
    " \u3000 ",
    "😀👩‍👩‍👧 e\u0301",
    "护" * 200,
    "😀" * 200,
    "مرحبا \u202eبالعالم עברית",
    "NOTE",
    "WEBVTT",
    "#EXT-X-ENDLIST",
    '"quoted", and, commas',
)
LINKS = (
    "https://shop.example/1?a=b&c=d#e",
    "images/面霜.jpg",
    "",
    "javascript:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,<script>",
    'https://shop.example/"><script>',
    "https://shop.example/a\nb",
    "=cmd",
    "https://shop.example/\ud83d",
)
PROVENANCE = IndexProvenance("faster-whisper", "base", "ab", "k", "0.1", "t")
STARTED_AT = datetime(2026, 11, 11, 20, 0, 0, 5_900, tzinfo=timezone(timedelta(hours=8)))

titles = st.sampled_from(HOSTILE) | st.text(st.characters(), max_size=40)
links = st.sampled_from(LINKS) | st.text(st.characters(), max_size=20)
visible = st.text(st.characters(), min_size=1, max_size=20).filter(str.strip)


def make_highlight(
    start_ms: int,
    end_ms: int,
    *,
    name: str = "",
    title: str = "护手霜",
    product_id: str = "P1",
    confidence: float = 0.9,
    point_ms: int | None = None,
) -> Highlight:
    return Highlight(
        id=name or f"hl_{start_ms:x}",
        product_id=product_id,
        title=title,
        span=Span(start_ms, end_ms),
        point_ms=start_ms if point_ms is None else point_ms,
        confidence=confidence,
        status=Status.PUBLISHED,
        source=Source.DETECTED,
        evidence=(Evidence(EvidenceKind.LINK_NUMBER, "一号链接 --> <b>", start_ms, 2.1),),
    )


def make_index(
    *highlights: Highlight,
    duration_ms: int = 600_000,
    started_at: datetime | None = STARTED_AT,
    title: str = "周三 晚场",
) -> IndexDocument:
    recording = Recording(
        "show", "sha256:" + "1" * 64, title, MediaKind.FILE, duration_ms, started_at
    )
    return IndexDocument(
        revision=3,
        recording=recording,
        media=(Rendition("replay.mp4", "video/mp4", "avc1.64001f", 720, 1280, 9, duration_ms),),
        products=(
            Product(
                "P1",
                "护手霜",
                price=Decimal("129.00"),
                url="https://shop.example/1",
                image="https://shop.example/1.jpg",
            ),
            Product("P2", "保温杯", image="javascript:alert(1)", url="javascript:alert(1)"),
        ),
        highlights=highlights,
        mentions=(),
        removed=(),
        provenance=PROVENANCE,
    )


@st.composite
def indexes(draw: st.DrawFn, most: int = 2000) -> IndexDocument:
    """Draw any index: 0 to `most` highlights, touching or apart, from 0 to the end and beyond it.

    A long index repeats a few drawn titles, lengths and gaps, so that it costs few choices.
    """
    count = draw(st.integers(0, 6) | st.integers(0, most))
    named = draw(st.lists(titles, min_size=1, max_size=6))
    lengths = draw(st.lists(st.integers(1, 200_000) | st.just(1), min_size=1, max_size=5))
    gaps = draw(st.lists(st.just(0) | st.integers(0, 60_000), min_size=1, max_size=5))
    sure = draw(st.lists(st.floats(0, 1), min_size=1, max_size=5))
    prefixes = draw(st.lists(st.just("hl_") | visible, min_size=1, max_size=3))
    ids = draw(st.lists(visible, min_size=1, max_size=4, unique=True))
    products = tuple(
        Product(
            product_id,
            draw(visible),
            price=draw(st.none() | st.decimals(0, 10**6, places=2)),
            url=draw(links),
            image=draw(links),
        )
        for product_id in ids
    )
    cursor_ms = draw(st.sampled_from([0, 0, 1, 999, 1_000, 9_999]) | st.integers(0, 10**6))
    highlights = []
    for at in range(count):
        end_ms = cursor_ms + lengths[at % len(lengths)]
        highlights.append(
            make_highlight(
                cursor_ms,
                end_ms,
                name=f"{prefixes[at % len(prefixes)]}{at:x}",
                title=named[at % len(named)],
                product_id=ids[at % len(ids)],
                confidence=sure[at % len(sure)],
                point_ms=cursor_ms + (end_ms - cursor_ms - 1) * (at % 2),
            )
        )
        cursor_ms = end_ms + gaps[at % len(gaps)]
    last_ms = highlights[-1].span.end_ms if highlights else 1
    duration_ms = draw(
        st.sampled_from([last_ms, last_ms + 1, last_ms + 60_000, max(1, last_ms // 2)])
        | st.integers(1, 10**8)
    )
    recording = Recording(
        "晚场",
        "sha256:" + "1" * 64,
        draw(titles),
        MediaKind.FILE,
        duration_ms,
        draw(st.none() | st.just(STARTED_AT) | st.just(datetime(2020, 2, 29, tzinfo=UTC))),
    )
    return IndexDocument(
        revision=1,
        recording=recording,
        media=(),
        products=products,
        highlights=tuple(highlights),
        mentions=(),
        removed=(),
        provenance=PROVENANCE,
    )
