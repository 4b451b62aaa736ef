"""A media report as a real one would be, and titles as nobody should write them."""

from __future__ import annotations

from models.decision import Decision, RenditionRecord
from models.span import Span
from pipeline.media.encoding import Frame
from pipeline.media.rate_curve import RateCurve
from pipeline.media.report_facts import MediaReport, Moment, Original, Pitch, ReportedRendition
from pipeline.media.snapshot import Snapshot
from tests.models.records import DECISION, make_rendition

HOSTILE = (
    "<script>alert(1)</script>",
    "\"quoted\" & 'single'",
    "--> ]]> </title></svg></style>",
    "style=x onload=y //evil.example \u202e txt \x00\x1b",
)


def make_report(
    decision: Decision = DECISION, *, titles: tuple[str, ...] = ("围巾", "炒锅")
) -> MediaReport:
    shown = tuple(
        Pitch(Span(9_000 * n, 9_000 * n + 8_000), 9_000 * n, title)
        for n, title in enumerate(titles)
    )
    picture = Snapshot(b"\xff\xd8\xff", Frame(90, 160))
    record = RenditionRecord(make_rendition(), decision)
    return MediaReport(
        recording_id="show",
        title=titles[0],
        duration_ms=38_000,
        original=Original("/shows/tonight.flv", None, RateCurve(2_000, (4_000_000,) * 19, (0,))),
        renditions=(
            ReportedRendition(record, None, RateCurve(2_000, (655_000,) * 19, (0, 4_000))),
        ),
        pitches=shown,
        moments=tuple(Moment(p.point_ms, p.title, picture, (picture,)) for p in shown),
    )
