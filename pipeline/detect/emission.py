"""Weigh evidence: log-likelihood ratios per unit and product, and the moves between products."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.detect.cues import Cue
from pipeline.detect.decode import NONE_STATE, Floats, Moves
from pipeline.detect.echo import Echo
from pipeline.detect.find_meaning import Likeness
from pipeline.detect.findings import surprise
from pipeline.detect.parameters import Weights
from pipeline.detect.scene import Head, Scene
from pipeline.detect.tabulate import Table, lead, remember
from pipeline.detect.units import Unit

MOST_SHARE = 1.5
"""Of `surprise`: no unit says more about a product than this."""
SILENCE_FREE_S = 0.4
SILENCE_MOST_S = 2.0
"""A pause counts from the first of these to the second, in seconds."""
MOST_ODDS = 4.0
"""Log-odds of a scene beyond this count as this: they are rarely that sure with reason."""
MOST_TRUST = 3.0
"""Trust beyond this counts as this."""
USUAL_TRUST = 1.7
USUAL_ODDS = {
    Head.PITCH: 2.8,
    Head.OPENS: -2.7,
    Head.CLOSES: -2.6,
    Head.CHATTER: -3.4,
    Head.PREVIEW: -4.0,
    Head.RECAP: -3.9,
    Head.QUESTION: -3.8,
}
"""What units sound like that speak for what is pitched, on average over the text broadcasts: only
what is unusual makes their evidence count more or less."""
LONG_UNIT_S = 10.0
"""A unit longer than this counts as this long."""


@dataclass(frozen=True, slots=True)
class Reading:
    """All that was read from one broadcast, unit by unit, before it is weighed."""

    units: tuple[Unit, ...]
    cues: tuple[frozenset[Cue], ...]
    table: Table
    likeness: Likeness
    scene: Scene
    linked: tuple[bool, ...]
    """Per product, whether it has a link number."""
    echo: Echo
    """What was heard of every product elsewhere; none at a first look."""


def weigh_emissions(reading: Reading, weights: Weights) -> Floats:
    """Return log-likelihood ratios, shape (units, 1 + products); column 0 is "no product"."""
    emissions = np.zeros((len(reading.units), 1 + len(reading.linked)))
    for name, feature in iter_product_features(reading):
        emissions[:, 1:] += getattr(weights, name) * feature
    for name, signal in iter_none_features(reading):
        emissions[:, NONE_STATE] += getattr(weights, name) * signal
    return emissions


def iter_product_features(reading: Reading) -> Iterator[tuple[str, Floats]]:
    """Yield (name of the weight, feature); features are of shape (units, products or 1)."""
    most = MOST_SHARE * surprise(len(reading.linked))
    yield from reading.table.iter_shares(most)
    yield "meaning", reading.likeness.near
    yield "meaning_wide", reading.likeness.wide
    total = reading.table.total(most)
    before, after = (np.minimum(part, most) for part in remember(reading.units, total))
    yield "before", before
    yield "after", after
    yield "enclosed", np.minimum(before, after)
    yield "lead", lead(total + before + after, most)
    trust = np.clip(reading.scene.trust, -MOST_TRUST, MOST_TRUST) - USUAL_TRUST
    yield "trusted", total * trust[:, None]
    for head, usual in USUAL_ODDS.items():
        odds = np.clip(getattr(reading.scene, head), -MOST_ODDS, MOST_ODDS) - usual
        yield f"told_{head}", total * odds[:, None] / MOST_ODDS
    seconds = [min(unit.span.duration_ms / 1000, LONG_UNIT_S) for unit in reading.units]
    yield "pitching", np.array(seconds)[:, None] / 5
    yield "scene", reading.scene.pitch[:, None]
    yield "echo_meaning", reading.echo.meaning
    yield "echo_sound", reading.echo.sound
    numbered = any(reading.linked)
    absent = np.array([numbered and not has for has in reading.linked], dtype=np.float64)
    yield "unlinked", np.repeat(absent[None, :], len(reading.units), axis=0)


def iter_none_features(reading: Reading) -> Iterator[tuple[str, Floats]]:
    """Yield (name of the weight, signal for "no product"), one number per unit."""
    scene = reading.scene
    for head in ("chatter", "preview", "recap", "question"):
        yield f"like_{head}", np.clip(getattr(scene, head), -MOST_ODDS, MOST_ODDS)
    for cue in (Cue.CHATTER, Cue.LISTING, Cue.QUESTIONS, Cue.CALL):
        yield cue.value, _mark(reading.cues, {cue})
    yield "many", (reading.table.named >= 3).astype(np.float64)


def iter_move_features(reading: Reading) -> Iterator[tuple[str, Floats, tuple[bool, bool, bool]]]:
    """Yield (name of the weight, signal per unit, does it bear on open, switch, close)."""
    ones = np.ones(len(reading.units))
    yield "open_", ones, (True, False, False)
    yield "switch", ones, (False, True, False)
    yield "close", ones, (False, False, True)
    yield "at_opening", _mark(reading.cues, {Cue.OPENING}), (True, True, False)
    yield "after_call", _after(_mark(reading.cues, {Cue.CALL})), (True, True, True)
    idle = {Cue.CHATTER, Cue.LISTING, Cue.QUESTIONS}
    yield "at_chatter", _mark(reading.cues, idle), (False, False, True)
    seconds = np.array([unit.gap_ms / 1000 for unit in reading.units])
    pause = np.clip(seconds - SILENCE_FREE_S, 0.0, SILENCE_MOST_S)
    yield "silence", pause, (True, True, True)
    yield "opens", reading.scene.opens, (True, True, False)
    yield "closes", _after(reading.scene.closes), (False, True, True)


def weigh_moves(reading: Reading, weights: Weights) -> Moves:
    """Return the log weights of opening, switching and closing at every unit."""
    moves = np.zeros((3, len(reading.units)))
    for name, signal, bears_on in iter_move_features(reading):
        for row, bears in enumerate(bears_on):
            moves[row] += getattr(weights, name) * signal * bears
    return Moves(open_=moves[0], switch=moves[1], close=moves[2])


def _mark(cues: Sequence[frozenset[Cue]], wanted: set[Cue]) -> Floats:
    return np.array([bool(found & wanted) for found in cues], dtype=np.float64)


def _after(signal: Floats) -> Floats:
    """Return what the unit before says."""
    return np.concatenate(([0.0], signal[:-1]))
