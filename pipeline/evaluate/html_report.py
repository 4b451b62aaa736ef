"""The report as one page of HTML that needs nothing else: no script, no file, no network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from models.highlight import EvidenceKind
from pipeline.evaluate.cells import (
    NOTHING,
    format_error,
    format_percent,
    format_rate,
    format_seconds,
    format_span,
)
from pipeline.evaluate.html_style import STYLE
from pipeline.evaluate.kinds import KindScore
from pipeline.evaluate.reliability_picture import draw_reliability
from pipeline.evaluate.report import HEADERS, RecordingScore, format_rows
from pipeline.evaluate.report_tracks import TRACK_HEADERS, boundary_f1, format_track_rows
from pipeline.evaluate.timeline_picture import Palette, choose_colours, draw_timeline
from pipeline.evaluate.tracks import Take, TrackResult
from pipeline.evaluate.verdicts import Verdicts, judge_take
from pipeline.markup.elements import Markup, join, tag
from pipeline.markup.page import format_page

_BAR_HEADERS = frozenset({"F1@0.5"})
"""Columns whose share is drawn behind the figure."""


def format_html(results: Sequence[TrackResult]) -> str:
    """Write the page: the first track in pictures, and a table of all tracks if there are more.

    Self-contained and well-formed; whatever comes from a shop or a transcript is escaped.

    Raises:
        ValueError: when there is no result.
    """
    if not results:
        raise ValueError("nothing was measured")
    first = results[0]
    score = first.evaluation.total
    body = tag(
        "main",
        _write_head(first, score),
        _write_recordings_table(first),
        _write_tracks(results) if len(results) > 1 else Markup(),
        _write_timelines(first),
        _write_evidence(score),
    )
    return format_page("Kandian: how good is the index", body, style=STYLE)


def _write_head(result: TrackResult, score: RecordingScore) -> Markup:
    count = len(result.takes)
    seconds = sum(take.truth.duration_ms for take in result.takes) / 1000
    what = f"{count} recording{'s' * (count != 1)}, {seconds / 60:.0f} minutes, "
    what += f"{score.pitches.headline.true} pitches of {score.pitches.products} products"
    figures = (
        ("F1 at overlap 0.5", format_rate(score.pitches.headline.f1)),
        ("precision", format_rate(score.pitches.headline.precision)),
        ("recall", format_rate(score.pitches.headline.recall)),
        ("start off by, median", format_seconds(score.pitches.median_start_error_ms)),
        ("boundary F1 at 15 s", format_rate(boundary_f1(score.boundaries))),
        ("seconds right", format_percent(score.seconds.accuracy)),
        ("mean AP", format_rate(score.mean_average_precision)),
        ("calibration error", format_error(score.calibration.error)),
    )
    return join(
        (
            tag("h1", "How good is the index?"),
            tag("p", f"{what}. Track: {result.track.name}; counted: {_name_statuses(result)}."),
            tag(
                "dl",
                *(tag("div", tag("dt", name), tag("dd", value)) for name, value in figures),
                class_="figures",
            ),
        )
    )


def _name_statuses(result: TrackResult) -> str:
    return " and ".join(sorted(result.statuses))


def _write_recordings_table(result: TrackResult) -> Markup:
    rows = format_rows(result.evaluation)
    classes = [None] * (len(rows) - 1) + ["total"]
    return join((tag("h2", "Recordings"), _write_table(HEADERS, rows, classes)))


def _write_tracks(results: Sequence[TrackResult]) -> Markup:
    rows = format_track_rows(results)
    note = (
        "The same recordings under harder and easier conditions, with each kind of evidence off, "
        "and by the baselines. Start errors, Pk, WindowDiff and ECE: less is better."
    )
    classes = ["first"] + [None] * (len(rows) - 1)
    return join((tag("h2", "Tracks"), tag("p", note), _write_table(TRACK_HEADERS, rows, classes)))


def _write_table(
    headers: Sequence[str], rows: Sequence[Sequence[str]], classes: Sequence[str | None]
) -> Markup:
    lines = (
        tag("tr", *map(_write_cell, headers, row), class_=class_)
        for row, class_ in zip(rows, classes, strict=True)
    )
    head = tag("thead", tag("tr", *(tag("th", header) for header in headers)))
    return _card(tag("table", head, tag("tbody", *lines)), "scroll")


def _write_cell(header: str, cell: str) -> Markup:
    if header in _BAR_HEADERS and cell != NOTHING:
        return tag("td", cell, class_="bar", style=f"--share:{100 * float(cell):.0f}%")
    return tag("td", tag("bdi", cell))


def _card(content: Markup, *classes: str) -> Markup:
    return tag("div", content, class_=" ".join(("card", *classes)))


def _write_timelines(result: TrackResult) -> Markup:
    legend = (
        ("is-right", "right"),
        ("is-wrong", "wrong"),
        ("is-missed", "missed"),
        ("is-review", "waits for review"),
    )
    return join(
        (
            tag("h2", "Timelines"),
            tag(
                "p",
                "What is true above, what was found below it, a colour for each product; beneath, "
                "a tick for each piece of evidence. Rest on a bar or tick to read more.",
            ),
            tag(
                "div",
                *(tag("span", tag("i", class_=class_), name) for class_, name in legend),
                class_="legend",
            ),
            *(_write_take(take, result) for take in result.takes),
        )
    )


def _write_take(take: Take, result: TrackResult) -> Markup:
    verdicts = judge_take(take, result.statuses)
    colours = choose_colours(take)
    return join(
        (
            tag("h3", tag("bdi", take.name)),
            _card(draw_timeline(take, verdicts, colours), "scroll"),
            _write_faults(take, verdicts, colours),
        )
    )


def _write_faults(take: Take, verdicts: Verdicts, colours: Palette) -> Markup:
    """Return lists of what was missed and what is wrong, with times; nothing when all is right."""
    missed = [
        _write_fault(
            take, colours, each.pitch.product_id, format_span(each.pitch.span), each.reason
        )
        for each in verdicts.missed
    ]
    wrong = [
        _write_fault(
            take,
            colours,
            each.highlight.product_id,
            format_span(each.highlight.span),
            f"{each.reason} (confidence {each.highlight.confidence:.2f})",
        )
        for each in verdicts.wrong
    ]
    lists = [
        _card(join((tag("h3", f"{name}: {len(items)}"), tag("ul", *items, class_="faults"))))
        for name, items in (("Missed", missed), ("Wrong", wrong))
        if items
    ]
    return tag("div", *lists, class_="sides") if lists else Markup()


def _write_fault(take: Take, colours: Palette, product_id: str, when: str, why: str) -> Markup:
    return tag(
        "li",
        tag("time", when),
        tag("span", class_="swatch", style=f"background:{colours[product_id]}"),
        tag("bdi", take.title_of(product_id)),
        tag("small", tag("bdi", why)),
    )


def _write_evidence(score: RecordingScore) -> Markup:
    calibration = score.calibration
    above = calibration.above(0.0)
    numbers = (
        f"{above.judged} highlights, with those that wait for review; expected calibration error "
        f"{format_error(calibration.error)}, Brier score {format_error(calibration.brier)}. On the "
        "diagonal, a confidence keeps what it promises."
    )
    reliability = join(
        (
            tag("h2", "Does the confidence mean what it says?"),
            tag("p", numbers),
            _card(draw_reliability(calibration)),
        )
    )
    kinds = join(
        (
            tag("h2", "What each kind of evidence is worth"),
            tag(
                "p",
                "Of the evidence that highlights show. Coverage: true pitches that the kind speaks "
                "for; precision: pieces inside a pitch of their product; conflict: pieces in "
                "pitches that point to another product.",
            ),
            _write_kinds(score.kinds),
            tag("h3", "True pitches that two kinds both speak for"),
            _write_overlaps(score.kinds),
        )
    )
    return tag("div", tag("section", reliability), tag("section", kinds), class_="sides")


def _list_kinds(kinds: KindScore) -> tuple[EvidenceKind, ...]:
    return tuple(counts.kind for counts in kinds.kinds if counts.rows)


def _write_kinds(kinds: KindScore) -> Markup:
    rows = [
        (
            kind.value,
            str(counts.rows),
            format_rate(counts.coverage),
            format_rate(counts.precision),
            format_rate(counts.conflict),
        )
        for kind in _list_kinds(kinds)
        for counts in (kinds.of(kind),)
    ]
    headers = ("kind", "pieces", "coverage", "precision", "conflict")
    return _write_table(headers, rows, [None] * len(rows))


def _write_overlaps(kinds: KindScore) -> Markup:
    names = _list_kinds(kinds)
    lines = (tag("tr", tag("td", one), *_iter_overlaps(kinds, one, names)) for one in names)
    head = tag("tr", tag("th", ""), *(tag("th", name) for name in names))
    return _card(tag("table", tag("thead", head), tag("tbody", *lines)), "scroll")


def _iter_overlaps(
    kinds: KindScore, one: EvidenceKind, names: Sequence[EvidenceKind]
) -> Iterator[Markup]:
    for other in names:
        share = kinds.of(one).coverage if one is other else kinds.of_pair(one, other).overlap
        yield tag(
            "td",
            format_rate(share),
            class_="shade own" if one is other else "shade",
            style=f"--share:{60 * (share or 0):.0f}%",
        )
