"""Say how the fitted parameters do on broadcasts that they never saw."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from pipeline.detect.train.fit import Fit, Outcome, f1_of

BINS = 10
"""Of equal mass, for the calibration error."""


def format_report(fit: Fit) -> str:
    """Return the leave-one-broadcast-out table: F1 at tIoU 0.5 by hearing and broadcast."""
    by_hearing: defaultdict[str, list[Outcome]] = defaultdict(list)
    by_broadcast: defaultdict[str, list[Outcome]] = defaultdict(list)
    for outcome in fit.outcomes:
        by_hearing[outcome.example.hearing.name].append(outcome)
        by_broadcast[outcome.example.broadcast.name].append(outcome)
    lines = [f"left out          F1@0.5  {'  '.join(by_hearing)}"]
    for name, group in by_broadcast.items():
        lines.append(f"{name:16}  {f1_of(group):6.2f}  {_row(group)}")
    lines.append("")
    lines.extend(_total(name, group) for name, group in by_hearing.items())
    lines.append(_calibration(fit))
    return "\n".join(lines) + "\n"


def _row(outcomes: Sequence[Outcome]) -> str:
    return "  ".join(f"{f1_of([outcome]):.2f}" for outcome in outcomes)


def _total(name: str, outcomes: Sequence[Outcome]) -> str:
    found = [stretch.right for outcome in outcomes for stretch in outcome.stretches]
    pitches = sum(outcome.pitches for outcome in outcomes)
    precision, recall = sum(found) / max(len(found), 1), sum(found) / max(pitches, 1)
    return f"{name:16}  F1 {f1_of(outcomes):.3f}  precision {precision:.3f}  recall {recall:.3f}"


def _calibration(fit: Fit) -> str:
    right = np.array([s.right for o in fit.outcomes for s in o.stretches], dtype=np.float64)
    stated = np.array(fit.held_out)
    bins = np.array_split(np.argsort(stated, kind="stable"), min(BINS, len(stated)))
    error = sum(abs(stated[b].mean() - right[b].mean()) * len(b) for b in bins) / len(stated)
    kept = stated >= fit.publish_from
    return (
        f"confidence of {len(stated)} stretches: Brier {((stated - right) ** 2).mean():.3f}, "
        f"ECE {error:.3f}; published from {fit.publish_from}: {kept.mean():.0%} of them, "
        f"precision {right[kept].mean():.3f}; eagerness {fit.eagerness}"
    )
