"""Laws of cutting speech into units."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.span import Span
from models.transcript import Utterance
from pipeline.detect.captions import read_passages, visible
from pipeline.detect.units import LONGEST_MS, make_units


def test_a_minute_long_cue_is_cut_into_thoughts() -> None:
    text = "这个茶很香,真的很香,你们闻一下。" * 12
    units = make_units([Utterance(Span(0, 60_000), text, text)])
    assert len(units) > 8
    assert max(unit.span.duration_ms for unit in units) <= LONGEST_MS + 1_000


def test_a_short_piece_joins_the_next_one_over_a_short_silence_only() -> None:
    near = [Utterance(Span(0, 900), "对。", "对。"), Utterance(Span(1_000, 4_000), "好喝", "好喝")]
    far = [near[0], Utterance(Span(5_000, 8_000), "好喝", "好喝")]
    assert [unit.text.source for unit in make_units(near)] == ["对。 好喝"]
    assert [unit.gap_ms for unit in make_units(far)] == [0, 4_100]


def test_prices_and_thousands_are_not_cut() -> None:
    text = "It is 49.99, and it holds 20,000 milliamp hours, which is a lot for such a small thing."
    units = make_units([Utterance(Span(0, 12_000), text, text)])
    joined = " ".join(unit.text.source for unit in units)
    assert "49.99" in joined
    assert "20,000" in joined


@given(
    st.lists(
        st.tuples(
            st.integers(0, 3_000), st.integers(1, 9_000), st.text("茶好,。?a 1", max_size=30)
        ),
        max_size=8,
    )
)
def test_units_lie_in_order_and_never_overlap(pieces: list[tuple[int, int, str]]) -> None:
    utterances, at_ms = [], 0
    for gap_ms, length_ms, text in pieces:
        at_ms += gap_ms
        utterances.append(Utterance(Span(at_ms, at_ms + length_ms), text, text))
        at_ms += length_ms // 2
    units = make_units(utterances)
    for earlier, later in pairwise(units):
        assert earlier.span.end_ms <= later.span.start_ms
    for unit in units:
        assert list(unit.times) == sorted(unit.times)
        assert len(unit.times) == len(unit.text.text)


def cue(start_ms: int, end_ms: int, text: str) -> Utterance:
    return Utterance(Span(start_ms, end_ms), text, text)


def test_a_minute_without_marks_is_cut_where_clauses_begin() -> None:
    text = "这款桂花乌龙茶汤很亮然后我们泡三分钟就可以喝了" * 12
    units = make_units([cue(0, 60_000, text)])
    assert all(1_500 <= unit.span.duration_ms <= LONGEST_MS for unit in units)
    assert all("桂花乌龙" in unit.text.text or "桂" not in unit.text.text for unit in units)
    assert "".join(unit.text.source for unit in units) == text


def test_captions_cut_by_the_clock_are_joined() -> None:
    text = "这款桂花乌龙茶汤很亮。一号链接今天五十八。喜欢的拍一单回去慢慢喝。" * 6
    cues = [cue(n * 1_800, n * 1_800 + 1_800, text[n * 10 : n * 10 + 10]) for n in range(20)]
    sources = [unit.text.source for unit in make_units(cues)]
    assert "".join(sources) == text[:200]
    assert sum("桂花乌龙" in source for source in sources) == 6


def test_captions_cut_by_a_reader_stay_apart() -> None:
    cues = [cue(n * 3_000, n * 3_000 + 3_000, f"这款茶汤是第{n + 1}泡颜色很亮") for n in range(12)]
    assert len(make_units(cues)) == len(cues)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("主播：桂花乌龙", "桂花乌龙", id="host"),
        pytest.param(">> 桂花乌龙", "桂花乌龙", id="chevrons"),
        pytest.param("[SPEAKER_00]: tea", "tea", id="diarised"),
        pytest.param("说话人1：桂花", "桂花", id="numbered"),
        pytest.param("[音乐]桂花(掌声)", "桂花", id="notes"),
        pytest.param("♪♪ [Music]", " ", id="nothing-said"),
        pytest.param("主播推荐：桂花", "主播推荐：桂花", id="a-sentence-with-a-colon"),
        pytest.param("桂花(大罐)", "桂花(大罐)", id="brackets-with-words"),
    ],
)
def test_labels_and_notes_are_not_said(text: str, said: str) -> None:
    assert "".join(text[index] for index in visible(text)) == said


LINES = ("今天先看桂花乌龙", "三分钟就能泡好的", "拍一号链接带走它", "五十八一罐包邮哦")


@pytest.mark.parametrize(
    "cues",
    [
        pytest.param(
            [
                cue(n * 2_000, n * 2_000 + 2_000, "".join(LINES[max(n - 1, 0) : n + 1]))
                for n in range(4)
            ],
            id="rolling",
        ),
        pytest.param(
            [
                cue(n * 2_000 + half, n * 2_000 + half + 1_000, LINES[n])
                for n in range(4)
                for half in (0, 1_000)
            ],
            id="twice",
        ),
        pytest.param(
            [
                cue(
                    n * 2_000 + part * 1_000,
                    n * 2_000 + part * 1_000 + 1_000,
                    LINES[n][: 4 + 4 * part],
                )
                for n in range(4)
                for part in (0, 1)
            ],
            id="growing",
        ),
    ],
)
def test_what_is_shown_again_is_read_once(cues: list[Utterance]) -> None:
    passages = read_passages(cues)
    assert "".join(passage.text for passage in passages) == "".join(LINES)
    starts = [
        passage.times[0] for passage in passages if passage.text[:4] in {t[:4] for t in LINES}
    ]
    assert starts == [0, 2_000, 4_000, 6_000]


def test_a_host_who_repeats_himself_is_heard_twice() -> None:
    texts = ["三号链接", "三号链接", *(f"第{n}句说的都不一样" for n in range(20))]
    passages = read_passages([cue(n * 2_000, n * 2_000 + 1_700, t) for n, t in enumerate(texts)])
    assert [passage.text for passage in passages[:2]] == ["三号链接", "三号链接"]


def test_an_overlapping_caption_ends_where_the_next_one_starts() -> None:
    one, other = read_passages([cue(0, 6_000, "今天先看桂花乌龙"), cue(3_000, 5_000, "一号链接")])
    assert (one.ends[-1], other.times[0]) == (3_000, 3_000)


def test_two_voices_at_once_keep_their_times() -> None:
    one, _other = read_passages([cue(0, 6_000, "今天先看桂花乌龙"), cue(300, 900, "好")])
    assert one.ends[-1] == 6_000


@given(st.lists(st.text("茶好，。链a 1然后", max_size=20), min_size=1, max_size=30))
def test_no_spoken_character_is_lost_between_captions(texts: list[str]) -> None:
    cues = [cue(n * 1_000, n * 1_000 + 1_000, f"{n}号{text}") for n, text in enumerate(texts)]
    said = "".join(c for unit in cues for c in unit.text if c.isalnum())
    read = "".join(c for passage in read_passages(cues) for c in passage.text if c.isalnum())
    assert read == said
