"""Whole text broadcasts with known truth, clear and misheard; and laws of any broadcast."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.catalogue import Catalogue, Product
from models.highlight import Detection, EvidenceKind, Status
from models.span import Span
from models.transcript import Flag, Provenance, Transcript, Utterance
from pipeline.detect.detect import detect
from pipeline.detect.encoder import LsaEncoder, SentenceEncoder
from pipeline.detect.settings import DetectSettings

Read = Callable[..., object]


def run(
    transcript: Transcript, catalogue: Catalogue, encoder: SentenceEncoder | None = None
) -> Detection:
    return detect(
        transcript,
        catalogue,
        settings=DetectSettings(),
        started_at=None,
        encoder=encoder or LsaEncoder(),
    )


@pytest.mark.parametrize(
    ("name", "noise", "least"),
    [
        pytest.param("tea", 0.0, 0.85, id="tea"),
        pytest.param("baby", 0.0, 0.85, id="baby-no-link-numbers"),
        pytest.param("tools", 0.0, 0.85, id="tools"),
        pytest.param("pets", 0.0, 0.85, id="pets-english"),
        pytest.param("tea", 0.2, 0.55, id="tea-misheard"),
        pytest.param("tools", 0.2, 0.55, id="tools-misheard"),
    ],
)
def test_pitches_are_found(
    name: str,
    noise: float,
    least: float,
    broadcast: Read,
    found: Callable[..., int],
    encoder: SentenceEncoder,
) -> None:
    show = broadcast(name, noise)
    detection = run(show.transcript, show.catalogue, encoder)
    right = found(show.pitches, detection.highlights)
    f1 = 2 * right / (len(show.pitches) + len(detection.highlights))
    assert f1 >= least


def test_without_weights_the_fallback_finds_most_pitches(
    broadcast: Read, found: Callable[..., int]
) -> None:
    shows = [broadcast(name) for name in ("tea", "tools")]
    detections = [run(show.transcript, show.catalogue) for show in shows]
    right = sum(
        found(show.pitches, detection.highlights)
        for show, detection in zip(shows, detections, strict=True)
    )
    said = sum(len(show.pitches) for show in shows)
    assert right / said >= 0.7


def test_the_order_of_the_catalogue_does_not_matter(
    broadcast: Read, encoder: SentenceEncoder
) -> None:
    show = broadcast("tea")
    backwards = Catalogue(tuple(reversed(show.catalogue.products)))
    one = run(show.transcript, show.catalogue, encoder).highlights
    other = run(show.transcript, backwards, encoder).highlights
    assert [(h.product_id, h.span) for h in one] == [(h.product_id, h.span) for h in other]


def test_detection_repeats_itself(broadcast: Read) -> None:
    show = broadcast("pets")
    assert run(show.transcript, show.catalogue) == run(show.transcript, show.catalogue)


def test_what_is_only_previewed_is_a_mention(broadcast: Read, encoder: SentenceEncoder) -> None:
    show = broadcast("tea")
    detection = run(show.transcript, show.catalogue, encoder)
    preview_ms = next(
        u.span.start_ms for u in show.transcript.utterances if "今天等会儿有" in u.text
    )
    inside = [h for h in detection.highlights if h.span.holds(preview_ms + 1)]
    named = {m.product_id for m in detection.mentions if 0 <= m.at_ms - preview_ms < 8_000}
    assert not inside
    assert {"A1", "A20"} <= named


def test_highlights_carry_their_reasons_in_order(broadcast: Read) -> None:
    show = broadcast("tools")
    highlights = run(show.transcript, show.catalogue).highlights
    assert highlights
    for highlight in highlights:
        times = [evidence.at_ms for evidence in highlight.evidence]
        assert 0 < len(times) <= DetectSettings().evidence_limit
        assert times == sorted(times)
        assert all(highlight.span.holds(at_ms) for at_ms in times)
        assert highlight.point_ms == highlight.span.start_ms
    kinds = {evidence.kind for h in highlights for evidence in h.evidence}
    assert {EvidenceKind.LINK_NUMBER, EvidenceKind.PRICE, EvidenceKind.NGRAM} <= kinds


def test_flagged_utterances_are_not_read(broadcast: Read) -> None:
    show = broadcast("tea")
    flagged = replace(
        show.transcript,
        utterances=tuple(replace(u, flag=Flag.LOOP) for u in show.transcript.utterances),
    )
    assert run(flagged, show.catalogue) == Detection((), ())


def test_confidence_decides_the_status(broadcast: Read) -> None:
    show = broadcast("tea")
    strict = DetectSettings(publish_from=1.0, review_from=0.0)
    detection = detect(
        show.transcript, show.catalogue, settings=strict, started_at=None, encoder=LsaEncoder()
    )
    assert {highlight.status for highlight in detection.highlights} == {Status.REVIEW}


PROVENANCE = Provenance("import:txt", "", "", "{}")
WORDS = st.sampled_from(
    [
        "三号链接",
        "蝴蝶酥",
        "桂花乌龙",
        "三十九块九",
        "哈哈",
        "下一个",
        "拜拜",
        "。",
        ",",
        "😀",
        "一百克",
    ]
)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.lists(WORDS, max_size=8), st.integers(1, 30_000)), max_size=12))
def test_any_transcript_gives_sorted_highlights_that_never_overlap(
    pieces: list[tuple[list[str], int]],
) -> None:
    utterances, at_ms = [], 0
    for words, length_ms in pieces:
        text = "".join(words)
        utterances.append(Utterance(Span(at_ms, at_ms + length_ms), text, text))
        at_ms += length_ms
    catalogue = Catalogue(
        (
            Product("T1", "桂花乌龙茶叶100g", aliases=("桂花乌龙",), link_no=1),
            Product("T3", "手工蝴蝶酥", aliases=("蝴蝶酥",), link_no=3),
        )
    )
    detection = run(Transcript("zh", tuple(utterances), PROVENANCE), catalogue)
    spans = [highlight.span for highlight in detection.highlights]
    assert spans == sorted(spans)
    assert len({highlight.id for highlight in detection.highlights}) == len(spans)
    for mention in detection.mentions:
        assert not any(
            h.product_id == mention.product_id and h.span.holds(mention.at_ms)
            for h in detection.highlights
        )


@pytest.mark.parametrize("texts", [(), ("",), ("。。。",), ("好",)])
def test_next_to_nothing_said_finds_nothing(
    texts: tuple[str, ...], transcript: Callable[..., Transcript], shelf: Catalogue
) -> None:
    assert run(transcript(*texts), shelf).highlights == ()


def test_a_shop_with_one_product_can_be_pitched(transcript: Callable[..., Transcript]) -> None:
    catalogue = Catalogue(
        (Product("T3", "锦盒记手工蝴蝶酥礼盒12枚", aliases=("蝴蝶酥",), link_no=3),)
    )
    lines = [
        "第一个，蝴蝶酥，三号链接，先给大家看一眼",
        "手工做的，一层一层的，咬一口掉渣",
        "锦盒记的，一盒十二枚，送人有面子",
        "三号链接拍起来，今天就这一个",
    ]
    detection = run(transcript(*lines, gap_ms=500), catalogue)
    assert [highlight.product_id for highlight in detection.highlights] == ["T3"]
