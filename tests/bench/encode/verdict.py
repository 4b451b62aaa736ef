"""Say how well the searches did, on lines for people."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from tests.bench.encode.searches import Reached

NEAR = 1.0
"""Points of VMAF NEG that a replay may be off: nobody sees it."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Both searches on one recording."""

    name: str
    target: float
    ours: Reached
    theirs: Reached | None
    """None when ab-av1's rule gave up, or was not asked."""


def describe(pair: Pair) -> str:
    """Return one recording on one line."""
    theirs = "" if pair.theirs is None else f" | ab-av1: {_describe(pair.theirs, pair.target)}"
    return f"{pair.name:12} ours: {_describe(pair.ours, pair.target)}{theirs}"


def _describe(reached: Reached, target: float) -> str:
    return (
        f"{reached.quality:.2f} ({reached.quality - target:+.2f}) at crf {reached.search.crf:g}, "
        f"{reached.bit_rate / 1000:.0f} kb/s, {reached.search.probes} probes, "
        f"{reached.search.cpu_s:.1f} s = {100 * reached.share:.0f} % of the encode"
    )


def conclude(name: str, reached: Sequence[Reached], target: float) -> str:
    """Return one search on all recordings on one line."""
    off = [one.quality - target for one in reached]
    near = sum(abs(error) <= NEAR for error in off)
    searched = sum(one.search.cpu_s for one in reached)
    encoded = sum(one.encode_cpu_s for one in reached)
    return (
        f"{name}: {near} of {len(off)} within {NEAR:g} of {target:g}, mean error "
        f"{statistics.fmean(map(abs, off)):.2f}, worst {max(off, key=abs):+.2f}; search "
        f"{searched:.0f} s of CPU time, {100 * searched / encoded:.0f} % of the encodes'"
    )


def format_pairs(pairs: Sequence[Pair]) -> str:
    """Return all recordings as a table in Markdown."""
    head = "VMAF NEG | probes | search CPU | of the encode"
    lines = [f"| recording | ours: {head} | ab-av1's rule: {head} |", "|---" + "|--:" * 8 + "|"]
    lines += [
        f"| {pair.name} | {_cells(pair.ours)} | "
        f"{'- | - | - | -' if pair.theirs is None else _cells(pair.theirs)} |"
        for pair in pairs
    ]
    return "\n".join(lines)


def _cells(reached: Reached) -> str:
    return (
        f"{reached.quality:.2f} | {reached.search.probes} | {reached.search.cpu_s:.1f} s | "
        f"{100 * reached.share:.0f} %"
    )
