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
    reading: Reading, alike: Likenesses | None, weights: Weights, settings: DetectSettings
) -> Look:
    """Weigh and decode a reading, hear its echoes, and do it again with them.

    Once is enough where nothing could be compared.
    """
    first = look_once(reading, weights, settings)
    if alike is None:
        return first
    runs = keep_long(first.decoded.runs, reading.units, settings)
    echo = find_echo(alike, first.decoded.posteriors, runs)
    return look_once(replace(reading, echo=echo), weights, settings)
