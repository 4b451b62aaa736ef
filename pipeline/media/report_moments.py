"""Before and after: the same moments of the recording and of its renditions, side by side."""

from __future__ import annotations

import base64

from pipeline.markup.axis import format_moment
from pipeline.markup.elements import Markup, tag
from pipeline.media.report_facts import MediaReport, Moment
from pipeline.media.report_words import name_rendition
from pipeline.media.snapshot import Snapshot

_BOTH = "The same moment of each pitch: the recording on the left, the replay on the right."
_ALONE = "A moment of each pitch as the replay shows it; the recording is not there to compare."
_SCALED = "Scaled down to the width of a telephone, as most people will see it."


def write_moments(report: MediaReport) -> Markup:
    """Return the pictures of all moments; without an original only the replay's; maybe nothing."""
    if not report.moments:
        return Markup()
    has_original = any(moment.original is not None for moment in report.moments)
    return tag(
        "section",
        tag("h2", "Before and after" if has_original else "After"),
        tag("p", f"{_BOTH if has_original else _ALONE} {_SCALED}"),
        tag(
            "div",
            *(
                _write_moment(report, moment, has_original=has_original)
                for moment in report.moments
            ),
            class_="moments",
        ),
    )


def _write_moment(report: MediaReport, moment: Moment, *, has_original: bool) -> Markup:
    names = [name_rendition(one.record) for one in report.renditions]
    when = format_moment(moment.at_ms)
    figures = [
        _write_picture(picture, f"replay: {name}", when)
        for name, picture in zip(names, moment.replays, strict=True)
    ]
    if has_original:
        figures.insert(0, _write_picture(moment.original, "recording", when))
    return tag(
        "div",
        tag("h3", tag("time", when), tag("bdi", moment.title)),
        tag(
            "div",
            *figures,
            class_="pictures",
            tabindex=0,
            role="region",
            aria_label=f"pictures at {when}",
        ),
        class_="card pair",
    )


def _write_picture(picture: Snapshot | None, name: str, when: str) -> Markup:
    caption = tag("figcaption", name)
    if picture is None:
        return tag("figure", tag("div", "no picture here", class_="none"), caption)
    data = base64.b64encode(picture.jpeg).decode("ascii")
    image = tag(
        "img",
        src=f"data:image/jpeg;base64,{data}",
        width=picture.size.width,
        height=picture.size.height,
        alt=f"{name}, {when}",
    )
    return tag("figure", image, caption)
