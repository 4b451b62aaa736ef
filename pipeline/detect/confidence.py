"""How sure a highlight is: a logistic function of what speaks for it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from models.highlight import Status
from models.span import MS_PER_MINUTE, Span
from pipeline.detect.decode import Floats
from pipeline.detect.findings import Finding, surprise
from pipeline.detect.parameters import ConfidenceWeights
from pipeline.detect.segment import Run
from pipeline.detect.settings import DetectSettings

MOST_KINDS = 3
MOST_DENSITY = 12.0
"""More kinds, or denser evidence, than this makes nothing surer."""


@dataclass(frozen=True, slots=True)
class Support:
    """What speaks for one highlight."""

    posterior: float
    """Mean probability of its product over its units, 0 to 1."""
    margin: float
    """Mean probability less that of the best other product, -1 to 1."""
    kinds: int
    """How many kinds of evidence it has."""
    surprises_per_minute: float
    """Sum of evidence per minute, in units of `surprise`: 1 = the product named once a minute."""

    def features(self) -> tuple[float, float, float, float]:
        """Return what the logistic weighs, in the order of `ConfidenceWeights`."""
        return (
            self.posterior,
            self.margin,
            float(min(self.kinds, MOST_KINDS)),
            min(self.surprises_per_minute, MOST_DENSITY),
        )


def measure_support(
    run: Run, span: Span, posteriors: Floats, findings: Iterable[Finding]
) -> Support:
    """Measure what speaks for a run; of `findings` those of its product and units count."""
    window = posteriors[run.first : run.last + 1]
    own = window[:, 1 + run.product]
    others = np.delete(window[:, 1:], run.product, axis=1)
    rival = others.max(axis=1) if others.shape[1] else np.zeros(len(own))
    inside = [f for f in findings if f.product == run.product and run.first <= f.unit <= run.last]
    total = sum(f.evidence.weight for f in inside) / surprise(posteriors.shape[1] - 1)
    return Support(
        posterior=float(own.mean()),
        margin=float((own - rival).mean()),
        kinds=len({finding.evidence.kind for finding in inside}),
        surprises_per_minute=total * MS_PER_MINUTE / span.duration_ms,
    )


def estimate_confidence(support: Support, weights: ConfidenceWeights) -> float:
    """Return the probability that the highlight shows the right product at about the right time."""
    factors = (weights.posterior, weights.margin, weights.kinds, weights.density)
    log_odds = weights.intercept + sum(
        factor * feature for factor, feature in zip(factors, support.features(), strict=True)
    )
    return 1.0 / (1.0 + math.exp(-log_odds))


def judge(confidence: float, settings: DetectSettings) -> Status:
    """Return what becomes of a highlight of this confidence."""
    if confidence >= settings.publish_from:
        return Status.PUBLISHED
    return Status.REVIEW if confidence >= settings.review_from else Status.DROPPED
