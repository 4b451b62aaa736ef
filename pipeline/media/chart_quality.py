"""A picture of the search: what each probe cost in bits and brought in quality.

quality |            (2)
        |      (3)<>           <>  chosen      []  reached
 target |=======[]=============    the band: target and tolerance
        | (1)
        +--------------------- bit rate
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from models.decision import Decision, Probe, Search
from pipeline.markup.elements import Markup, join, tag
from pipeline.markup.scale import Scale, fit_scale
from pipeline.media.report_words import METRIC_NAMES, format_bit_rate, format_quality

# All lengths are CSS pixels.
WIDTH, HEIGHT = 480, 320
"""Small, so that a telephone need not shrink the letters much."""
LEFT, RIGHT, TOP, BOTTOM = 64, 24, 18, 48
"""Room for the labels of the axes, and for a symbol at the edge."""
ROOM = 0.1
"""Share of an axis that stays free at each end."""
TICKS = 8
"""At most, on the axis of quality."""
RATE_TICKS = 5
DOT = 5.0
"""Radius of a probe."""
CHOSEN = 10.0
"""Half the diagonal of the diamond around the chosen point."""
REACHED = 4.5
"""Half the side of the square at the reached point."""
LABEL_WIDTH, LABEL_HEIGHT = 16.0, 14.0
"""What a probe's number takes, two digits."""
AROUND = ((0, -1), (1, -1), (-1, -1), (1, 0), (-1, 0), (0, 1), (1, 1), (-1, 1))
"""Where a number may stand beside its dot, the best place first."""
DISTANCES = (17.0, 25.0, 33.0)
"""From dot to number: farther when the near places are taken."""


@dataclass(frozen=True, slots=True)
class _Spot:
    """Something that takes room on the picture."""

    x: float
    y: float

    def covers(self, other: _Spot) -> bool:
        """Tell whether two things of a label's size would touch."""
        return abs(self.x - other.x) < LABEL_WIDTH and abs(self.y - other.y) < LABEL_HEIGHT


def draw_quality(decision: Decision, search: Search) -> Markup:
    """Return the picture as an SVG element; every point lies inside its frame."""
    bits, quality = _make_scales(decision, search)
    name = METRIC_NAMES[search.metric]
    label = f"{name} over bit rate: {len(search.probes)} probes, the target, what was chosen"
    return tag(
        "svg",
        join(_draw_axes(bits, quality, search)),
        _draw_target(quality, search),
        join(_draw_whisker(probe, bits, quality) for probe in search.probes),
        _draw_curve(search.probes, bits, quality),
        join(_draw_probes(decision, search, bits, quality)),
        _draw_chosen(search, bits, quality),
        _draw_reached(decision, search, bits, quality),
        class_="quality",
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        role="img",
        aria_label=label,
    )


def _make_scales(decision: Decision, search: Search) -> tuple[Scale, Scale]:
    points = (*search.probes, search.chosen)
    rates = [float(probe.bit_rate) for probe in points]
    values = [value for probe in points for value in (probe.quality, probe.worst)]
    values += [search.target - search.tolerance, search.target + search.tolerance]
    if decision.reached is not None:
        rates.append(float(decision.bit_rate))
        values.append(decision.reached)
    return (
        fit_scale(rates, start=LEFT, end=WIDTH - RIGHT, room=ROOM),
        fit_scale(values, start=HEIGHT - BOTTOM, end=TOP, room=ROOM),
    )


def _draw_axes(bits: Scale, quality: Scale, search: Search) -> Iterator[Markup]:
    bottom = HEIGHT - BOTTOM
    for tick in quality.list_ticks(TICKS):
        y = quality.at(tick)
        yield tag("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y, y2=y, class_="grid")
        yield tag("text", f"{tick:g}", x=LEFT - 8, y=y, class_="row")
    for tick in bits.list_ticks(RATE_TICKS):
        x = bits.at(tick)
        yield tag("line", x1=x, x2=x, y1=TOP, y2=bottom, class_="grid")
        yield tag("text", f"{tick / 1e3:g}", x=x, y=bottom + 16, class_="moment")
    middle = (LEFT + WIDTH - RIGHT) / 2
    yield tag("text", "bit rate of the picture, kbit/s", x=middle, y=HEIGHT - 10, class_="moment")
    turned = f"translate(14 {(TOP + bottom) / 2:.0f}) rotate(-90)"
    name = METRIC_NAMES[search.metric]
    yield tag("text", name, x=0, y=0, transform=turned, class_="moment")


def _draw_target(quality: Scale, search: Search) -> Markup:
    ends = (search.target - search.tolerance, search.target + search.tolerance)
    top, bottom = sorted(map(quality.at, ends))
    y = quality.at(search.target)
    hint = f"target {format_quality(search.metric, search.target)}"
    hint += f", tolerance {format_quality(search.metric, search.tolerance)}"
    width = WIDTH - RIGHT - LEFT
    return tag(
        "g",
        tag("title", hint),
        tag("rect", x=LEFT, y=top, width=width, height=max(bottom - top, 1.0), class_="band"),
        tag("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y, y2=y, class_="target"),
    )


def _draw_whisker(probe: Probe, bits: Scale, quality: Scale) -> Markup:
    """Reach from a probe's quality down to that of its worst window."""
    x, worst = bits.at(probe.bit_rate), quality.at(probe.worst)
    return tag(
        "g",
        tag("line", x1=x, x2=x, y1=quality.at(probe.quality), y2=worst),
        tag("line", x1=x - 4, x2=x + 4, y1=worst, y2=worst),
        class_="whisker",
    )


def _draw_curve(probes: Sequence[Probe], bits: Scale, quality: Scale) -> Markup:
    ordered = sorted(probes, key=lambda probe: probe.bit_rate)
    points = " ".join(f"{bits.at(p.bit_rate):.1f},{quality.at(p.quality):.1f}" for p in ordered)
    return tag("polyline", points=points, class_="curve")


def _draw_probes(
    decision: Decision, search: Search, bits: Scale, quality: Scale
) -> Iterator[Markup]:
    dots = [_Spot(bits.at(p.bit_rate), quality.at(p.quality)) for p in search.probes]
    taken = [*dots, _Spot(bits.at(search.chosen.bit_rate), quality.at(search.chosen.quality))]
    if decision.reached is not None:
        taken.append(_Spot(bits.at(decision.bit_rate), quality.at(decision.reached)))
    for number, (probe, dot) in enumerate(zip(search.probes, dots, strict=True), 1):
        place = _find_room(dot, taken)
        taken.append(place)
        hint = f"probe {number}: {_describe(search, probe)}"
        yield tag(
            "g",
            tag("title", hint),
            tag("circle", cx=dot.x, cy=dot.y, r=DOT, class_="probe"),
            tag("text", number, x=place.x, y=place.y, class_="number"),
        )


def _find_room(dot: _Spot, taken: Sequence[_Spot]) -> _Spot:
    """Return the best place for a dot's number that nothing stands in yet."""
    places = [
        _Spot(
            min(max(dot.x + distance * dx, LEFT), WIDTH - RIGHT),
            min(max(dot.y + distance * dy, TOP), HEIGHT - BOTTOM),
        )
        for distance, (dx, dy) in itertools.product(DISTANCES, AROUND)
    ]
    return min(places, key=lambda place: sum(place.covers(other) for other in taken))


def _draw_chosen(search: Search, bits: Scale, quality: Scale) -> Markup:
    x, y = bits.at(search.chosen.bit_rate), quality.at(search.chosen.quality)
    corners = ((x, y - CHOSEN), (x + CHOSEN, y), (x, y + CHOSEN), (x - CHOSEN, y))
    return tag(
        "polygon",
        tag("title", f"chosen: {_describe(search, search.chosen)}"),
        points=" ".join(f"{px:.1f},{py:.1f}" for px, py in corners),
        class_="chosen",
    )


def _draw_reached(decision: Decision, search: Search, bits: Scale, quality: Scale) -> Markup:
    if decision.reached is None:
        return Markup()
    hint = f"reached: {format_quality(search.metric, decision.reached)} at "
    hint += format_bit_rate(decision.bit_rate)
    return tag(
        "rect",
        tag("title", hint),
        x=bits.at(decision.bit_rate) - REACHED,
        y=quality.at(decision.reached) - REACHED,
        width=2 * REACHED,
        height=2 * REACHED,
        class_="reached",
    )


def _describe(search: Search, probe: Probe) -> str:
    quality = format_quality(search.metric, probe.quality)
    return f"CRF {probe.crf:g}, {quality} at {format_bit_rate(probe.bit_rate)}"
