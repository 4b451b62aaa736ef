"""The frontier as a picture: CPU time to the right, bits saved upwards; no library draws it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 860, 540
LEFT, RIGHT, TOP, BOTTOM = 70, 20, 60, 60
LABEL_PX, LINE_PX = 6.4, 13
"""Of a letter's width, and between lines: enough to tell which labels would overlap."""

FONT = 'font-family="sans-serif" font-size="12"'
COLOURS = {"libx264": "#2b6cb0", "libsvtav1": "#c05621", "libx265": "#2f855a"}
NAMES = {"libx264": "H.264", "libsvtav1": "AV1", "libx265": "HEVC"}


@dataclass(frozen=True, slots=True)
class Spot:
    """One encoder in the picture."""

    name: str
    encoder: str
    cpu_ratio: float
    saved: float
    is_profile: bool = False
    """Whether replays are made with it."""


def is_best(spot: Spot, spots: Sequence[Spot]) -> bool:
    """Tell whether no other saves as much for as little CPU time."""
    return not any(
        other.saved >= spot.saved
        and other.cpu_ratio <= spot.cpu_ratio
        and (other.saved, other.cpu_ratio) != (spot.saved, spot.cpu_ratio)
        for other in spots
    )


def draw(spots: Sequence[Spot], *, title: str) -> str:
    """Return the picture as SVG, the same for the same spots."""
    most_cpu = 0.25 * math.ceil(4 * max(1.5, *(spot.cpu_ratio for spot in spots)) + 1)
    low = 0.1 * math.floor(10 * min(0.0, *(spot.saved for spot in spots)))
    high = 0.1 * math.ceil(10 * max(0.6, *(spot.saved for spot in spots)) + 0.5)
    frame = _Frame(most_cpu, low, high)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" {FONT}>',
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
            f'<text x="{LEFT}" y="24" font-size="15">{escape(title)}</text>',
            *_axes(frame),
            *_legend(spots),
            *_frontier(spots, frame),
            *_spots(spots, frame),
            "</svg>",
            "",
        ]
    )


@dataclass(frozen=True, slots=True)
class _Frame:
    most_cpu: float
    low: float
    high: float

    def x(self, cpu_ratio: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * cpu_ratio / self.most_cpu

    def y(self, saved: float) -> float:
        part = (saved - self.low) / (self.high - self.low)
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * part


def _axes(frame: _Frame) -> Iterator[str]:
    for step in range(round(frame.most_cpu / 0.25) + 1):
        x = frame.x(0.25 * step)
        shade = "#888" if step == 4 else "#e5e5e5"
        yield f'<path d="M{x:.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="{shade}"/>'
        if step % 2 == 0:
            yield (
                f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">'
                f"{0.25 * step:g}</text>"
            )
    for step in range(round(10 * frame.low), round(10 * frame.high) + 1):
        y = frame.y(step / 10)
        shade = "#888" if step == 0 else "#e5e5e5"
        yield f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="{shade}"/>'
        yield f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{10 * step} %</text>'
    middle = (LEFT + WIDTH - RIGHT) / 2
    yield (
        f'<text x="{middle:.0f}" y="{HEIGHT - 16}" text-anchor="middle">'
        "CPU time / that of veryfast, at equal quality</text>"
    )
    yield (
        f'<text transform="translate(18 {(TOP + HEIGHT - BOTTOM) / 2:.0f}) rotate(-90)" '
        'text-anchor="middle">bits saved at equal quality</text>'
    )


def _legend(spots: Sequence[Spot]) -> Iterator[str]:
    used = [encoder for encoder in COLOURS if any(spot.encoder == encoder for spot in spots)]
    for at, encoder in enumerate(used):
        x = LEFT + 90 * at
        yield f'<circle cx="{x + 5}" cy="42" r="5" fill="{COLOURS[encoder]}"/>'
        yield f'<text x="{x + 15}" y="46">{NAMES[encoder]}</text>'
    if any(spot.is_profile for spot in spots):
        x = LEFT + 90 * len(used)
        yield f'<circle cx="{x + 5}" cy="42" r="6" fill="none" stroke="#222" stroke-width="2"/>'
        yield f'<text x="{x + 17}" y="46">what replays are made with</text>'


def _frontier(spots: Sequence[Spot], frame: _Frame) -> Iterator[str]:
    for encoder, colour in COLOURS.items():
        same = [spot for spot in spots if spot.encoder == encoder]
        best = sorted((spot.cpu_ratio, spot.saved) for spot in same if is_best(spot, same))
        if len(best) > 1:
            path = " ".join(f"{frame.x(cpu):.1f},{frame.y(saved):.1f}" for cpu, saved in best)
            yield (
                f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-opacity=".45" '
                'stroke-width="2"/>'
            )


def _spots(spots: Sequence[Spot], frame: _Frame) -> Iterator[str]:
    taken = [
        (frame.x(spot.cpu_ratio) - 5, frame.x(spot.cpu_ratio) + 5, frame.y(spot.saved) + 4)
        for spot in spots
    ]
    for spot in sorted(spots, key=lambda spot: (not spot.is_profile, -spot.saved, spot.name)):
        x, y = frame.x(spot.cpu_ratio), frame.y(spot.saved)
        colour = COLOURS[spot.encoder]
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>'
        if spot.is_profile:
            yield (
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="8" fill="none" stroke="#222" '
                'stroke-width="2"/>'
            )
        place = _free_place(x, y, spot.name, taken)
        if place is None:
            continue
        weight = ' font-weight="bold"' if spot.is_profile else ""
        yield (
            f'<text x="{place[0]:.1f}" y="{place[1]:.1f}" font-size="11" fill="{colour}"{weight}>'
            f"{escape(spot.name)}</text>"
        )


def _free_place(
    x: float, y: float, name: str, taken: list[tuple[float, float, float]]
) -> tuple[float, float] | None:
    """Return where a label covers no other and no dot; None in a crowd: the table must do."""
    width = LABEL_PX * len(name)
    for left, base in (
        (x + 11, y + 4),
        (x + 8, y - 8),
        (x + 8, y + 16),
        (x - 11 - width, y + 4),
        (x - 8 - width, y - 8),
        (x - 8 - width, y + 16),
    ):
        free = all(
            abs(base - other_base) >= LINE_PX or left + width < other_left or left > other_right
            for other_left, other_right, other_base in taken
        )
        if free and LEFT <= left <= WIDTH - RIGHT - width:
            taken.append((left, left + width, base))
            return left, base
    return None
