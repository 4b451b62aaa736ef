"""The media report as one page of HTML: why each rendition is as it is, in words and pictures."""

from __future__ import annotations

from models.decision import Verdict
from pipeline.markup.axis import format_moment
from pipeline.markup.elements import Markup, join, tag
from pipeline.markup.page import format_page
from pipeline.media.chart_quality import draw_quality
from pipeline.media.chart_rate import draw_rate
from pipeline.media.report_cards import (
    write_card,
    write_checks,
    write_figures,
    write_legend,
    write_probes,
)
from pipeline.media.report_facts import MediaReport, ReportedRendition
from pipeline.media.report_moments import write_moments
from pipeline.media.report_style import STYLE
from pipeline.media.report_words import VERDICTS, iter_glossary, name_rendition

_QUALITY_LEGEND = (
    ("of-probe", "probe, numbered in order"),
    ("of-worst", "its worst window"),
    ("of-target", "target with its tolerance"),
    ("of-chosen", "chosen: what is expected"),
    ("of-reached", "reached by the finished replay"),
)
_WINDOW_LEGEND = ("of-window", "sampled window, and the share that it stands for")
_PITCH_LEGEND = (
    ("of-pitch", "pitch, and where a jump lands"),
    ("of-keyframe", "keyframe that was asked for; the others are grey"),
)


def format_media_report(report: MediaReport) -> str:
    """Write the page: self-contained, well-formed, no script; whatever others wrote is escaped."""
    main = tag(
        "main",
        _write_head(report),
        *(_write_rendition(report, one) for one in report.renditions),
        write_moments(report),
        _write_glossary(report),
    )
    return format_page(f"Kandian: the replay of {report.title}", main, style=STYLE)


def _write_head(report: MediaReport) -> Markup:
    count = len(report.renditions)
    pitches = len(report.pitches)
    facts = f"{count} rendition{'s' * (count != 1)} of a recording of "
    facts += f"{format_moment(report.duration_ms)}, {pitches} pitch{'es' * (pitches != 1)}. "
    missing = report.original.missing
    return join(
        (
            tag("h1", "How this replay came about"),
            tag("p", tag("bdi", report.title), " (", tag("bdi", report.recording_id), "): ", facts),
            tag("p", "Made from ", tag("bdi", report.original.path), "."),
            tag("p", tag("bdi", missing), class_="lead") if missing else Markup(),
        )
    )


def _write_rendition(report: MediaReport, one: ReportedRendition) -> Markup:
    record = one.record
    decision = record.decision
    return tag(
        "section",
        tag(
            "h2",
            tag("bdi", record.rendition.url),
            tag("span", name_rendition(record)),
            tag("span", VERDICTS[decision.verdict], class_="verdict"),
        ),
        tag("p", tag("bdi", decision.why), class_="lead"),
        tag("p", tag("bdi", one.missing)) if one.missing else Markup(),
        write_figures(record),
        _write_search(one),
        _write_rate(report, one) if decision.verdict is not Verdict.ABSENT else Markup(),
        write_checks(decision.checks, record.rendition.url),
    )


def _write_search(one: ReportedRendition) -> Markup:
    decision = one.record.decision
    search = decision.search
    if search is None:
        return Markup()
    stopped = tag("p", "It ended because: ", tag("bdi", search.why_stopped))
    return tag(
        "div",
        write_card(
            "How the rate was found", write_legend(_QUALITY_LEGEND), draw_quality(decision, search)
        ),
        write_card("The probes", write_probes(search, one.record.rendition.url), stopped),
        class_="sides",
    )


def _write_rate(report: MediaReport, one: ReportedRendition) -> Markup:
    legend = []
    if report.original.curve is not None:
        legend.append(("of-source", "the recording"))
    if one.curve is not None:
        legend.append(("of-replay", "this rendition"))
    if one.record.decision.search is not None:
        legend.append(_WINDOW_LEGEND)
    curve = one.curve or report.original.curve
    note = "Neither file is there to be measured."
    if curve is not None:
        note = f"Bit rate of the picture, a step every {curve.stretch_ms // 1000} s."
    legend += _PITCH_LEGEND
    scrolled = tag(
        "div",
        draw_rate(report, one),
        class_="scroll",
        tabindex=0,
        role="region",
        aria_label=f"bit rate over time of {one.record.rendition.url}",
    )
    return write_card("Where the bits go", tag("p", note), write_legend(legend), scrolled)


def _write_glossary(report: MediaReport) -> Markup:
    decisions = [one.record.decision for one in report.renditions]
    terms = [join((tag("dt", term), tag("dd", text))) for term, text in iter_glossary(decisions)]
    return tag(
        "section",
        tag("h2", "What the words mean"),
        tag("div", tag("dl", *terms, class_="glossary"), class_="card"),
    )
