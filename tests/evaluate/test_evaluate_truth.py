"""Truth files: strict, with the place of what is wrong."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.catalogue import Catalogue, Product
from models.errors import InputError
from models.highlight import Mention
from models.span import Span
from pipeline.evaluate.truth import (
    Truth,
    TruthPitch,
    TruthUtterance,
    check_products,
    parse_truth,
    read_truth,
)

DOCUMENT = {
    "schema": "kandian.truth/1",
    "recording": "evening",
    "language": "zh",
    "duration_ms": 90_000,
    "pitches": [
        {"product_id": "B2", "start_ms": 40_000, "end_ms": 90_000},
        {"product_id": "A1", "start_ms": 0, "end_ms": 30_000},
    ],
    "mentions": [{"product_id": "C3", "start_ms": 500}],
    "utterances": [
        {"start_ms": 5_000, "end_ms": 9_000, "text": "雾凇洗手液", "product_id": "A1"},
        {"start_ms": 0, "end_ms": 4_000, "text": "晚上好", "product_id": None},
    ],
}


def parse(document: object) -> Truth:
    return parse_truth(json.dumps(document).encode(), name="evening.truth.json")


def test_a_truth_is_read_with_pitches_in_order() -> None:
    truth = parse(DOCUMENT)
    assert truth == Truth(
        recording="evening",
        language="zh",
        duration_ms=90_000,
        pitches=(
            TruthPitch("A1", Span(0, 30_000)),
            TruthPitch("B2", Span(40_000, 90_000)),
        ),
        mentions=(Mention("C3", 500),),
        utterances=(
            TruthUtterance(Span(5_000, 9_000), "雾凇洗手液", "A1"),
            TruthUtterance(Span(0, 4_000), "晚上好", None),
        ),
    )


def test_mentions_and_speech_may_be_left_out() -> None:
    bare = {key: DOCUMENT[key] for key in DOCUMENT if key not in {"mentions", "utterances"}}
    assert parse(bare).mentions == parse(bare).utterances == ()


def test_the_true_speech_reads_as_a_transcript() -> None:
    transcript = parse(DOCUMENT).to_transcript()
    assert [u.text for u in transcript.credible()] == ["晚上好", "雾凇洗手液"]
    assert transcript.language == "zh"


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("schema", "kandian.truth/2", "schema must be 'kandian.truth/1'"),
        ("recording", " ", "recording must be text"),
        ("language", None, "language must be text"),
        ("duration_ms", 0, "duration_ms must be above 0"),
        ("duration_ms", 90_000.0, "duration_ms must be a whole number"),
        ("duration_ms", 80_000, "90000 ms is beyond the end at 80000 ms"),
        ("pitches", {}, "pitches must be a list"),
        ("mention", [], "unknown member 'mention'"),
        ("pitches.0", [], "pitches[0] must be an object"),
        ("pitches.1", {"product_id": "A1", "start_ms": 0}, "pitches[1] lacks end_ms"),
        ("pitches.1.end_ms", "30000", "pitches[1]: end_ms must be a whole number"),
        ("pitches.1.start_ms", True, "pitches[1]: start_ms must be a whole number"),
        ("pitches.1.start_ms", -1, "pitches[1]: a span starts at -1 ms"),
        ("pitches.1.end_ms", 0, "pitches[1]: a span must end after its start"),
        ("pitches.1.product", "A1", "pitches[1] has the unknown member 'product'"),
        ("pitches.1.product_id", 7, "pitches[1]: product_id must be text"),
        ("pitches.1", {"product_id": "B2", "start_ms": 9, "end_ms": 40_001}, "two pitches of B2"),
        ("mentions.0.start_ms", -5, "mentions[0].start_ms is negative"),
        ("utterances.0.text", "", "utterances[0]: text must be text"),
        ("utterances.0.end_ms", 90_001, "beyond the end"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_bad_truth_is_refused_with_its_place(path: str, value: object, words: str) -> None:
    document = copy.deepcopy(DOCUMENT)
    *parents, last = path.split(".")
    target: object = document
    for key in parents:
        target = target[int(key) if key.isdigit() else key]
    target[int(last) if last.isdigit() else last] = value
    with pytest.raises(InputError) as caught:
        parse(document)
    assert "evening.truth.json" in str(caught.value)
    assert words in str(caught.value)


@pytest.mark.parametrize("missing", ["schema", "recording", "language", "duration_ms", "pitches"])
def test_a_missing_member_is_named(missing: str) -> None:
    with pytest.raises(InputError, match=f"lacks {missing}"):
        parse({key: value for key, value in DOCUMENT.items() if key != missing})


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b"{", b"null", b"\xff\xfe{\x00", b"[" * 100_000, b"9" * 5000, b"NaN"],
    ids=lambda data: repr(data[:6]),
)
def test_what_is_no_document_is_refused(data: bytes) -> None:
    with pytest.raises(InputError, match=r"evening\.truth\.json"):
        parse_truth(data, name="evening.truth.json")


values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 99_000) | st.sampled_from(["A1", "zh", ""]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["product_id", "start_ms", "end_ms", "text"]), inner)
    ),
    max_leaves=6,
)


@given(st.sampled_from(sorted(DOCUMENT)), values)
def test_any_value_anywhere_is_read_or_refused(key: str, value: object) -> None:
    try:
        assert parse({**DOCUMENT, key: value}).pitches is not None
    except InputError as error:
        words = str(error)
    else:
        words = "evening.truth.json"
    assert "evening.truth.json" in words


def test_a_truth_is_read_from_disk(tmp_path: Path) -> None:
    path = tmp_path / "evening.truth.json"
    path.write_text(json.dumps(DOCUMENT), encoding="utf-8-sig")
    assert read_truth(path) == parse(DOCUMENT)
    with pytest.raises(InputError, match="there is no truth file"):
        read_truth(tmp_path / "morning.truth.json")


def test_overlapping_pitches_of_one_product_are_refused_in_any_order() -> None:
    late, early = TruthPitch("A1", Span(5, 20)), TruthPitch("A1", Span(0, 6))
    with pytest.raises(ValueError, match="overlap"):
        Truth("evening", "zh", 100, (late, early))
    Truth("evening", "zh", 100, (late, TruthPitch("A1", Span(0, 5)), TruthPitch("B2", Span(0, 9))))


def test_a_product_that_is_not_for_sale_is_a_mistake_in_the_truth() -> None:
    some = Catalogue(tuple(Product(product_id, "Tea") for product_id in ("A1", "B2", "C3")))
    check_products(parse(DOCUMENT), some, name="evening.truth.json")
    fewer = Catalogue((Product("A1", "Tea"),))
    with pytest.raises(InputError, match="lacks: B2, C3"):
        check_products(parse(DOCUMENT), fewer, name="evening.truth.json")
