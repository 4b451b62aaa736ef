"""What encoders are worth on clips: bits saved and CPU time at the quality of the baseline."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.bench.encode.candidates import BASELINE, BASELINE_CRF, Candidate
from tests.bench.encode.clips import Clip
from tests.bench.encode.curve import Curve, Gain, Point, bd_rate, gain_at
from tests.bench.encode.measure import Workbench
from tests.bench.encode.picture import Spot

MOST_MORE = 3
"""Encodes beyond the candidate's own that may be spent on reaching the baseline's quality."""

STRIDE = {"libx264": 2.0, "libx265": 2.0, "libsvtav1": 5.0}
"""CRF steps by which a curve is lengthened when it does not reach: about three points of VMAF."""

LOWEST, HIGHEST = 8.0, {"libx264": 48.0, "libx265": 48.0, "libsvtav1": 68.0}


@dataclass(frozen=True, slots=True)
class Verdict:
    """One candidate on one clip."""

    clip: Clip
    gain: Gain | None
    """At the quality of the baseline's CRF 23; None when it was not reached."""
    bd_rate: float | None
    """Over the qualities that both curves cover."""


@dataclass(frozen=True, slots=True)
class Row:
    """One candidate on all clips."""

    candidate: Candidate
    verdicts: tuple[Verdict, ...]

    @property
    def saved(self) -> float:
        """Mean of the bits saved at the baseline's quality."""
        return statistics.fmean(gain.saved for gain in self._gains())

    @property
    def cpu_ratio(self) -> float:
        """Mean of the CPU ratios at the baseline's quality."""
        return statistics.fmean(gain.cpu_ratio for gain in self._gains())

    @property
    def bd_rate(self) -> float:
        """Mean of the clips' BD-rates."""
        return statistics.fmean(
            verdict.bd_rate for verdict in self.verdicts if verdict.bd_rate is not None
        )

    @property
    def crfs(self) -> tuple[float, float]:
        """Lowest and highest CRF that reaches the baseline's quality."""
        crfs = [gain.crf for gain in self._gains()]
        return min(crfs), max(crfs)

    def spot(self) -> Spot:
        """Return its place in the picture."""
        return Spot(
            self.candidate.name,
            self.candidate.encoder,
            self.cpu_ratio,
            self.saved,
            self.candidate.is_profile,
        )

    def _gains(self) -> list[Gain]:
        return [verdict.gain for verdict in self.verdicts if verdict.gain is not None]


def compare(
    bench: Workbench,
    clips: Sequence[Clip],
    candidates: Sequence[Candidate],
    *,
    tell: Callable[[str], None],
) -> list[Row]:
    """Measure all candidates on all clips, clip by clip.

    On a clip the encoders take turns, CRF by CRF, so that whatever else the machine does falls on
    all of them.
    """
    verdicts: dict[str, list[Verdict]] = {candidate.name: [] for candidate in candidates}
    for clip in clips:
        points: dict[str, list[Point]] = {one.name: [] for one in (BASELINE, *candidates)}
        for turn in range(max(len(one.crfs) for one in (BASELINE, *candidates))):
            for one in (BASELINE, *candidates):
                if turn < len(one.crfs):
                    points[one.name].append(bench.point(clip, one, one.crfs[turn]))
        base = Curve(points[BASELINE.name])
        quality = bench.point(clip, BASELINE, BASELINE_CRF).quality
        tell(f"{clip.name}: {clip.describe()}; veryfast crf 23 is at {quality:.1f}")
        for one in candidates:
            curve = _reach(bench, clip, one, points[one.name], quality)
            verdict = Verdict(clip, gain_at(base, curve, quality), bd_rate(base, curve))
            verdicts[one.name].append(verdict)
            tell(f"  {one.name:28} {describe(verdict)}")
    return [Row(candidate, tuple(verdicts[candidate.name])) for candidate in candidates]


def _reach(
    bench: Workbench, clip: Clip, candidate: Candidate, points: list[Point], quality: float
) -> Curve:
    """Return the candidate's curve, lengthened until it covers a quality."""
    stride = STRIDE[candidate.encoder]
    for _ in range(MOST_MORE):
        curve = Curve(points)
        if curve.covers(quality):
            break
        crfs = [point.crf for point in points]
        crf = min(crfs) - stride if quality > curve.best else max(crfs) + stride
        if not LOWEST <= crf <= HIGHEST[candidate.encoder]:
            break
        points.append(bench.point(clip, candidate, crf))
    return Curve(points)


def describe(verdict: Verdict) -> str:
    """Return a verdict on one line."""
    bd = "-" if verdict.bd_rate is None else f"{100 * verdict.bd_rate:+.1f} %"
    if verdict.gain is None:
        return f"does not reach that quality; BD-rate {bd}"
    return (
        f"{100 * verdict.gain.saved:5.1f} % fewer bits at {verdict.gain.cpu_ratio:.2f} times the "
        f"CPU (crf {verdict.gain.crf:.1f}); BD-rate {bd}"
    )


def format_table(rows: Sequence[Row]) -> str:
    """Return the means as a table in Markdown, the most saving first."""
    lines = [
        "| name | encoder and settings | bits saved | CPU | BD-rate | worst | best clip | CRF |",
        "|---|---|--:|--:|--:|--:|--:|--:|",
    ]
    for row in sorted(rows, key=lambda row: -row.saved):
        saved = [verdict.gain.saved for verdict in row.verdicts if verdict.gain is not None]
        low, high = row.crfs
        lines.append(
            f"| {row.candidate.name} | {row.candidate.describe()} | {100 * row.saved:.1f} % "
            f"| {row.cpu_ratio:.2f} | {100 * row.bd_rate:+.1f} % | {100 * min(saved):.0f} % "
            f"| {100 * max(saved):.0f} % | {low:.0f} to {high:.0f} |"
        )
    return "\n".join(lines)


def format_clips(rows: Sequence[Row]) -> str:
    """Return bits saved and CPU ratio of every clip as a table in Markdown."""
    clips = [verdict.clip for verdict in rows[0].verdicts]
    lines = [
        "| clip | size | " + " | ".join(row.candidate.name for row in rows) + " |",
        "|---|---|" + "--:|" * len(rows),
    ]
    for at, clip in enumerate(clips):
        gains = [row.verdicts[at].gain for row in rows]
        cells = ["-" if g is None else f"{100 * g.saved:.0f} % at {g.cpu_ratio:.2f}" for g in gains]
        lines.append(f"| {clip.name} | {clip.describe()} | " + " | ".join(cells) + " |")
    return "\n".join(lines)
