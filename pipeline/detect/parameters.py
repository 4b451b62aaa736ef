"""The fitted parameters of detection, as `pipeline.detect.train` writes them."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

PARAMETERS_FILE = Path(__file__).with_name("weights.json")
SCHEMA = "kandian.detect-weights/1"


@dataclass(frozen=True, slots=True)
class Weights:
    """How evidence, cues and silence weigh: factors, or nats where it says so."""

    name: float
    """Of an alias, as written or by sound."""
    run_written: float
    """Of pieces of titles, by their form."""
    run_heard: float
    pair_written: float
    pair_heard: float
    link: float
    confirmed: float
    """Of a link number that the price said with it confirms."""
    price: float
    spec: float
    meaning: float
    """Of the likeness of a unit and its neighbours."""
    meaning_wide: float
    """Of that of the stretch around it."""
    before: float
    """Of the evidence of the last half minute."""
    after: float
    """Of that of the next half minute."""
    enclosed: float
    """Of the smaller of the two: both together, inside a pitch."""
    lead: float
    """Of the distance to the best other product."""
    trusted: float
    """Of all the evidence of a unit, as much more as it is to be trusted there than elsewhere."""
    told_pitch: float
    """This and the next six: of all the evidence of a unit, as much more as the unit sounds like
    that than units of pitches do. What is told in a quick answer counts less than where one begins.
    """
    told_opens: float
    told_closes: float
    told_chatter: float
    told_preview: float
    told_recap: float
    told_question: float
    unlinked: float
    """Nats for a product without link number in a shop that numbers its links, per unit."""
    pitching: float
    """Nats for any product, per five seconds, against "no product"."""
    scene: float
    """Of the log-odds that something is being sold."""
    echo_meaning: float
    """Of the likeness to what is said of the product elsewhere, by meaning."""
    echo_sound: float
    """The same, by sound."""
    like_chatter: float
    """This and the next three: of the log-odds that it is that and no pitch, for "no product"."""
    like_preview: float
    like_recap: float
    like_question: float
    chatter: float
    """This and the next three: nats for "no product" where the cue is."""
    listing: float
    questions: float
    call: float
    many: float
    """Nats for "no product" where three or more products are named."""
    open_: float
    """Nats: none to some product (the choice among products costs log K besides)."""
    switch: float
    """One product to some other."""
    close: float
    """A product to none."""
    at_opening: float
    """Nats for opening and switching where a cue opens a pitch."""
    after_call: float
    """Nats for any move after a call to buy."""
    at_chatter: float
    """Nats for closing where chatter, a list or questions begin."""
    silence: float
    """Nats for any move per second of silence before it."""
    opens: float
    """Of the log-odds that a pitch begins, for opening and switching."""
    closes: float
    """Of the log-odds that one has just ended, for closing and switching."""

    def __post_init__(self) -> None:
        _require_finite(self)


@dataclass(frozen=True, slots=True)
class ConfidenceWeights:
    """Coefficients of the logistic that turns support into a probability, in log-odds.

    The intercept, and one for every part of `confidence.Support`, in its order.
    """

    intercept: float
    low: float
    certainty: float
    rivalry: float
    pace: float
    rival: float
    kinds: float
    seconds: float
    brief: float
    opens: float
    mean: float
    last: float
    proof: float
    lead: float
    echo: float

    def __post_init__(self) -> None:
        _require_finite(self)


@dataclass(frozen=True, slots=True)
class Parameters:
    """All that was fitted, and from what."""

    weights: Weights
    confidence: ConfidenceWeights
    publish_from: float
    """Confidence from which a highlight is published."""
    review_from: float
    """Confidence from which it waits for a person."""
    corpus_sha256: str
    """Of the text broadcasts that everything was fitted on."""

    def __post_init__(self) -> None:
        if not 0.0 <= self.review_from <= self.publish_from <= 1.0:
            raise ValueError("thresholds must satisfy 0 <= review_from <= publish_from <= 1")


def parse_parameters(text: str) -> Parameters:
    """Parse the parameters file.

    Raises:
        ValueError: when it is of another schema, or a parameter is missing, unknown or no number.
    """
    record: dict[str, Any] = json.loads(text)
    if record.get("schema") != SCHEMA:
        raise ValueError(f"expected schema {SCHEMA}")
    try:
        return Parameters(
            weights=Weights(**record["weights"]),
            confidence=ConfidenceWeights(**record["confidence"]),
            publish_from=record["thresholds"]["publish_from"],
            review_from=record["thresholds"]["review_from"],
            corpus_sha256=record["provenance"]["corpus_sha256"],
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"parameters are missing or unknown: {error}") from error


@lru_cache(maxsize=1)
def load_parameters() -> Parameters:
    """Return the parameters that the package carries, read once."""
    return parse_parameters(PARAMETERS_FILE.read_text(encoding="utf-8"))


def _require_finite(values: Weights | ConfidenceWeights) -> None:
    if not all(isinstance(v, float | int) and math.isfinite(v) for v in asdict(values).values()):
        raise ValueError("every weight must be a finite number")
