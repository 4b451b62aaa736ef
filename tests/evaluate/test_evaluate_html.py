"""The report page: well-formed, whole, self-contained, and safe from what shops write."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from models.catalogue import Catalogue, Product
from models.highlight import Evidence, EvidenceKind, Highlight, Status
from pipeline.evaluate.baselines import Baseline
from pipeline.evaluate.html_report import format_html
from pipeline.evaluate.report import evaluate_recording
from pipeline.evaluate.tracks import Take, Track, TrackResult
from pipeline.evaluate.truth import Truth
from tests.markup.page_reader import Page

Make = Callable[..., object]
HOSTILE = (
    "<script>alert(1)</script>",
    "\"quoted\" & 'single'",
    "--> ]]> </title></svg></style>",
    "style=x onload=y //evil.example \u202e txt \x00\x1b \ud800",
)
"""What products A to D are called."""
SHOP = Catalogue(tuple(Product(id_, title) for id_, title in zip("ABCD", HOSTILE, strict=True)))


def take(name: str, highlights: list[Highlight], truth: Truth) -> Take:
    return Take(truth, SHOP, tuple(highlights), evaluate_recording(name, highlights, truth))


@pytest.fixture
def results(highlight: Make, truth: Make) -> tuple[TrackResult, ...]:
    """One right, one wrong, one that waits; one pitch missed; and a recording with nothing."""
    evidence = (
        Evidence(EvidenceKind.ALIAS, HOSTILE[0], 5_000, weight=2.0),
        Evidence(EvidenceKind.LINK_NUMBER, HOSTILE[2], 8_000, weight=1.0),
    )
    found = [
        replace(highlight("A", 0, 60), evidence=evidence),
        highlight("D", 60, 120),
        highlight("C", 200, 260, status=Status.REVIEW),
    ]
    true = truth(("A", 0, 58), ("B", 61, 118), ("C", 205, 255))
    takes = (take(HOSTILE[0], found, true), take("empty", [], truth()))
    nothing = tuple(take(each.name, [], each.truth) for each in takes)
    return TrackResult(Track(), takes), TrackResult(Track(baseline=Baseline.KEYWORD), nothing)


@pytest.fixture
def page(results: tuple[TrackResult, ...]) -> Page:
    return Page(format_html(results))


def test_the_page_is_well_formed(page: Page) -> None:
    assert page.open == []
    assert page.tags["html"] == page.tags["head"] == page.tags["body"] == page.tags["main"] == 1


def test_every_pitch_and_highlight_has_its_bar_and_every_evidence_its_tick(page: Page) -> None:
    assert page.classes["timeline"] == 2
    assert (page.classes["true"], page.classes["found"], page.classes["tick"]) == (3, 3, 2)
    assert (page.classes["right"], page.classes["wrong"], page.classes["review"]) == (1, 1, 1)
    assert page.classes["missed"] == 2


def test_what_is_missed_and_wrong_is_listed_with_its_time(page: Page) -> None:
    text = "\n".join(page.texts)
    assert "Missed: 2" in text
    assert "Wrong: 1" in text
    assert {"1:01 to 1:58", "3:25 to 4:15", "1:00 to 2:00"} <= set(page.texts)


def test_hostile_titles_are_text_and_nothing_else(page: Page) -> None:
    allowed = {"html", "head", "meta", "title", "style", "body", "main", "section", "div", "span"}
    allowed |= {"h1", "h2", "h3", "p", "dl", "dt", "dd", "ul", "li", "time", "small", "i", "bdi"}
    allowed |= {"table", "thead", "tbody", "tr", "th", "td"}
    allowed |= {"svg", "g", "rect", "line", "circle", "text", "polyline"}
    assert set(page.tags) <= allowed
    assert not {name for name in page.attributes if name.startswith("on")}
    shown = "\n".join(page.texts)
    for title in HOSTILE[:3]:
        assert title in shown


def test_the_page_can_be_written_and_has_no_control_characters(
    results: tuple[TrackResult, ...],
) -> None:
    text = format_html(results)
    text.encode()
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", text)


def test_the_page_needs_nothing_from_anywhere(results: tuple[TrackResult, ...]) -> None:
    text = format_html(results).lower()
    for reference in ("http:", "https:", "src=", "href=", "url(", "@import", "<link", "<script"):
        assert reference not in text


def test_the_style_has_no_end_in_it_and_knows_the_night(results: tuple[TrackResult, ...]) -> None:
    text = format_html(results)
    style = text[text.index("<style>") : text.index("</style>")]
    assert "prefers-color-scheme: dark" in style
    assert style.count("{") == style.count("}")


def test_tracks_are_compared_only_when_there_are_several(
    results: tuple[TrackResult, ...], page: Page
) -> None:
    assert "baseline keyword" in page.texts
    assert "baseline keyword" not in Page(format_html(results[:1])).texts


def test_the_page_is_the_same_every_time(results: tuple[TrackResult, ...]) -> None:
    assert format_html(results) == format_html(results)


def test_a_long_broadcast_is_wide_and_its_axis_sparse(highlight: Make, truth: Make) -> None:
    long = replace(truth(("A", 0, 60)), duration_ms=6 * 3_600_000)
    text = format_html([TrackResult(Track(), (take("d", [highlight("A", 0, 60)], long),))])
    timeline = text[text.index('class="timeline"') :]
    timeline = timeline[: timeline.index("</svg>")]
    width = int(re.search(r"min-width:(\d+)px", timeline)[1])
    marks = [float(x) for x in re.findall(r'<text x="([\d.]+)"[^>]*class="moment"', timeline)]
    gaps = [b - a for a, b in itertools.pairwise(marks)]
    assert width > 5_000
    assert len(marks) > 10
    assert min(gaps) > 60
    assert max(marks) < width


def test_nothing_measured_is_no_report() -> None:
    with pytest.raises(ValueError, match="nothing was measured"):
        format_html(())
