"""A small broadcast to save, and a database to save it in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import settings

from models.catalogue import Catalogue, Product
from models.document import IndexProvenance
from models.highlight import (
    Action,
    Correction,
    Detection,
    Evidence,
    EvidenceKind,
    Highlight,
    Mention,
    Source,
    Status,
)
from models.recording import MediaKind, Recording, Rendition
from models.span import Span
from models.transcript import Flag, Provenance, Transcript, Utterance, Word
from pipeline.store.contract import IndexInput
from pipeline.store.location import make_sqlite_url
from pipeline.store.store import Store, open_store
from tests.postgres import Server

# The first example pays for imports, and the machine may be busy: a deadline tells nothing.
settings.register_profile("no-deadline", deadline=None)
settings.load_profile("no-deadline")

PRODUCTS = (
    Product(
        id="P1",
        title="羊毛围巾 灰色",
        brand="北岭",
        aliases=("围巾", "灰围巾"),
        category="服饰",
        price=Decimal("129.00"),
        link_no=1,
        url="https://shop.example/p1",
        image="https://shop.example/p1.jpg",
        listed_at=datetime(2026, 3, 1, 12, tzinfo=UTC),
        delisted_at=datetime(2026, 3, 1, 14, tzinfo=UTC),
    ),
    Product(id="P2", title="铸铁炒锅 100%无涂层", aliases=("炒锅",), price=Decimal("0.10")),
    Product(id="P3", title="Desk Lamp_Pro", brand="Lumo"),
)

Shape = tuple[str, int, int]
"""Product, start and end in seconds."""
MakeInput = Callable[..., IndexInput]


def make_highlight(shape: Shape, status: Status = Status.PUBLISHED) -> Highlight:
    product_id, start_s, end_s = shape
    title = next(product.title for product in PRODUCTS if product.id == product_id)
    start_ms = start_s * 1000
    return Highlight(
        id="hl_0",
        product_id=product_id,
        title=title,
        span=Span(start_ms, end_s * 1000),
        point_ms=start_ms + 500,
        confidence=0.875,
        status=status,
        source=Source.DETECTED,
        evidence=(
            Evidence(EvidenceKind.ALIAS, "围巾", start_ms + 700, 2.5),
            Evidence(EvidenceKind.PRICE, "一百二十九", end_s * 1000 - 1, -0.125),
        ),
    )


def make_transcript() -> Transcript:
    said = (
        (0, "大家好", None),
        (12, "来看这条围巾", None),
        (30, "摸起来很软 一点不扎", None),
        (95, "这口锅不粘", None),
        (180, "谢谢观看", Flag.PHANTOM),
        (250, "明天再见", None),
    )
    return Transcript(
        language="zh",
        utterances=tuple(
            Utterance(
                span=Span(start_s * 1000, start_s * 1000 + 4000),
                text=text,
                raw_text=f" {text}",
                words=(
                    Word(Span(start_s * 1000, start_s * 1000 + 900), text[:1], 0.5),
                    Word(Span(start_s * 1000 + 900, start_s * 1000 + 4000), text[1:]),
                ),
                average_log_probability=-0.3,
                flag=flag,
            )
            for start_s, text, flag in said
        ),
        provenance=Provenance("faster-whisper", "base", "ab" * 32, '{"beam":5}'),
    )


def make_index_input(
    *shapes: Shape,
    recording_id: str = "rec-1",
    fingerprint: str = "sha256:" + "1" * 64,
    products: tuple[Product, ...] = PRODUCTS,
    status: Status = Status.PUBLISHED,
    config: str = "k1",
) -> IndexInput:
    shapes = shapes or (("P1", 10, 60), ("P2", 90, 150), ("P1", 200, 240))
    return IndexInput(
        recording=Recording(
            id=recording_id,
            fingerprint=fingerprint,
            title="周三晚场",
            kind=MediaKind.FILE,
            duration_ms=300_000,
            started_at=datetime(2026, 3, 1, 12, tzinfo=UTC),
        ),
        media=(Rendition("a.mp4", "video/mp4", "avc1.64001f,mp4a.40.2", 720, 1280, 9, 300_000),),
        catalogue=Catalogue(products),
        transcript=make_transcript(),
        detection=Detection(
            highlights=tuple(make_highlight(shape, status) for shape in shapes),
            mentions=(Mention("P2", 5_000), Mention("P1", 250_000)),
        ),
        provenance=IndexProvenance("faster-whisper", "base", "ab" * 32, config, "0.1", "t1"),
    )


def make_correction(action: Action, highlight: Highlight, **changes: object) -> Correction:
    values: dict[str, object] = {
        "recording_id": "rec-1",
        "action": action,
        "highlight_id": highlight.id,
        "anchor_product_id": highlight.product_id,
        "anchor": highlight.span,
        "product_id": highlight.product_id,
        "span": highlight.span,
        "author": "小王",
        "made_at": datetime(2026, 3, 2, 9, tzinfo=UTC),
    }
    return Correction(**(values | changes))  # type: ignore[arg-type]


@pytest.fixture
def index_input() -> MakeInput:
    return make_index_input


@pytest.fixture
def correction() -> Callable[..., Correction]:
    return make_correction


@pytest.fixture
def highlight() -> Callable[..., Highlight]:
    return make_highlight


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return make_sqlite_url(tmp_path / "看点 100%?#.db")


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    """An empty database of every kind; with its tables where the test asks for a store as well."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_url")
        return
    server: Server = request.getfixturevalue("postgres")
    wants_store = "store" in request.fixturenames
    name = server.make(request.getfixturevalue("empty_index") if wants_store else "template0")
    yield server.url_of(name)
    server.drop(name)


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with open_store(url) as opened:
        yield opened


@pytest.fixture
def sqlite_store(sqlite_url: str) -> Iterator[Store]:
    with open_store(sqlite_url) as opened:
        yield opened
