"""Look at a broadcast twice: what the first look is sure of helps the second with the rest."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pipeline.detect.decode import Floats, Moves
from pipeline.detect.echo import Likenesses, find_echo
from pipeline.detect.emission import Reading, weigh_emissions, weigh_moves
from pipeline.detect.parameters import Weights
from pipeline.detect.segment import Decoded, decode_runs, keep_long
from pipeline.detect.settings import DetectSettings


@dataclass(frozen=True, slots=True)
class Look:
    """A reading, weighed and decoded."""

    reading: Reading
    emissions: Floats
    """Log-likelihood ratios, shape (units, 1 + products)."""
    moves: Moves
    decoded: Decoded


def look_once(reading: Reading, weights: Weights, settings: DetectSettings) -> Look:
    """Weigh and decode a reading as it is."""
    emissions = weigh_emissions(reading, weights)
    moves = weigh_moves(reading, weights)
    decoded = decode_runs(emissions, moves, reading.units, settings)
    return Look(reading, emissions, moves, decoded)


def look_twice(
    reading: Reading, alike: Likenesses, weights: Weights, settings: DetectSettings
) -> Look:
    """Weigh and decode a reading, hear its echoes, and do it again with them."""
    first = look_once(reading, weights, settings).decoded
    runs = keep_long(first.runs, reading.units, settings)
    echo = find_echo(alike, first.posteriors, runs)
    return look_once(replace(reading, echo=echo), weights, settings)
