"""Laws of operators' marks: they confirm or displace what was detected, in order, under one id."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from models.highlight import Highlight, Source, Status
from models.operator_log import OperatorLog, OperatorMark
from models.recording import MediaKind, Recording
from models.span import Span
from pipeline.store.identity import HIGHLIGHT_ID, Sighting
from pipeline.store.marking import CLICK_MS, OPEN_MARK_MS, KeptMark, lay_marks, place_marks
from pipeline.store.operator_log import name_marks
from pipeline.store.overlay import SHORTEST_REMNANT_MS
from tests.store.detected import make_detected as detected

TITLES = {"P": "产品甲", "Q": "产品乙", "R": "产品丙"}
DURATION_S = 900
RECORDING = Recording("rec", "sha256:0", "t", MediaKind.FILE, DURATION_S * 1000, None)


def log_of(*marks: tuple[str, int] | tuple[str, int, int]) -> OperatorLog:
    return OperatorLog(
        tuple(
            OperatorMark(mark[0], mark[1] * 1000, mark[2] * 1000 if len(mark) == 3 else None)
            for mark in marks
        )
    )


def name(log: OperatorLog, run=(), known=(), buried=(), taken=frozenset()) -> tuple[KeptMark, ...]:
    return name_marks(log, known, run, buried, taken, RECORDING)


def lay(run, log: OperatorLog) -> tuple[Highlight, ...]:
    return lay_marks(run, name(log, run), TITLES, RECORDING.duration_ms)


def shapes(highlights) -> list[tuple[str, int, int, str]]:
    return [
        (
            item.product_id,
            item.span.start_ms // 1000,
            item.span.end_ms // 1000,
            "operator" if item.source is Source.OPERATOR else "",
        )
        for item in highlights
    ]


@st.composite
def runs(draw: st.DrawFn) -> tuple[Highlight, ...]:
    cuts = sorted(draw(st.sets(st.integers(0, DURATION_S), max_size=14)))
    pairs = list(zip(cuts[::2], cuts[1::2], strict=False))
    run = detected(*((draw(st.sampled_from("PQR")), start, end) for start, end in pairs))
    statuses = st.sampled_from([Status.PUBLISHED, Status.REVIEW])
    return tuple(replace(item, status=draw(statuses)) for item in run)


@st.composite
def logs(draw: st.DrawFn) -> OperatorLog:
    times = sorted(draw(st.sets(st.integers(0, DURATION_S - 1), max_size=8)))
    marks: list[tuple[str, int] | tuple[str, int, int]] = []
    for start_s, limit_s in zip(times, [*times[1:], DURATION_S], strict=False):
        product_id = draw(st.sampled_from("PQR"))
        if draw(st.booleans()):
            marks.append((product_id, start_s))
        else:
            marks.append((product_id, start_s, draw(st.integers(start_s + 1, limit_s))))
    return log_of(*marks)


@given(runs())
def test_without_marks_nothing_changes(run: tuple[Highlight, ...]) -> None:
    assert lay(run, OperatorLog(())) == run


@given(runs(), logs())
def test_what_is_laid_is_sorted_disjoint_unique_and_inside(
    run: tuple[Highlight, ...], log: OperatorLog
) -> None:
    result = lay(run, log)
    spans = [item.span for item in result]
    assert all(a.end_ms <= b.start_ms for a, b in pairwise(spans))
    assert len({item.id for item in result}) == len(result)
    assert all(HIGHLIGHT_ID.fullmatch(item.id) for item in result)
    assert all(span.end_ms <= RECORDING.duration_ms for span in spans)
    assert all(item.span.holds(reason.at_ms) for item in result for reason in item.evidence)


@given(runs(), logs())
def test_every_mark_counts_and_one_with_an_end_as_it_stands(
    run: tuple[Highlight, ...], log: OperatorLog
) -> None:
    marked = [item for item in lay(run, log) if item.source is Source.OPERATOR]
    assert all((item.confidence, item.status) == (1.0, Status.PUBLISHED) for item in marked)
    places = {(item.product_id, item.span) for item in marked}
    for mark in log.marks:
        if mark.end_ms is not None:
            assert (mark.product_id, Span(mark.start_ms, mark.end_ms)) in places
        else:
            near = Span(mark.start_ms, mark.start_ms + CLICK_MS + 1)
            assert any(
                item.product_id == mark.product_id and item.span.overlap_ms(near) for item in marked
            )
    assert len(marked) <= len(log.marks)


@given(runs(), logs())
def test_no_mark_outlasts_the_next_and_none_without_a_pitch_counts_long(
    run: tuple[Highlight, ...], log: OperatorLog
) -> None:
    placed = place_marks(log.marks, run, RECORDING.duration_ms)
    for item in placed:
        later = log.marks[item.ordinal + 1 :]
        limit_ms = next((m.start_ms for m in later if m.product_id != item.mark.product_id), None)
        assert limit_ms is None or item.span.end_ms <= limit_ms
        clicks = [item.mark, *(m for m in later if item.span.holds(m.start_ms))]
        if item.mark.end_ms is None and not item.confirmed and len(clicks) == 1:
            assert item.span.start_ms == item.mark.start_ms
            assert item.span.duration_ms <= OPEN_MARK_MS


@given(runs(), logs())
def test_a_confirmed_pitch_is_served_once(run: tuple[Highlight, ...], log: OperatorLog) -> None:
    result = lay(run, log)
    for placed in place_marks(log.marks, run, RECORDING.duration_ms):
        for pitch in placed.confirmed:
            left = [item for item in result if item.span.overlap_ms(pitch.span)]
            assert not [
                item
                for item in left
                if item.product_id == pitch.product_id and item.source is Source.DETECTED
            ]


@given(runs(), logs())
def test_what_is_not_marked_keeps_what_marks_leave_of_it(
    run: tuple[Highlight, ...], log: OperatorLog
) -> None:
    spans = {item.id: item.span for item in run}
    for item in lay(run, log):
        if item.source is Source.DETECTED:
            assert item.span.crop(spans[item.id]) == item.span
            assert item.span == spans[item.id] or item.span.duration_ms >= SHORTEST_REMNANT_MS


@given(runs(), logs(), runs())
def test_the_same_log_gives_the_same_ids_whatever_is_detected(
    run: tuple[Highlight, ...], log: OperatorLog, next_run: tuple[Highlight, ...]
) -> None:
    first = name(log, run)
    assert name(log, run) == first
    renamed = tuple(replace(item, id=f"hl_b{item.id[3:]}") for item in next_run)
    assert name(log, renamed, known=first) == first


@given(runs(), logs(), st.data())
def test_marks_that_stay_in_a_changed_log_keep_their_ids(
    run: tuple[Highlight, ...], log: OperatorLog, data: st.DataObject
) -> None:
    assume(log.marks)
    first = name(log, run)
    staying = data.draw(st.lists(st.sampled_from(log.marks), unique=True))
    changed = OperatorLog(tuple(sorted(staying, key=lambda mark: mark.start_ms)))
    ids = {kept.mark: kept.highlight_id for kept in first}
    for kept in name(changed, run, known=first):
        assert kept.highlight_id == ids[kept.mark]


@given(runs(), logs(), logs())
def test_ids_are_unique_and_none_that_is_taken_is_given_anew(
    run: tuple[Highlight, ...], log: OperatorLog, other: OperatorLog
) -> None:
    known = name(log, run)
    taken = {kept.highlight_id for kept in name(other)}
    ids = [kept.highlight_id for kept in name(other, run, known=known, taken=taken)]
    assert len(set(ids)) == len(ids)
    mine = {kept.highlight_id for kept in known} | {pitch.id for pitch in run}
    assert not (set(ids) - mine) & taken


PITCHES = detected(("P", 100, 160), ("Q", 200, 260), ("P", 400, 460))
CASES = {
    "a click in a pitch takes it whole": (
        (("P", 110),),
        [("P", 100, 160, "operator"), ("Q", 200, 260, ""), ("P", 400, 460, "")],
    ),
    "a click shortly before a pitch opens begins with it": (
        (("P", 90),),
        [("P", 100, 160, "operator"), ("Q", 200, 260, ""), ("P", 400, 460, "")],
    ),
    "a click long before counts from the click: detection heard it late": (
        (("P", 60),),
        [("P", 60, 160, "operator"), ("Q", 200, 260, ""), ("P", 400, 460, "")],
    ),
    "a mark with an end stands as it is, and one pitch is one dot": (
        (("P", 110, 130),),
        [("P", 110, 130, "operator"), ("Q", 200, 260, ""), ("P", 400, 460, "")],
    ),
    "what was not heard counts for a while": (
        (("R", 600),),
        [
            ("P", 100, 160, ""),
            ("Q", 200, 260, ""),
            ("P", 400, 460, ""),
            ("R", 600, 720, "operator"),
        ],
    ),
    "what was not heard ends where another pitch begins": (
        (("R", 170),),
        [
            ("P", 100, 160, ""),
            ("R", 170, 200, "operator"),
            ("Q", 200, 260, ""),
            ("P", 400, 460, ""),
        ],
    ),
    "but a pitch that begins at the click was heard as the wrong product": (
        (("R", 195),),
        [("P", 100, 160, ""), ("R", 195, 315, "operator"), ("P", 400, 460, "")],
    ),
    "a click in another product's pitch cuts it": (
        (("R", 230),),
        [
            *(("P", 100, 160, ""), ("Q", 200, 230, "")),
            *(("R", 230, 350, "operator"), ("P", 400, 460, "")),
        ],
    ),
    "the next click ends it": (
        (("R", 600), ("Q", 650)),
        [
            *(("P", 100, 160, ""), ("Q", 200, 260, ""), ("P", 400, 460, "")),
            *(("R", 600, 650, "operator"), ("Q", 650, 770, "operator")),
        ],
    ),
    "or the opening of the pitch that the next click confirms": (
        (("R", 170), ("Q", 210)),
        [
            *(("P", 100, 160, ""), ("R", 170, 200, "operator")),
            *(("Q", 200, 260, "operator"), ("P", 400, 460, "")),
        ],
    ),
    "a second click on the same product prolongs it": (
        (("R", 600), ("R", 601), ("R", 700)),
        [
            *(("P", 100, 160, ""), ("Q", 200, 260, ""), ("P", 400, 460, "")),
            ("R", 600, 820, "operator"),
        ],
    ),
    "a second click in the same pitch changes nothing": (
        (("P", 105), ("P", 140)),
        [("P", 100, 160, "operator"), ("Q", 200, 260, ""), ("P", 400, 460, "")],
    ),
    "much later it is a pitch of its own": (
        (("P", 105), ("P", 410)),
        [("P", 100, 160, "operator"), ("Q", 200, 260, ""), ("P", 400, 460, "operator")],
    ),
    "the recording ends every mark": (
        (("R", 890),),
        [
            ("P", 100, 160, ""),
            ("Q", 200, 260, ""),
            ("P", 400, 460, ""),
            ("R", 890, 900, "operator"),
        ],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_marks_by_example(case: str) -> None:
    marks, expected = CASES[case]
    assert shapes(lay(PITCHES, log_of(*marks))) == expected


def test_a_pitch_that_waits_for_review_ends_no_click_and_is_published_by_one() -> None:
    doubtful = detected(("Q", 200, 260), ("P", 300, 330), status=Status.REVIEW)
    result = lay(doubtful, log_of(("R", 170), ("P", 310)))
    assert shapes(result) == [("R", 170, 290, "operator"), ("P", 300, 330, "operator")]
    assert result[1].status is Status.PUBLISHED


def test_title_point_and_evidence_follow_the_mark() -> None:
    log = OperatorLog(
        (
            OperatorMark("P", 110_000),
            OperatorMark("Q", 210_000, 250_000, "今晚的乙"),
            OperatorMark("R", 600_000),
        )
    )
    whole, stated, unheard = (item for item in lay(PITCHES, log) if item.id != "hl_2")
    assert (whole.id, whole.title, whole.point_ms) == ("hl_0", "short P", 100_500)
    assert [reason.at_ms for reason in whole.evidence] == [100_100, 159_900]
    assert (stated.id, stated.title, stated.point_ms) == ("hl_1", "今晚的乙", 210_000)
    assert stated.evidence == ()
    assert (unheard.title, unheard.point_ms) == ("产品丙", 600_000)


def test_a_start_that_is_mended_a_little_keeps_its_id_and_a_buried_one_comes_back() -> None:
    first = name(log_of(("R", 600), ("P", 700)))
    mended = name(log_of(("R", 603), ("P", 800)), known=first)
    assert mended[0].highlight_id == first[0].highlight_id
    assert mended[1].highlight_id != first[1].highlight_id
    grave = Sighting("hl_aa", "Q", Span(500_000, 560_000))
    (back,) = name(log_of(("Q", 501)), buried=[grave], taken={"hl_aa"})
    assert back.highlight_id == "hl_aa"
