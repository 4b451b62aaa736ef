"""Laws of transcripts, catalogues, recordings, highlights and documents."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.catalogue import Catalogue, Product
from models.document import IndexDocument, IndexProvenance
from models.errors import InputError
from models.highlight import Detection, Evidence, EvidenceKind, Highlight, Mention, Source, Status
from models.recording import MediaKind, Recording, check_recording_id, parse_started_at
from models.span import Span
from models.transcript import Flag, Provenance, Transcript, Utterance, Word

UNKNOWN = Provenance(engine="import:srt", model="", weights_sha256="", settings="{}")


spans = st.builds(
    lambda start_ms, length_ms: Span(start_ms, start_ms + length_ms),
    st.integers(0, 9_000),
    st.integers(1, 5_000),
)
texts = st.text("雾凇乳 ab", min_size=1, max_size=4)
some_words = st.lists(st.builds(Word, spans, texts), min_size=1, max_size=5).map(tuple)
worded = st.builds(
    lambda span, words: Utterance(span, "".join(word.text for word in words), "", words),
    spans,
    some_words,
)
"""Words may lie outside their utterance or out of order, as recognisers write them."""
wordless = st.builds(Utterance, spans, texts | st.just(""), st.just(""))


@given(worded | wordless)
def test_character_times_are_one_each_inside_and_never_go_back(utterance: Utterance) -> None:
    times = utterance.character_times()
    assert len(times) == len(utterance.text)
    assert all(utterance.span.holds(time) for time in times)
    assert all(a <= b for a, b in itertools.pairwise(times))


def test_characters_share_the_time_of_their_word() -> None:
    words = (Word(Span(1_000, 2_000), "雾凇"), Word(Span(3_000, 3_900), "三件套"))
    utterance = Utterance(Span(1_000, 4_000), "雾凇三件套", "", words)
    assert utterance.character_times() == (1_000, 1_500, 3_000, 3_300, 3_600)


def test_words_must_join_to_the_text() -> None:
    with pytest.raises(ValueError, match="join"):
        Utterance(Span(0, 1), "雾凇", "雾凇", (Word(Span(0, 1), "雾"),))


def test_a_word_has_text() -> None:
    with pytest.raises(ValueError, match="text"):
        Word(Span(0, 1), "")


def test_utterances_must_be_sorted() -> None:
    later, earlier = (Utterance(Span(at, at + 5), "好", "好") for at in (10, 0))
    with pytest.raises(ValueError, match="sorted"):
        Transcript("zh", (later, earlier), UNKNOWN)


def test_only_unflagged_text_is_credible() -> None:
    good = Utterance(Span(0, 5), "好", "好")
    blank = Utterance(Span(5, 6), "  ", "")
    phantom = Utterance(Span(6, 9), "请不吝点赞", "请不吝点赞", flag=Flag.PHANTOM)
    transcript = Transcript("zh", (good, blank, phantom), UNKNOWN)
    assert transcript.credible() == (good,)
    assert transcript.duration_ms == 9


def test_a_silent_transcript_has_no_duration() -> None:
    assert Transcript("zh", (), UNKNOWN).duration_ms == 0


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"id": " "}, "id and a title"),
        ({"title": ""}, "id and a title"),
        ({"price": Decimal("-0.01")}, "price"),
        ({"price": Decimal("NaN")}, "price"),
        ({"price": Decimal("Infinity")}, "price"),
        ({"link_no": 0}, "link number"),
        (
            {
                "listed_at": datetime(2026, 11, 11, 13, tzinfo=UTC),
                "delisted_at": datetime(2026, 11, 11, 13, tzinfo=UTC),
            },
            "shelf",
        ),
    ],
    ids=lambda value: str(value)[:24],
)
def test_an_impossible_product_cannot_be_made(changes: dict, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Product(**{"id": "A1", "title": "Pine tea", **changes})


@given(st.lists(st.text("ABC", min_size=1, max_size=3), min_size=1, unique=True))
def test_a_catalogue_finds_each_product_by_its_id_in_order(ids: list[str]) -> None:
    catalogue = Catalogue(tuple(Product(product_id, "Pine tea") for product_id in ids))
    assert [product.id for product in catalogue] == ids
    assert len(catalogue) == len(ids)
    assert all(catalogue[product_id].id == product_id for product_id in ids)
    assert "nowhere" not in catalogue


@pytest.mark.parametrize("ids", [[], ["A", "A"]], ids=["empty", "twice"])
def test_a_catalogue_needs_products_with_unique_ids(ids: list[str]) -> None:
    with pytest.raises(ValueError, match="product"):
        Catalogue(tuple(Product(product_id, "Pine tea") for product_id in ids))


@pytest.mark.parametrize("text", ["a", "晚场-2026.11.11", "A" * 120, "1", "_"])
def test_a_recording_id_may_be_any_plain_name(text: str) -> None:
    assert check_recording_id(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "..",
        ".hidden",
        "-rf",
        "a b",
        "a/b",
        "a\\b",
        "a\nb",
        "a\x00b",
        "A" * 121,
        "a\u3000b",
    ],
)
def test_a_recording_id_that_could_leave_its_folder_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="cannot be used"):
        check_recording_id(text)


@given(st.text("aA1.-_/\\ \n\0直播", max_size=8))
def test_an_accepted_recording_id_is_one_path_component(text: str) -> None:
    is_component = not set("/\\\0") & set(text) and text not in {"", ".", ".."}
    try:
        accepted = check_recording_id(text) == text
    except InputError:
        accepted = False
    assert is_component or not accepted


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [({"duration_ms": 0}, "lasts"), ({"started_at": datetime(2026, 11, 11)}, "time zone")],  # noqa: DTZ001
    ids=["no duration", "no time zone"],
)
def test_an_impossible_recording_cannot_be_made(changes: dict, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        make_recording(**changes)


def test_a_start_time_keeps_its_offset() -> None:
    moment = parse_started_at(" 2026-11-11T20:00:00+08:00 ")
    assert moment.isoformat() == "2026-11-11T20:00:00+08:00"


def test_a_start_time_without_offset_is_local() -> None:
    assert parse_started_at("2026-11-11T20:00:00").tzinfo is not None


@pytest.mark.parametrize("text", ["", "tonight", "2026-13-01", "20:00"])
def test_a_bad_start_time_is_refused_with_advice(text: str) -> None:
    with pytest.raises(InputError, match="2026-11-11T20:00:00"):
        parse_started_at(text)


def make_recording(**changes: object) -> Recording:
    fields = {
        "id": "evening",
        "fingerprint": "sha256:" + "0" * 64,
        "title": "Evening",
        "kind": MediaKind.TEXT,
        "duration_ms": 90_000,
        "started_at": None,
    }
    return Recording(**{**fields, **changes})


def make_highlight(start_ms: int, end_ms: int, **changes: object) -> Highlight:
    fields = {
        "id": f"hl_{start_ms:x}",
        "product_id": "A1",
        "title": "Pine tea",
        "span": Span(start_ms, end_ms),
        "point_ms": start_ms,
        "confidence": 0.5,
        "status": Status.PUBLISHED,
        "source": Source.DETECTED,
        "evidence": (Evidence(EvidenceKind.ALIAS, "pine tea", start_ms, 2.0),),
    }
    return Highlight(**{**fields, **changes})


@pytest.mark.parametrize("confidence", [-0.1, 1.1, float("nan")])
def test_a_confidence_is_a_probability(confidence: float) -> None:
    with pytest.raises(ValueError, match="probability"):
        make_highlight(0, 10, confidence=confidence)


@pytest.mark.parametrize("point_ms", [-1, 10, 99])
def test_a_point_lies_in_its_highlight(point_ms: int) -> None:
    with pytest.raises(ValueError, match="outside"):
        make_highlight(0, 10, point_ms=point_ms)


def test_highlights_that_touch_are_fine() -> None:
    both = (make_highlight(0, 10), make_highlight(10, 20))
    assert Detection(both, ()).highlights == both


@pytest.mark.parametrize("starts", [(0, 9), (20, 0)], ids=["overlapping", "unsorted"])
def test_highlights_that_overlap_or_go_back_are_refused(starts: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="overlap"):
        Detection(tuple(make_highlight(start, start + 10) for start in starts), ())


def test_a_document_lists_every_product_that_it_names() -> None:
    provenance = IndexProvenance("faster-whisper", "base", "", "key", "0.1.0", "key")
    fields = (provenance, make_recording(), (Product("A1", "Pine tea"),))
    document = make_document(*fields, (Mention("A1", 5),))
    assert document.mentions[0].product_id == "A1"
    with pytest.raises(ValueError, match="B2"):
        make_document(*fields, (Mention("B2", 5),))


def make_document(
    provenance: IndexProvenance,
    recording: Recording,
    products: tuple[Product, ...],
    mentions: tuple[Mention, ...],
) -> IndexDocument:
    highlights = (make_highlight(0, 10),)
    return IndexDocument(1, recording, (), products, highlights, mentions, (), provenance)
