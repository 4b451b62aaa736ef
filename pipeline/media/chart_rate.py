"""A picture of the bits over time: the recording behind, its replay before it, what was sampled.

Mbit/s  |  __|  |__     | sampled windows across
        | |  |  |  |____
        +-----------------------
pitches    [--)     [-----)        where somebody will jump to
keyframes |  |  |  |  |  |         of the replay; those that were asked for are longer
        0:00      1:00      2:00
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from models.decision import Search, Window
from models.span import Span
from pipeline.markup.axis import format_moment, list_marks
from pipeline.markup.elements import Markup, join, tag
from pipeline.markup.scale import Scale, fit_scale
from pipeline.media.rate_curve import RateCurve
from pipeline.media.report_facts import MediaReport, Pitch, ReportedRendition
from pipeline.media.report_words import format_bit_rate, format_share

# All lengths are CSS pixels.
WIDTH = 1160
LEFT, RIGHT = 84, 20
TOP = 22
"""Room for the windows' shares."""
PLOT_BOTTOM = 212
PITCH_TOP, PITCH_HEIGHT = 222, 14
KEYFRAME_TOP, KEYFRAME_HEIGHT = 244, 8
ASKED_MORE = 5
"""By how much a keyframe that was asked for is longer."""
AXIS = 264
HEIGHT = 288
TICKS = 4
LEAST_WIDTH = 3.0
"""Of a window: two seconds of four hours would not be seen."""
LABEL_ROOM = 34.0
"""What the share of a window takes, above it."""
MANY_KEYFRAMES = 1.5
"""Two keyframes nearer than this are drawn as one."""


def draw_rate(report: MediaReport, one: ReportedRendition) -> Markup:
    """Return the picture as an SVG element; everything lies inside its frame."""
    time = Scale(0, max(1, report.duration_ms), LEFT, WIDTH - RIGHT)
    curves = [("source", report.original.curve), ("replay", one.curve)]
    shown = [(name, curve) for name, curve in curves if curve is not None]
    rates = [float(rate) for _, curve in shown for rate in curve.bit_rates]
    bits = fit_scale([0.0, 1.0, *rates], start=PLOT_BOTTOM, end=TOP)
    decision = one.record.decision
    return tag(
        "svg",
        join(_draw_axes(time, bits, report.duration_ms)),
        join(_draw_curve(curve, name, time, bits) for name, curve in shown),
        join(_draw_windows(decision.search, time)),
        _name_row("pitches", PITCH_TOP + PITCH_HEIGHT / 2),
        join(_draw_pitch(pitch, time) for pitch in report.pitches),
        _name_row("keyframes", KEYFRAME_TOP + KEYFRAME_HEIGHT / 2),
        join(_draw_keyframes(one.curve, decision.keyframes_ms, time)),
        class_="rate",
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        role="img",
        aria_label=f"bit rate over {format_moment(report.duration_ms)}, with "
        f"{len(report.pitches)} pitches and {len(decision.keyframes_ms)} keyframes asked for",
    )


def _draw_axes(time: Scale, bits: Scale, duration_ms: int) -> Iterator[Markup]:
    for tick in bits.list_ticks(TICKS):
        y = bits.at(tick)
        yield tag("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y, y2=y, class_="grid")
        yield tag("text", format_bit_rate(tick) if tick else "0", x=LEFT - 8, y=y, class_="row")
    for at_ms in list_marks(max(1, duration_ms), WIDTH - LEFT - RIGHT):
        x = time.at(at_ms)
        yield tag("line", x1=x, x2=x, y1=PLOT_BOTTOM, y2=AXIS, class_="grid")
        yield tag("text", format_moment(at_ms), x=x, y=AXIS + 16, class_="moment")


def _draw_curve(curve: RateCurve, name: str, time: Scale, bits: Scale) -> Markup:
    """Draw a step for each stretch: nothing is known about what happens inside it."""
    steps = (
        f"V{bits.at(rate):.1f}H{time.at((place + 1) * curve.stretch_ms):.1f}"
        for place, rate in enumerate(curve.bit_rates)
    )
    outline = f"M{LEFT} {PLOT_BOTTOM}{''.join(steps)}V{PLOT_BOTTOM}Z"
    return tag("path", d=outline, class_=f"area {name}")


def _draw_windows(search: Search | None, time: Scale) -> Iterator[Markup]:
    if search is None:
        return
    free_from = 0.0
    for window in sorted(search.windows, key=lambda window: window.span):
        x, width = _place(window.span, time)
        middle = x + width / 2
        label = Markup()
        if middle - LABEL_ROOM / 2 >= free_from:
            share = format_share(window.share, 1)
            label = tag("text", share, x=middle, y=TOP - 8, class_="moment")
            free_from = middle + LABEL_ROOM / 2
        yield _draw_window(window, x, width, label)


def _draw_window(window: Window, x: float, width: float, label: Markup) -> Markup:
    span = window.span
    hint = f"window {format_moment(span.start_ms)} to {format_moment(span.end_ms)}"
    hint += f", stands for {format_share(window.share, 1)} of the recording"
    height = PLOT_BOTTOM - TOP
    bar = tag("rect", x=x, y=TOP, width=width, height=height, class_="window")
    return tag("g", tag("title", hint), bar, label)


def _draw_pitch(pitch: Pitch, time: Scale) -> Markup:
    x, width = _place(pitch.span, time)
    point = time.at(pitch.point_ms)
    span = f"{format_moment(pitch.span.start_ms)} to {format_moment(pitch.span.end_ms)}"
    return tag(
        "g",
        tag("title", f"{pitch.title}\n{span}"),
        tag("rect", x=x, y=PITCH_TOP, width=width, height=PITCH_HEIGHT, rx=3, class_="pitch"),
        tag("line", x1=point, x2=point, y1=PITCH_TOP, y2=PITCH_TOP + PITCH_HEIGHT, class_="jump"),
    )


def _draw_keyframes(
    curve: RateCurve | None, asked_ms: Sequence[int], time: Scale
) -> Iterator[Markup]:
    if curve is not None:
        yield _draw_ticks(curve.keyframes_ms, time, KEYFRAME_HEIGHT, "keyframe")
    yield _draw_ticks(asked_ms, time, KEYFRAME_HEIGHT + ASKED_MORE, "keyframe asked")


def _draw_ticks(moments_ms: Iterable[int], time: Scale, height: int, class_: str) -> Markup:
    """Draw many ticks as one path: a show of hours has thousands."""
    drawn: list[str] = []
    last = -MANY_KEYFRAMES
    for at_ms in sorted(moments_ms):
        x = time.at(at_ms)
        if x - last >= MANY_KEYFRAMES:
            drawn.append(f"M{x:.1f} {KEYFRAME_TOP}v{height}")
            last = x
    return tag("path", d="".join(drawn), class_=class_) if drawn else Markup()


def _place(span: Span, time: Scale) -> tuple[float, float]:
    """Return left edge and width of a span, wide enough to be seen and inside the picture."""
    left, right = time.at(span.start_ms), time.at(span.end_ms)
    width = max(right - left, LEAST_WIDTH)
    return min(left, WIDTH - RIGHT - width), width


def _name_row(name: str, middle: float) -> Markup:
    return tag("text", name, x=LEFT - 8, y=middle, class_="row")
