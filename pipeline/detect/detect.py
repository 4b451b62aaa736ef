"""Find product pitches in a transcript: evidence, decoding, segments, confidence."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from models.catalogue import Catalogue
from models.highlight import Detection, Evidence, EvidenceKind, Highlight, Mention, Source, Status
from models.span import Span
from models.transcript import Transcript
from pipeline.detect.confidence import estimate_confidence, judge, measure_support
from pipeline.detect.cues import find_cues
from pipeline.detect.decode import Floats, Moves, decode_path, decode_posteriors
from pipeline.detect.emission import NAME_KINDS, weigh_emissions, weigh_moves
from pipeline.detect.encoder import SentenceEncoder
from pipeline.detect.find_grams import find_grams
from pipeline.detect.find_links import find_links
from pipeline.detect.find_meaning import Scores, find_meaning, score_meaning
from pipeline.detect.find_names import find_names
from pipeline.detect.find_prices import find_prices
from pipeline.detect.find_specs import find_specs
from pipeline.detect.findings import Finding, surprise
from pipeline.detect.parameters import ConfidenceWeights, load_parameters
from pipeline.detect.segment import Run, bridge_runs, cut_runs, trim_runs
from pipeline.detect.settings import DetectSettings
from pipeline.detect.shop import index_shop
from pipeline.detect.units import Unit, make_units

DETECT_VERSION = "2"
"""Raised whenever the same input may give another detection; part of the stage's key."""

MENTION_SHARE = 0.5
"""Of `surprise`: a name or number at least this telling is a mention when it is no pitch."""


def detect(
    transcript: Transcript,
    catalogue: Catalogue,
    *,
    settings: DetectSettings,
    started_at: datetime | None,
    encoder: SentenceEncoder,
) -> Detection:
    """Return the pitches and mentions of a broadcast, each pitch with its evidence.

    Pure and deterministic. Highlights are sorted, never overlap, and their provisional ids depend
    only on product and ordinal; utterances with a flag are not read. `started_at` decides with the
    catalogue's shelf times which link numbers are valid.
    """
    units = make_units(transcript.credible())
    if not units:
        return Detection((), ())
    meaning = score_meaning(units, catalogue, encoder)
    findings = gather_findings(units, catalogue, started_at, meaning)
    cues = find_cues(units)
    linked = [product.link_no is not None for product in catalogue]
    parameters = load_parameters()
    emissions = weigh_emissions(units, findings, meaning, cues, linked, parameters.weights)
    moves = weigh_moves(units, cues, parameters.weights)
    decoded = decode_runs(emissions, moves, units, settings)
    scene = _Scene(tuple(findings), catalogue, decoded.posteriors, settings, parameters.confidence)
    highlights = scene.make_highlights(decoded.runs, units)
    return Detection(highlights, scene.make_mentions(highlights))


@dataclass(frozen=True, slots=True)
class Decoded:
    """What the decoder makes of a broadcast."""

    runs: tuple[Run, ...]
    posteriors: Floats
    """Probability of every state, shape (units, 1 + products)."""


def decode_runs(
    emissions: Floats, moves: Moves, units: Sequence[Unit], settings: DetectSettings
) -> Decoded:
    """Return the runs of single products: the best path, its ends trimmed, its gaps bridged."""
    posteriors = decode_posteriors(emissions, moves)
    runs = trim_runs(cut_runs(decode_path(emissions, moves)), posteriors)
    return Decoded(bridge_runs(runs, units, settings), posteriors)


def gather_findings(
    units: Sequence[Unit],
    catalogue: Catalogue,
    started_at: datetime | None,
    meaning: Scores,
) -> list[Finding]:
    """Return what every finder found, finder by finder."""
    shop = index_shop(catalogue)
    return [
        *find_names(units, shop),
        *find_grams(units, shop),
        *find_links(units, catalogue, started_at),
        *find_prices(units, catalogue),
        *find_specs(units, catalogue),
        *find_meaning(units, meaning),
    ]


@dataclass(frozen=True, slots=True)
class _Scene:
    """All that is known about one broadcast when its runs become highlights."""

    findings: tuple[Finding, ...]
    catalogue: Catalogue
    posteriors: Floats
    settings: DetectSettings
    confidence: ConfidenceWeights

    def make_highlights(self, runs: Sequence[Run], units: Sequence[Unit]) -> tuple[Highlight, ...]:
        by_product: defaultdict[int, list[Finding]] = defaultdict(list)
        for finding in self.findings:
            by_product[finding.product].append(finding)
        ordinals: Counter[int] = Counter()
        highlights: list[Highlight] = []
        for run in runs:
            group = [f for f in by_product[run.product] if run.first <= f.unit <= run.last]
            highlight = self._make_highlight(run, run.span(units), group, ordinals[run.product])
            if highlight is not None:
                ordinals[run.product] += 1
                highlights.append(highlight)
        return tuple(highlights)

    def make_mentions(self, highlights: Sequence[Highlight]) -> tuple[Mention, ...]:
        """Return names and numbers said outside a pitch of their own product, once per unit."""
        least = MENTION_SHARE * surprise(len(self.catalogue))
        said: dict[tuple[int, int], Mention] = {}
        for finding in self.findings:
            evidence = finding.evidence
            telling = evidence.kind in NAME_KINDS or evidence.kind is EvidenceKind.LINK_NUMBER
            product_id = self.catalogue.products[finding.product].id
            pitched = any(
                h.product_id == product_id and h.span.holds(evidence.at_ms) for h in highlights
            )
            if telling and evidence.weight >= least and not pitched:
                said.setdefault(
                    (finding.unit, finding.product), Mention(product_id, evidence.at_ms)
                )
        return tuple(sorted(said.values(), key=lambda m: (m.at_ms, m.product_id)))

    def _make_highlight(
        self, run: Run, span: Span, findings: Sequence[Finding], ordinal: int
    ) -> Highlight | None:
        if span.duration_ms < self.settings.shortest_ms:
            return None
        support = measure_support(run, span, self.posteriors, findings)
        confidence = estimate_confidence(support, self.confidence)
        status = judge(confidence, self.settings)
        if status is Status.DROPPED:
            return None
        product = self.catalogue.products[run.product]
        return Highlight(
            id=provisional_id(product.id, ordinal),
            product_id=product.id,
            title=product.title,
            span=span,
            point_ms=span.start_ms,
            confidence=round(confidence, 4),
            status=status,
            source=Source.DETECTED,
            evidence=self._strongest(findings),
        )

    def _strongest(self, findings: Sequence[Finding]) -> tuple[Evidence, ...]:
        ranked = sorted(findings, key=lambda f: (-f.evidence.weight, f.evidence.at_ms, f.start))
        kept = [finding.evidence for finding in ranked[: self.settings.evidence_limit]]
        return tuple(sorted(kept, key=lambda e: (e.at_ms, e.kind, e.text)))


def provisional_id(product_id: str, ordinal: int) -> str:
    """Return a highlight id from product and ordinal; the store keeps the older id on a re-run."""
    digest = hashlib.sha256(f"{product_id}\x00{ordinal}".encode()).hexdigest()
    return f"hl_{digest[:16]}"
