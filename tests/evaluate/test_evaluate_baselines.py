"""Every baseline: what all of them keep to, and what each does."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.catalogue import Catalogue, Product
from models.highlight import Evidence, EvidenceKind, Highlight
from models.span import Span
from models.transcript import Flag, Provenance, Transcript, Utterance
from pipeline.evaluate.baseline import HOLD_MS
from pipeline.evaluate.baselines import Baseline, run_baseline
from pipeline.evaluate.bm25 import index_catalogue, iter_grams
from pipeline.evaluate.embedding_baseline import (
    BRIDGE_MS,
    Vectors,
    embedding_baseline,
    smooth,
    standardise,
)
from pipeline.evaluate.links_baseline import links_baseline
from pipeline.evaluate.masking import mask_transcript
from pipeline.evaluate.stretches import Stretch, join_stretches
from pipeline.evaluate.tiling_baseline import SHORTEST_TILE, find_cuts, tiling_baseline
from pipeline.evaluate.windows_baseline import LEAST_SHARE, WINDOW_MS, windows_baseline

CATALOGUE = Catalogue(
    (
        Product("A1", "松针茶 二十包", aliases=("松针茶",), link_no=1),
        Product("B2", "雾凇洗手液补充装", aliases=("洗手液",), link_no=12),
        Product("C3", "Copper kettle", aliases=("kettle",), link_no=3),
        Product("D4", "Copper kettle, large", link_no=3),
    )
)
IDLE = "大家晚上好欢迎来到直播间"
TEA, SOAP, KETTLE = "松针茶这个味道", "雾凇洗手液补充装很好", "the copper kettle boils"


def speak(*lines: tuple[float, str]) -> Transcript:
    """Say each line at its second, four seconds long."""
    utterances = (
        Utterance(Span(round(at_s * 1000), round(at_s * 1000) + 4000), text, text)
        for at_s, text in lines
    )
    return Transcript("zh", tuple(utterances), Provenance("import:srt", "", "", "{}"))


def encode(spoken: Sequence[str], sold: Sequence[str]) -> tuple[Vectors, Vectors]:
    """Count the characters of the alphabet of all that is sold."""
    letters = sorted(set("".join(sold)))

    def rows(texts: Sequence[str]) -> Vectors:
        counts = np.array([[text.count(c) for c in letters] for text in texts], np.float32)
        counts = counts.reshape(len(texts), len(letters))
        lengths = np.linalg.norm(counts, axis=1, keepdims=True)
        return np.asarray(counts / np.maximum(lengths, 1e-9), np.float32)

    return rows(spoken), rows(sold)


def tell(found: Sequence[Highlight]) -> list[tuple[str, int, int]]:
    return [(h.product_id, h.span.start_ms, h.span.end_ms) for h in found]


lines = st.lists(
    st.tuples(
        st.integers(0, 40),
        st.sampled_from([IDLE, TEA, SOAP, KETTLE, "拍一号", "十二号链接", "link three", "", "好"]),
    ),
    max_size=25,
)


def say(steps: list[tuple[int, str]]) -> Transcript:
    """Say lines one after another, some of them before the last has ended."""
    times = itertools.accumulate(pause_s for pause_s, _ in steps)
    return speak(*((at_s, text) for at_s, (_, text) in zip(times, steps, strict=True)))


@given(lines, st.sampled_from(Baseline))
def test_every_baseline_gives_good_highlights(
    steps: list[tuple[int, str]], baseline: Baseline
) -> None:
    transcript = say(steps)
    found = run_baseline(baseline, transcript, CATALOGUE, encode=encode)
    assert found == run_baseline(baseline, transcript, CATALOGUE, encode=encode)
    assert [h.span.start_ms for h in found] == sorted(h.span.start_ms for h in found)
    for highlight in found:
        assert highlight.product_id in CATALOGUE
        assert highlight.title == CATALOGUE[highlight.product_id].title
        assert highlight.evidence
        assert highlight.point_ms == highlight.span.start_ms
        assert highlight.span.end_ms <= max(transcript.duration_ms, 1)
        assert 0 <= highlight.confidence <= 1
    if baseline in (Baseline.WINDOWS, Baseline.EMBEDDING, Baseline.TILING):
        assert all(a.span.end_ms <= b.span.start_ms for a, b in itertools.pairwise(found))


@pytest.mark.parametrize("baseline", Baseline)
def test_silence_and_flagged_text_give_nothing(baseline: Baseline) -> None:
    loop = Utterance(Span(0, 4000), TEA, TEA, flag=Flag.LOOP)
    for transcript in (speak(), Transcript("zh", (loop,), speak().provenance)):
        assert run_baseline(baseline, transcript, CATALOGUE, encode=encode) == ()


@given(lines)
def test_masked_speech_has_no_link_numbers(steps: list[tuple[int, str]]) -> None:
    assert links_baseline(mask_transcript(say(steps)), CATALOGUE) == ()


@pytest.mark.parametrize(
    ("spoken", "expected"),
    [
        ([(10, "来看一号链接"), (90, IDLE)], [("A1", 10_000, 14_000 + HOLD_MS)]),
        ([(10, "拍12号"), (20, "十二号"), (90, IDLE)], [("B2", 10_000, 24_000 + HOLD_MS)]),
        ([(10, "Link twelve"), (20, "item 1")], [("B2", 10_000, 20_000), ("A1", 20_000, 24_000)]),
        ([(10, "link number three")], [("C3", 10_000, 14_000)]),
        ([(10, "二十号链接"), (20, "一百块")], []),
    ],
    ids=["held", "bridged", "switch", "first of two with the number", "no such link"],
)
def test_link_numbers_hold_like_names(
    spoken: list[tuple[float, str]], expected: list[tuple[str, int, int]]
) -> None:
    found = links_baseline(speak(*spoken), CATALOGUE)
    assert tell(found) == expected
    assert {e.kind for h in found for e in h.evidence} <= {EvidenceKind.LINK_NUMBER}


def test_windows_are_minutes_and_neighbours_join() -> None:
    found = windows_baseline(
        speak((5, TEA), (70, TEA), (130, IDLE), (190, SOAP), (250, TEA)), CATALOGUE
    )
    assert tell(found) == [
        ("A1", 0, 2 * WINDOW_MS),
        ("B2", 3 * WINDOW_MS, 4 * WINDOW_MS),
        ("A1", 4 * WINDOW_MS, 254_000),
    ]
    assert all(h.confidence >= LEAST_SHARE for h in found)


def test_a_product_says_all_of_itself() -> None:
    index = index_catalogue(CATALOGUE)
    for product in CATALOGUE:
        label = index.label(" ".join((product.title, *product.aliases)))
        assert label is not None
        assert label.product_id == product.id
        assert label.share == pytest.approx(1.0)
    assert index.label("") is None
    assert index.label(IDLE) is None


@given(st.lists(st.sampled_from([TEA, SOAP, KETTLE, IDLE]), max_size=6), st.data())
def test_the_order_of_what_is_said_does_not_matter_to_bm25(
    texts: list[str], data: st.DataObject
) -> None:
    index = index_catalogue(CATALOGUE)
    shuffled = data.draw(st.permutations(texts))
    label = index.label(" ".join(texts))
    assert label == index.label(" ".join(shuffled)) == index.label(" ".join(texts * 2))
    assert label is None or 0 < label.share <= 1


def test_bm25_weights_are_those_of_the_formula() -> None:
    """Two products of two n-grams each, ab and cd said by one of them: idf ln(1 + 1.5/1.5)."""
    index = index_catalogue(Catalogue((Product("X", "ab ef"), Product("Y", "cd ef"))))
    (row,) = index.postings["ab"]
    assert row == (0, pytest.approx(math.log(2)))
    assert [weight for _, weight in index.postings["ef"]] == pytest.approx([math.log(1.2)] * 2)


def test_grams_do_not_cross_words() -> None:
    assert list(iter_grams("Ab 茶杯,X")) == ["ab", "茶杯"]
    assert list(iter_grams("茶杯垫")) == ["茶杯", "杯垫", "茶杯垫"]


def test_tiles_are_cut_where_the_words_change() -> None:
    texts = [TEA] * 20 + ["雾凇洗手液真好"] * 20
    assert find_cuts(texts) == (20,)
    found = tiling_baseline(speak(*((4 * i, text) for i, text in enumerate(texts))), CATALOGUE)
    assert tell(found) == [("A1", 0, 80_000), ("B2", 80_000, 160_000)]


def test_even_speech_has_no_cuts() -> None:
    assert find_cuts([TEA] * 30) == ()
    assert find_cuts([TEA]) == find_cuts([]) == ()


@given(st.lists(st.sampled_from([TEA, SOAP, KETTLE, IDLE, "", "好"]), max_size=40))
def test_cuts_keep_their_distance(texts: list[str]) -> None:
    edges = (0, *find_cuts(texts), len(texts))
    assert list(edges) == sorted(edges)
    if len(edges) > 2:
        assert all(b - a >= SHORTEST_TILE for a, b in itertools.pairwise(edges))


def test_an_encoder_finds_what_is_near() -> None:
    spoken = [IDLE] * 10 + [TEA] * 10 + [IDLE] * 10 + [KETTLE] * 10
    found = embedding_baseline(
        speak(*((10 * i, text) for i, text in enumerate(spoken))), CATALOGUE, encode
    )
    assert [h.product_id for h in found] == ["A1", "C3"]
    assert found[0].span.iou(Span(100_000, 200_000)) > 0.7
    assert found[1].span.iou(Span(300_000, 400_000)) > 0.7


def test_what_never_changes_is_about_nothing() -> None:
    def blind(spoken: Sequence[str], sold: Sequence[str]) -> tuple[Vectors, Vectors]:
        return np.ones((len(spoken), 2), np.float32), np.ones((len(sold), 2), np.float32)

    assert embedding_baseline(speak((0, TEA), (10, SOAP)), CATALOGUE, blind) == ()


matrices = st.integers(1, 12).flatmap(
    lambda height: st.lists(
        st.lists(st.floats(-1, 1), min_size=3, max_size=3), min_size=height, max_size=height
    ).map(np.array)
)


@given(matrices, st.integers(1, 30))
def test_smoothing_is_the_mean_of_what_is_near(scores: NDArray[np.float64], pace_s: int) -> None:
    starts = np.arange(len(scores)) * pace_s * 1000
    smoothed = smooth(scores, starts)
    for row, start_ms in enumerate(starts):
        near = scores[np.abs(starts - start_ms) <= 10_000]
        # Running sums round differently from the mean of a slice.
        np.testing.assert_allclose(smoothed[row], near.mean(axis=0), atol=1e-12)


@given(matrices)
def test_z_scores_have_no_mean_and_unit_spread(scores: NDArray[np.float64]) -> None:
    z = standardise(scores)
    np.testing.assert_allclose(z.mean(axis=0), 0, atol=1e-6)
    assert z.std() == pytest.approx(1.0) or not z.any()


def stretch(product_id: str, start_s: int, end_s: int, confidence: float = 0.5) -> Stretch:
    evidence = Evidence(EvidenceKind.NGRAM, "said", start_s * 1000, 1.0)
    return Stretch(product_id, Span(start_s * 1000, end_s * 1000), confidence, (evidence,))


def test_only_near_neighbours_of_one_product_join() -> None:
    one, two, three = stretch("A", 0, 10, 0.3), stretch("A", 40, 50, 0.9), stretch("A", 81, 90)
    joined = join_stretches([one, two, three], bridge_ms=BRIDGE_MS)
    assert joined == (
        Stretch("A", Span(0, 50_000), 0.9, one.evidence + two.evidence),
        three,
    )
    apart = [one, stretch("B", 10, 20), two]
    assert join_stretches(apart, bridge_ms=BRIDGE_MS) == tuple(apart)
