"""The media report in a real browser: nothing is asked for, nothing is wider than a telephone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.media.report_page import format_media_report
from pipeline.media.snapshot import open_any_footage, take_snapshot
from pipeline.media.tool import find_ffmpeg
from tests.browser.conftest import DESKTOP, PHONE, find_barriers
from tests.media.reports import HOSTILE, make_report


@pytest.fixture(scope="module")
def page_file(film: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report with hostile titles and real pictures."""
    footage = open_any_footage(film)
    assert footage is not None
    picture = take_snapshot(footage, 10_000, ffmpeg=find_ffmpeg())
    report = make_report(titles=HOSTILE)
    shown = tuple(
        replace(moment, original=picture, replays=(picture,)) for moment in report.moments
    )
    path = tmp_path_factory.mktemp("report") / "media.html"
    path.write_text(format_media_report(replace(report, moments=shown)), encoding="utf-8")
    return path


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["telephone", "desk"])
def test_the_report_shows_everything_and_has_no_barriers(
    page_file: Path, open_page: Callable, scheme: str, size: dict[str, int]
) -> None:
    page = open_page(
        page_file.as_uri(), size=size, color_scheme=scheme, bypass_csp=True, has_touch=False
    )
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    shown = "[...document.images].every((image) => image.complete && image.naturalWidth > 0)"
    assert page.evaluate(shown)
    assert page.locator("svg").count() == 2
    assert find_barriers(page) == []


def test_the_report_needs_no_script_and_allows_none(page_file: Path, open_page: Callable) -> None:
    page = open_page(page_file.as_uri(), java_script_enabled=False)
    assert page.get_by_role("heading", name="How this replay came about").is_visible()
    assert page.locator("img").count() == 2 * len(HOSTILE)
