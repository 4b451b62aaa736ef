"""A picture of one recording: what is true above, what was found below, and why.

true     [ A      ]   [ B        ]
found    [ A    ]     [ C ][ B   ]      wrong ones outlined, those that wait for review lighter
alias      |  |            | |          a tick for each piece of evidence, by kind
link_no    |           |
         0:00      1:00      2:00
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from models.highlight import EvidenceKind
from models.span import MS_PER_MINUTE, Span
from pipeline.evaluate.cells import format_span
from pipeline.evaluate.tracks import Take
from pipeline.evaluate.verdicts import JudgedHighlight, JudgedPitch, Outcome, Verdicts
from pipeline.markup.axis import format_moment, list_marks
from pipeline.markup.elements import Markup, join, tag

# All lengths are CSS pixels at the smallest size that the picture is shown at.
GUTTER = 74
"""Room for the names of the rows."""
MARGIN = 20
"""Room for the last moment of the axis, and above the bars."""
LEAST_WIDTH = 880
WIDTH_PER_MINUTE = 60
"""A pitch of half a minute is wide enough to be read; long broadcasts are scrolled."""
BAR_HEIGHT = 28
BAR_GAP = 10
TICK_ROW = 13
AXIS_HEIGHT = 24
WIDE_CHARACTER = 12.0
NARROW_CHARACTER = 7.2
"""Widths of the letters on a bar."""
GOLDEN_ANGLE = 137.508
"""Degrees: hues this far apart stay apart, however many there are."""

Palette = Mapping[str, str]
"""The colour of every product that is shown, by id."""


def choose_colours(take: Take) -> Palette:
    """Give every product of a recording a colour, in the order in which they appear."""
    shown = [pitch.product_id for pitch in sorted(take.truth.pitches, key=lambda p: p.span)]
    shown += [h.product_id for h in take.highlights]
    return {
        product_id: f"hsl({(210 + place * GOLDEN_ANGLE) % 360:.0f} 62% 68%)"
        for place, product_id in enumerate(dict.fromkeys(shown))
    }


@dataclass(frozen=True, slots=True)
class _Scale:
    """Where moments lie on the picture."""

    duration_ms: int
    width: int

    def at(self, at_ms: int) -> float:
        """Return the place of a moment."""
        room = self.width - GUTTER - MARGIN
        return GUTTER + room * min(at_ms, self.duration_ms) / self.duration_ms

    def length(self, span: Span) -> float:
        """Return the width of a bar; at least a pixel, that one sees it."""
        return max(self.at(span.end_ms) - self.at(span.start_ms), 1.0)


def draw_timeline(take: Take, verdicts: Verdicts, colours: Palette) -> Markup:
    """Return the picture as an SVG element."""
    scale = _make_scale(take)
    kinds = _list_kinds(verdicts)
    first_tick = MARGIN + 2 * (BAR_HEIGHT + BAR_GAP)
    axis = first_tick + TICK_ROW * len(kinds) + BAR_GAP // 2
    height = axis + AXIS_HEIGHT
    found_y = MARGIN + BAR_HEIGHT + BAR_GAP
    parts = [
        join(_draw_axis(scale, axis)),
        _name_row("true", MARGIN + BAR_HEIGHT / 2),
        join(_draw_pitch(each, take, scale, colours) for each in verdicts.pitches),
        _name_row("found", found_y + BAR_HEIGHT / 2),
        join(_draw_highlight(h, take, scale, colours, found_y) for h in verdicts.highlights),
        *(
            join(_draw_ticks(kind, verdicts, scale, colours, first_tick + TICK_ROW * row))
            for row, kind in enumerate(kinds)
        ),
    ]
    return tag(
        "svg",
        *parts,
        class_="timeline",
        viewBox=f"0 0 {scale.width} {height}",
        style=f"min-width:{scale.width}px",
        role="img",
        aria_label=f"{take.name}: {len(verdicts.pitches)} true pitches, "
        f"{len(verdicts.highlights)} found",
    )


def _make_scale(take: Take) -> _Scale:
    ends = [take.truth.duration_ms, *(h.span.end_ms for h in take.highlights)]
    duration_ms = max(ends)
    minutes = duration_ms / MS_PER_MINUTE
    return _Scale(duration_ms, max(LEAST_WIDTH, round(minutes * WIDTH_PER_MINUTE)))


def _list_kinds(verdicts: Verdicts) -> tuple[EvidenceKind, ...]:
    """Return the kinds of evidence that there are, in one order always."""
    seen = {e.kind for each in verdicts.highlights for e in each.highlight.evidence}
    return tuple(kind for kind in EvidenceKind if kind in seen)


def _name_row(name: str, middle: float) -> Markup:
    return tag("text", name, x=GUTTER - 8, y=middle, class_="row")


def _draw_axis(scale: _Scale, y: int) -> Iterator[Markup]:
    for at_ms in list_marks(scale.duration_ms, scale.width - GUTTER - MARGIN):
        x = scale.at(at_ms)
        yield tag("line", x1=x, x2=x, y1=MARGIN - 6, y2=y, class_="grid")
        yield tag("text", format_moment(at_ms), x=x, y=y + 15, class_="moment")


def _draw_pitch(judged: JudgedPitch, take: Take, scale: _Scale, colours: Palette) -> Markup:
    pitch = judged.pitch
    title = take.title_of(pitch.product_id)
    hint = f"{title}\n{format_span(pitch.span)}"
    if judged.reason:
        hint += f"\nmissed: {judged.reason}"
    bar = _draw_bar(
        pitch.span,
        scale,
        MARGIN,
        fill=colours[pitch.product_id],
        class_="true missed" if judged.reason else "true",
    )
    return tag("g", tag("title", hint), bar, _label(title, pitch.span, scale, MARGIN))


def _draw_highlight(
    judged: JudgedHighlight, take: Take, scale: _Scale, colours: Palette, y: int
) -> Markup:
    highlight = judged.highlight
    title = take.title_of(highlight.product_id)
    hint = f"{title}\n{format_span(highlight.span)}, confidence {highlight.confidence:.2f}"
    hint += f"\n{judged.outcome}" + (f": {judged.reason}" if judged.reason else "")
    outcome = judged.outcome
    fill = colours[highlight.product_id]
    bar = _draw_bar(highlight.span, scale, y, fill=fill, class_=f"found {outcome}")
    point = tag("circle", cx=scale.at(highlight.point_ms), cy=y + BAR_HEIGHT, r=2.5, class_="point")
    label = _label(title, highlight.span, scale, y)
    faint = "faint" if outcome is Outcome.WAITING else None
    return tag("g", tag("title", hint), bar, label, point, class_=faint)


def _draw_bar(span: Span, scale: _Scale, y: int, **attributes: str) -> Markup:
    width = scale.length(span)
    return tag(
        "rect", x=scale.at(span.start_ms), y=y, width=width, height=BAR_HEIGHT, rx=4, **attributes
    )


def _label(title: str, span: Span, scale: _Scale, y: int) -> Markup:
    """Write as much of a title as its bar has room for."""
    text = _fit(title, scale.length(span) - 10)
    x, middle = scale.at(span.start_ms) + 5, y + BAR_HEIGHT / 2
    return tag("text", text, x=x, y=middle, class_="title") if text else Markup()


def _fit(text: str, room: float) -> str:
    kept = ""
    for character in text:
        room -= NARROW_CHARACTER if character.isascii() else WIDE_CHARACTER
        if room < 0:
            return kept[:-1] + "…" if len(kept) > 1 else ""
        kept += character
    return kept


def _draw_ticks(
    kind: EvidenceKind, verdicts: Verdicts, scale: _Scale, colours: Palette, y: int
) -> Iterator[Markup]:
    yield _name_row(kind, y + TICK_ROW / 2)
    for judged in verdicts.highlights:
        colour = colours[judged.highlight.product_id]
        for evidence in judged.highlight.evidence:
            if evidence.kind is not kind:
                continue
            x = scale.at(evidence.at_ms)
            hint = f"{kind}: {evidence.text}\n{format_moment(evidence.at_ms)}, "
            hint += f"weight {evidence.weight:.2f}"
            yield tag(
                "line",
                tag("title", hint),
                x1=x,
                x2=x,
                y1=y + 2,
                y2=y + TICK_ROW - 2,
                stroke=colour,
                class_="tick",
            )
