"""A reliability diagram: how many are right of those that promise a confidence."""

from __future__ import annotations

import math
from collections.abc import Iterator

from pipeline.evaluate.calibration import Calibration, ReliabilityBin
from pipeline.markup.elements import Markup, join, tag

# All lengths are CSS pixels.
SIDE = 260
"""Of the square that confidence and precision span."""
LEFT = 44
TOP = 12
BOTTOM = 42
LARGEST_DOT = 22.0
"""Radius of a dot that stands for all highlights; the area goes with their number."""
MARKS = (0.0, 0.25, 0.5, 0.75, 1.0)


def draw_reliability(calibration: Calibration) -> Markup:
    """Return the diagram as an SVG element: dots on the diagonal keep what they promise."""
    bins = calibration.list_bins()
    total = sum(each.count for each in bins)
    path = " ".join(f"{_x(b.confidence):.1f},{_y(b.precision):.1f}" for b in bins)
    return tag(
        "svg",
        join(_draw_frame()),
        tag("line", x1=_x(0), y1=_y(0), x2=_x(1), y2=_y(1), class_="ideal"),
        tag("polyline", points=path, class_="curve"),
        join(_draw_dot(each, total) for each in bins),
        class_="reliability",
        viewBox=f"0 0 {LEFT + SIDE + 16} {TOP + SIDE + BOTTOM}",
        role="img",
        aria_label=f"reliability of {total} highlights",
    )


def _draw_frame() -> Iterator[Markup]:
    for mark in MARKS:
        yield tag("line", x1=_x(0), x2=_x(1), y1=_y(mark), y2=_y(mark), class_="grid")
        yield tag("line", x1=_x(mark), x2=_x(mark), y1=_y(0), y2=_y(1), class_="grid")
        yield tag("text", f"{mark:g}", x=_x(mark), y=_y(0) + 16, class_="moment")
        yield tag("text", f"{mark:g}", x=_x(0) - 8, y=_y(mark), class_="row")
    yield tag("text", "confidence promised", x=_x(0.5), y=_y(0) + 34, class_="moment")
    yield tag(
        "text",
        "share that is right",
        x=0,
        y=0,
        transform=f"translate(12 {_y(0.5):.0f}) rotate(-90)",
        class_="moment",
    )


def _draw_dot(each: ReliabilityBin, total: int) -> Markup:
    hint = f"{each.count} highlights promise {each.confidence:.2f}, {each.precision:.2f} are right"
    return tag(
        "circle",
        tag("title", hint),
        cx=_x(each.confidence),
        cy=_y(each.precision),
        r=max(3.0, LARGEST_DOT * math.sqrt(each.count / total)),
        class_="dot",
    )


def _x(share: float) -> float:
    return LEFT + SIDE * share


def _y(share: float) -> float:
    return TOP + SIDE * (1 - share)
