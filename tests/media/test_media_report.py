"""The media report: pictures inside their frames, words that are right, a page that is safe."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.decision import Decision, Metric, RenditionRecord, Verdict
from pipeline.media.chart_quality import draw_quality
from pipeline.media.chart_rate import draw_rate
from pipeline.media.encoding import Frame
from pipeline.media.rate_curve import RateCurve
from pipeline.media.report_facts import MediaReport, Moment, Original, Pitch, ReportedRendition
from pipeline.media.report_page import format_media_report
from pipeline.media.report_words import (
    format_bit_rate,
    format_bytes,
    format_cpu,
    format_quality,
    format_share,
    iter_glossary,
    tell_saving,
    tell_search_cost,
)
from pipeline.media.snapshot import Snapshot
from tests.markup.page_reader import Page
from tests.media.reports import HOSTILE, make_report
from tests.models.records import (
    DECISION,
    SEARCH,
    decisions,
    make_rendition,
    moments,
    numbers,
    renditions,
    searches,
    spans,
    texts,
)

curves = st.builds(
    RateCurve,
    stretch_ms=st.integers(1, 3_600_000),
    bit_rates=st.lists(st.integers(0, 10**10), max_size=6).map(tuple),
    keyframes_ms=st.lists(moments, max_size=6).map(lambda found: tuple(sorted(found))),
)


@st.composite
def pitches(draw: st.DrawFn) -> Pitch:
    span = draw(spans())
    return Pitch(span, draw(st.integers(span.start_ms, span.end_ms - 1)), draw(texts))


records = st.builds(RenditionRecord, renditions, decisions)
reported = st.builds(ReportedRendition, records, st.none() | texts, st.none() | curves)
snapshots = st.builds(
    Snapshot, st.binary(max_size=8), st.builds(Frame, st.integers(2, 360), st.integers(2, 640))
)


@st.composite
def reports(draw: st.DrawFn) -> MediaReport:
    shown = draw(st.lists(reported, max_size=2))
    replays = st.tuples(*(st.none() | snapshots for _ in shown))
    seen = st.builds(Moment, moments, texts, st.none() | snapshots, replays)
    return MediaReport(
        recording_id=draw(texts),
        title=draw(texts),
        duration_ms=draw(st.integers(1, 48 * 3_600_000)),
        original=draw(
            st.builds(Original, texts, missing=st.none() | texts, curve=st.none() | curves)
        ),
        renditions=tuple(shown),
        pitches=tuple(draw(st.lists(pitches(), max_size=3))),
        moments=tuple(draw(st.lists(seen, max_size=2))),
    )


def read_svg(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314  we wrote it a moment ago


def iter_points(svg: str) -> Iterator[tuple[float, float]]:
    """Yield the corners of everything that is drawn, and the frame's size last."""
    root = read_svg(svg)
    for element in root.iter():
        at = {name: value for name, value in element.attrib.items() if name != "style"}
        if element.tag in ("rect", "text") and "transform" not in at:
            x, y = float(at["x"]), float(at["y"])
            yield x, y
            yield x + float(at.get("width", 0)), y + float(at.get("height", 0))
        elif element.tag == "circle":
            x, y, r = float(at["cx"]), float(at["cy"]), float(at["r"])
            yield from ((x - r, y - r), (x + r, y + r))
        elif element.tag == "line":
            yield float(at["x1"]), float(at["y1"])
            yield float(at["x2"]), float(at["y2"])
        elif element.tag in ("polyline", "polygon"):
            for pair in at["points"].split():
                x, y = pair.split(",")
                yield float(x), float(y)
        elif element.tag == "path":
            yield from iter_path(at["d"])
    width, height = root.attrib["viewBox"].split()[2:]
    yield float(width), float(height)


def iter_path(path: str) -> Iterator[tuple[float, float]]:
    """Follow a path of M, H, V and v."""
    x = y = 0.0
    for command, first, second in re.findall(r"([MHVvZ])(-?[\d.]+)?(?: (-?[\d.]+))?", path):
        if command == "M":
            x, y = float(first), float(second)
        elif command == "H":
            x = float(first)
        elif command in "Vv" and first:
            y = float(first) + (y if command == "v" else 0)
        yield x, y


def assert_inside(svg: str) -> None:
    *points, (width, height) = iter_points(svg)
    assert points
    assert all(0 <= x <= width and 0 <= y <= height for x, y in points)


@given(decisions, searches)
def test_every_point_of_a_search_lies_inside_the_frame(decision: Decision, search) -> None:
    svg = draw_quality(decision, search)
    assert_inside(svg)
    assert svg.count('class="probe"') == len(search.probes)
    assert svg.count('class="reached"') == (decision.reached is not None)


@given(reports().filter(lambda report: report.renditions))
def test_everything_over_time_lies_inside_the_frame(report: MediaReport) -> None:
    svg = draw_rate(report, report.renditions[0])
    assert_inside(svg)
    assert svg.count('class="pitch"') == len(report.pitches)
    search = report.renditions[0].record.decision.search
    assert svg.count('class="window"') == (len(search.windows) if search else 0)


@given(reports())
def test_any_report_is_a_well_formed_page_that_can_be_written(report: MediaReport) -> None:
    text = format_media_report(report)
    text.encode()
    page = Page(text)
    assert page.open == []
    assert page.tags["section"] >= len(report.renditions)


def test_numbers_of_probes_that_lie_close_do_not_touch() -> None:
    near = tuple(
        replace(SEARCH.probes[0], bit_rate=600_000 + n, quality=93 + n / 1e3) for n in range(5)
    )
    far = replace(SEARCH.probes[0], bit_rate=900_000, quality=97.0)
    svg = draw_quality(DECISION, replace(SEARCH, probes=(*near, far)))
    places = [
        (float(e.attrib["x"]), float(e.attrib["y"]))
        for e in read_svg(svg).iter("text")
        if e.attrib.get("class") == "number"
    ]
    assert len(places) == 6
    for place, (x, y) in enumerate(places):
        assert all(abs(x - a) >= 16 or abs(y - b) >= 14 for a, b in places[:place])


def test_a_show_of_hours_has_no_more_ticks_than_pixels() -> None:
    hours = 48 * 3_600_000
    curve = RateCurve(3_600_000, (1,) * 48, tuple(range(0, hours, 4000)))
    report = replace(make_report(), duration_ms=hours)
    svg = draw_rate(report, replace(report.renditions[0], curve=curve))
    assert len(svg) < 40_000


def test_the_page_says_what_was_decided_and_why() -> None:
    said = set(Page(format_media_report(make_report())).texts)
    assert {
        DECISION.why, "encoded anew", "H.264, 90x160", "4.10 Mbit/s", "655 kbit/s", "16.4 GB",
        "84 % less picture data", "92.9", "as wanted", "70.0 s", "9.5 s",
        "14 % of the encode; budget: 14.0 s, 20 %", "9 % of the encode",
        "Checks: 2 of 3 passed", "failed", "92.1, wanted 93.0 within 0.5", "VMAF-NEG",
    } <= said  # fmt: skip


def test_before_stands_left_of_after() -> None:
    page = Page(format_media_report(make_report()))
    captions = [text for text in page.texts if text.startswith(("recording", "replay:"))]
    assert captions == ["recording", "replay: H.264, 90x160"] * 2
    assert page.tags["img"] == 4


def test_without_the_original_the_replay_stands_alone() -> None:
    report = make_report()
    gone = replace(
        report,
        original=Original("/gone.flv", "The original is not there.", None),
        moments=tuple(replace(moment, original=None) for moment in report.moments),
    )
    page = Page(format_media_report(gone))
    assert page.tags["img"] == 2
    assert {"After", "The original is not there."} <= set(page.texts)
    assert "recording" not in page.texts
    assert page.classes["source"] == 0


def test_a_sound_alone_has_no_pictures_and_no_bits() -> None:
    silent = replace(
        DECISION, verdict=Verdict.ABSENT, search=None, reached=None, source_bit_rate=0, bit_rate=0
    )
    report = make_report(silent)
    (one,) = report.renditions
    report = replace(report, renditions=(replace(one, curve=None),), moments=())
    page = Page(format_media_report(report))
    assert (page.tags["svg"], page.tags["img"]) == (0, 0)
    assert "CRF" not in page.texts


def test_hostile_titles_and_paths_are_text_and_nothing_else() -> None:
    report = make_report(replace(DECISION, why=HOSTILE[0]), titles=HOSTILE)
    (one,) = report.renditions
    record = replace(one.record, rendition=make_rendition(f"{HOSTILE[2]}.mp4"))
    text = format_media_report(
        replace(
            report,
            original=Original(f"/{HOSTILE[0]}", HOSTILE[1], None),
            renditions=(replace(one, record=record, missing=HOSTILE[2]),),
        )
    )
    page = Page(text)
    plain = Page(format_media_report(make_report(titles=("a", "b", "c", "d"))))
    assert set(page.tags) == set(plain.tags)
    assert page.attributes == plain.attributes
    shown = "\n".join(page.texts)
    for title in HOSTILE[:3]:
        assert title in shown
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", text)


def test_the_page_needs_nothing_from_anywhere() -> None:
    text = format_media_report(make_report()).lower()
    assert "default-src 'none'" in text
    for reference in ("http:", "https:", "href=", "url(", "@import", "<link", "<script", "srcset"):
        assert reference not in text
    assert set(re.findall(r'src="([^,]*),', text)) == {"data:image/jpeg;base64"}


def test_the_style_has_no_end_in_it_and_knows_the_night() -> None:
    text = format_media_report(make_report())
    style = text[text.index("<style>") : text.index("</style>")]
    assert style.count("prefers-color-scheme: dark") == 2
    assert style.count("{") == style.count("}")


SAVINGS = {
    "less": ((4_000_000, 1_000_000), ("14.2 GB", "75 % less picture data")),
    "more": ((1_000_000, 1_100_000), ("475 MB more", "10 % more picture data")),
    "same": ((1_000_000, 1_000_000), ("nothing", "the same picture data")),
    "from-nothing": ((0, 1_000), ("4.8 MB more", "- more picture data")),
}


@pytest.mark.parametrize("case", SAVINGS)
def test_savings_are_told_for_a_thousand_views(case: str) -> None:
    (before, after), told = SAVINGS[case]
    decision = replace(DECISION, source_bit_rate=before, bit_rate=after)
    assert tell_saving(RenditionRecord(make_rendition(), decision)) == told


def test_a_search_that_took_too_long_is_told() -> None:
    slow = replace(SEARCH, cpu_s=21.0)
    assert tell_search_cost(DECISION, slow) == "30 % of the encode; budget: 14.0 s, 20 %, overrun"
    free = replace(DECISION, encode_cpu_s=0.0)
    assert tell_search_cost(free, SEARCH) == "- of the encode; budget: 14.0 s, -"


@pytest.mark.parametrize(
    ("said", "text"),
    [
        pytest.param(format_bit_rate(655_400), "655 kbit/s", id="kilobits"),
        pytest.param(format_bit_rate(999_999), "1.00 Mbit/s", id="rounds-up-to-megabits"),
        pytest.param(format_bytes(70_800_000_000), "70.8 GB", id="gigabytes"),
        pytest.param(format_bytes(450_000_000), "450 MB", id="megabytes"),
        pytest.param(format_bytes(3_000), "3 kB", id="kilobytes"),
        pytest.param(format_cpu(9.54), "9.5 s", id="seconds"),
        pytest.param(format_cpu(740), "12.3 min", id="minutes"),
        pytest.param(format_cpu(9_000), "2.5 h", id="hours"),
        pytest.param(format_cpu(math.inf), "-", id="endless"),
        pytest.param(format_quality(Metric.VMAF_NEG, 93.04), "93.0", id="vmaf"),
        pytest.param(format_quality(Metric.XPSNR, 41.25), "41.25 dB", id="xpsnr"),
        pytest.param(format_quality(Metric.XPSNR, math.inf), "∞", id="the-same-picture"),
        pytest.param(format_quality(Metric.SSIM, 0.98765), "0.9877", id="ssim"),
        pytest.param(format_quality(Metric.SSIM, None), "-", id="not-measured"),
        pytest.param(format_share(1, 0), "-", id="share-of-nothing"),
    ],
)
def test_figures_are_written_as_people_read_them(said: str, text: str) -> None:
    assert said == text


@given(numbers, st.integers(-(10**15), 10**15))
def test_any_figure_can_be_written(value: float, whole: int) -> None:
    assert format_cpu(value)
    assert format_bit_rate(whole)
    assert format_bytes(whole)
    assert all(format_quality(metric, value) for metric in Metric)


def test_the_glossary_explains_the_terms_that_the_page_uses() -> None:
    assert {"CRF", "VMAF-NEG", "window", "keyframe"} <= dict(iter_glossary([DECISION])).keys()
    without = dict(iter_glossary([replace(DECISION, search=None)]))
    assert "keyframe" in without
    assert not {"CRF", "VMAF-NEG", "probe"} & without.keys()


def test_a_moment_needs_a_place_for_each_rendition() -> None:
    with pytest.raises(ValueError, match="one place for each rendition"):
        replace(make_report(), renditions=())
