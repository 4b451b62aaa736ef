"""How sure a highlight is: a logistic function of what speaks for it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass

import numpy as np

from models.highlight import Status
from pipeline.detect.decode import Floats
from pipeline.detect.emission import MOST_SHARE, Reading
from pipeline.detect.findings import Finding, surprise
from pipeline.detect.look import Look
from pipeline.detect.parameters import ConfidenceWeights
from pipeline.detect.segment import Run
from pipeline.detect.settings import DetectSettings

MOST_KINDS = 3
"""More kinds than this make nothing surer."""
LOW_PERCENT = 20
BRIEF_MS = 30_000
"""Up to here every second more makes a stretch surer, beyond it hardly any."""
MOST_RIVAL = 6.0
MOST_ODDS = 6.0
MOST_PROOF = 6.0
LEAST_LEAD, MOST_LEAD = -5.0, 30.0
"""What lies beyond counts as these."""


@dataclass(frozen=True, slots=True)
class Support:
    """What speaks for one highlight."""

    low: float
    """Probability of its product that four fifths of its units reach, 0 to 1."""
    certainty: float
    """This and the next two: what the broadcast is like as a whole, see `Show`."""
    rivalry: float
    pace: float
    rival: float
    """Evidence for the best other product in the same stretch, in units of `surprise`."""
    kinds: float
    """How many kinds of evidence it has."""
    seconds: float
    """Natural logarithm of its length in seconds."""
    brief: float
    """The same, of at most `BRIEF_MS`."""
    opens: float
    """Log-odds that a pitch begins where it begins."""
    mean: float
    """Mean probability of its product, 0 to 1."""
    last: float
    """Probability of its product in its last unit, 0 to 1."""
    proof: float
    """Evidence for its product, in units of `surprise`."""
    lead: float
    """By how much the decoder's weights favour its product over the best other one, in nats."""
    echo: float
    """Mean of `Echo.meaning` for its product, -5 to 5."""

    def features(self) -> tuple[float, ...]:
        """Return what the logistic weighs, in the order of `ConfidenceWeights`."""
        return astuple(self)


@dataclass(frozen=True, slots=True)
class Show:
    """How plain a broadcast is as a whole: some hosts mumble, some shops sell siblings."""

    certainty: float
    """Mean probability of the likeliest state over all units."""
    rivalry: float
    """Mean of `Support.rival` over the runs."""
    pace: float
    """Mean of `Support.seconds`: a long run is nothing special where all are long."""


def measure_show(runs: Sequence[Run], look: Look) -> Show:
    """Measure a broadcast of which these runs were decoded."""
    posteriors, reading = look.decoded.posteriors, look.reading
    return Show(
        certainty=float(posteriors.max(axis=1).mean()) if len(posteriors) else 0.0,
        rivalry=_mean([_measure_rival(run, reading) for run in runs]),
        pace=_mean([_log_seconds(run.span(reading.units).duration_ms) for run in runs]),
    )


def measure_support(run: Run, show: Show, look: Look, findings: Iterable[Finding]) -> Support:
    """Measure what speaks for a run; of `findings` those of its product and units count."""
    reading = look.reading
    units = slice(run.first, run.last + 1)
    own = look.decoded.posteriors[units, 1 + run.product]
    duration_ms = run.span(reading.units).duration_ms
    inside = [f for f in findings if f.product == run.product and run.first <= f.unit <= run.last]
    return Support(
        low=float(np.percentile(own, LOW_PERCENT)),
        certainty=show.certainty,
        rivalry=show.rivalry,
        pace=show.pace,
        rival=_measure_rival(run, reading),
        kinds=float(min(len({finding.evidence.kind for finding in inside}), MOST_KINDS)),
        seconds=_log_seconds(duration_ms),
        brief=_log_seconds(min(duration_ms, BRIEF_MS)),
        opens=float(np.clip(reading.scene.opens[run.first], -MOST_ODDS, MOST_ODDS)),
        mean=float(own.mean()),
        last=float(own[-1]),
        proof=min(float(_sum_evidence(run, reading)[run.product]), MOST_PROOF),
        lead=_measure_lead(look.emissions[units, 1:].sum(axis=0), run.product),
        echo=float(reading.echo.meaning[units, run.product].mean()),
    )


def _log_seconds(duration_ms: int) -> float:
    return math.log(duration_ms / 1000)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _measure_rival(run: Run, reading: Reading) -> float:
    others = np.delete(_sum_evidence(run, reading), run.product)
    return min(float(others.max()), MOST_RIVAL) if len(others) else 0.0


def _sum_evidence(run: Run, reading: Reading) -> Floats:
    """Return the evidence for every product inside a run, in units of `surprise`."""
    unit = surprise(len(reading.linked))
    evidence = reading.table.total(MOST_SHARE * unit, slice(run.first, run.last + 1)).sum(axis=0)
    return np.asarray(evidence / unit)


def _measure_lead(emissions: Floats, product: int) -> float:
    others = np.delete(emissions, product)
    lead = float(emissions[product] - others.max()) if len(others) else MOST_LEAD
    return min(max(lead, LEAST_LEAD), MOST_LEAD)


def estimate_confidence(support: Support, weights: ConfidenceWeights) -> float:
    """Return the probability that the highlight shows the right product at about the right time."""
    intercept, *factors = astuple(weights)
    log_odds = intercept + sum(
        factor * feature for factor, feature in zip(factors, support.features(), strict=True)
    )
    return 1.0 / (1.0 + math.exp(-log_odds))


def judge(confidence: float, settings: DetectSettings) -> Status:
    """Return what becomes of a highlight of this confidence."""
    if confidence >= settings.publish_from:
        return Status.PUBLISHED
    return Status.REVIEW if confidence >= settings.review_from else Status.DROPPED
