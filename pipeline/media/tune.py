"""Find the rate at which a recording's replay is as good as asked, within a CPU budget."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from models.decision import Probe, Search
from models.progress import Report, silent
from models.span import MS_PER_SECOND
from pipeline.media.clock import TrackScan
from pipeline.media.encoding import fit_frame
from pipeline.media.profile import choose_profile
from pipeline.media.quality import Lab
from pipeline.media.reel import Reel, Subject, cut_reel, try_crf
from pipeline.media.sample import MOST_WINDOWS, WINDOW_S, choose_windows
from pipeline.media.search import Goal, search_crf

BUDGET_SHARE = 0.05
"""Of the encode's CPU time."""

LEAST_BUDGET_S = 32.0
"""For short recordings, of which a share would not pay for one look; it fades until an hour."""

HOUR_S = 3600

TOLERANCE = 0.5
"""Points of VMAF: half of what the finished replay may be off."""

MOST_PROBES = 3
"""Of which two mostly do."""

USUAL_PROBES = 2.3
"""Two on most clips, three on some (`make bench-encode`)."""

CUT_COST, MEASURE_COST = 0.009, 0.011
"""CPU seconds per million pixels: cutting the reel out, and measuring it once (VMAF at each third
frame). Before anything is measured, these say how many windows there is budget for."""


@dataclass(frozen=True, slots=True)
class Tuned:
    """A search that has ended, and what it was made with."""

    search: Search
    reel: Reel
    lab: Lab


@dataclass(slots=True)
class _Purse:
    """CPU seconds to spend."""

    budget_s: float
    spent_s: float = 0.0
    last_s: float = 0.0
    payments: int = 0

    def pay(self, cost_s: float) -> None:
        self.spent_s += cost_s
        self.last_s = cost_s
        self.payments += 1

    def affords_another(self) -> bool:
        return self.spent_s + self.last_s <= self.budget_s


@dataclass(frozen=True, slots=True)
class Hints:
    """What makes a search quicker or nearer to what viewers will look at."""

    pitches_ms: tuple[int, ...] = ()
    """Windows are preferred where a pitch begins."""
    start_crf: float | None = None
    """Where the search begins: the last result of the same room; None = the profile's start."""


def tune(
    subject: Subject,
    track: TrackScan,
    folder: Path,
    lab: Lab,
    *,
    hints: Hints,
    report: Report = silent,
) -> Tuned:
    """Search for the CRF of a recording on a few of its windows.

    Guaranteed: the same recording, settings and hints give the same windows and probes, unless the
    budget ends the search early.

    Args:
        subject: the recording's picture, and what is aimed at.
        track: what the picture's packets say.
        folder: where the reel is put; the caller removes it.
        lab: what to encode and measure with.
        hints: where to begin.
        report: told of the progress.

    Raises:
        UnsearchableError: when windows cannot be cut out of the recording.
        ToolError: when ffmpeg fails.
        ResourceError: when the disk or the memory is full.
    """
    profile, target = choose_profile(subject.settings), subject.settings.quality
    megapixels = _megapixels_per_s(subject)
    length_s = len(track.seconds)
    budget_s = allow_cpu(profile.cost * megapixels * length_s, length_s)
    windows = choose_windows(
        track,
        hints.pitches_ms,
        count=_affordable(budget_s, megapixels, profile.cost),
        frame_ms=MS_PER_SECOND / subject.frame_rate,
    )
    steps = MOST_PROBES + 1
    reel = cut_reel(subject, windows, folder / "reel.mkv", lab)
    purse = _Purse(budget_s)
    purse.pay(reel.cpu_s)
    report(1, steps)

    def probe(crf: float) -> Probe:
        tried = try_crf(reel, crf, lab)
        purse.pay(tried.encode_s + tried.measure_s)
        # From now on by what encoding costs here, of this recording.
        encode_s = tried.encode_s / (reel.duration_ms / MS_PER_SECOND) * length_s
        purse.budget_s = allow_cpu(encode_s, length_s)
        report(purse.payments, steps)
        return tried.probe

    found = search_crf(
        probe,
        profile.crfs,
        Goal(target, TOLERANCE, MOST_PROBES),
        start=hints.start_crf,
        may_go_on=purse.affords_another,
    )
    report(steps, steps)
    search = Search(
        metric=lab.metric,
        target=target,
        tolerance=TOLERANCE,
        windows=windows,
        probes=found.probes,
        chosen=found.chosen,
        why_stopped=found.why_stopped,
        cpu_s=round(purse.spent_s, 3),
        budget_s=round(purse.budget_s, 3),
    )
    return Tuned(search, reel, lab)


def allow_cpu(encode_s: float, length_s: float) -> float:
    """Return the CPU seconds that a search may take.

    Args:
        encode_s: CPU seconds that the encode of the whole will take.
        length_s: seconds of the recording; from an hour on the share is all there is.
    """
    least_s = LEAST_BUDGET_S * max(0.0, 1.0 - length_s / HOUR_S)
    return max(least_s, BUDGET_SHARE * encode_s)


def _megapixels_per_s(subject: Subject) -> float:
    frame = fit_frame(subject.video, subject.settings)
    return frame.width * frame.height * subject.frame_rate / 1e6


def _affordable(budget_s: float, megapixels: float, encode_cost: float) -> int:
    """Return for how many windows the budget will do."""
    cost_s = megapixels * (CUT_COST + USUAL_PROBES * (encode_cost + MEASURE_COST))
    return max(1, min(MOST_WINDOWS, int(budget_s / (cost_s * WINDOW_S))))
