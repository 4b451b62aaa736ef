"""Find product pitches in a transcript: evidence, decoding, segments, confidence."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from models.catalogue import Catalogue
from models.highlight import Detection, Evidence, EvidenceKind, Highlight, Mention, Source, Status
from models.transcript import Transcript
from pipeline.detect.confidence import (
    Show,
    estimate_confidence,
    judge,
    measure_show,
    measure_support,
)
from pipeline.detect.cues import Cue, find_cues
from pipeline.detect.echo import compare_stretches, no_echo
from pipeline.detect.emission import Reading
from pipeline.detect.encoder import SentenceEncoder
from pipeline.detect.find_grams import find_grams
from pipeline.detect.find_heard_prices import find_heard_prices
from pipeline.detect.find_latin import find_latin
from pipeline.detect.find_links import find_links
from pipeline.detect.find_meaning import Likeness, find_meaning, read_senses, score_meaning
from pipeline.detect.find_names import find_names
from pipeline.detect.find_price_links import (
    drop_overlapped,
    find_links_beside,
    find_price_links,
)
from pipeline.detect.find_prices import find_prices
from pipeline.detect.find_specs import find_specs
from pipeline.detect.findings import Finding, surprise
from pipeline.detect.look import Look, look_twice
from pipeline.detect.parameters import Parameters, load_parameters
from pipeline.detect.scene import Scene, load_reader
from pipeline.detect.segment import Decoded, Run, keep_long
from pipeline.detect.settings import DetectSettings
from pipeline.detect.shop import index_shop
from pipeline.detect.tabulate import NAME_KINDS, tabulate
from pipeline.detect.units import Unit, make_units

DETECT_VERSION = "6"
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
    found = study(transcript, catalogue, settings=settings, started_at=started_at, encoder=encoder)
    if found is None:
        return Detection((), ())
    scene = _Scene(found)
    highlights = scene.make_highlights(found.decoded.runs, found.reading.units)
    return Detection(highlights, scene.make_mentions(highlights))


@dataclass(frozen=True, slots=True)
class Study:
    """All that was read, weighed and decoded of one broadcast, before its pitches are judged."""

    catalogue: Catalogue
    settings: DetectSettings
    parameters: Parameters
    findings: tuple[Finding, ...]
    look: Look
    """The second one."""

    @property
    def reading(self) -> Reading:
        """What was weighed."""
        return self.look.reading

    @property
    def decoded(self) -> Decoded:
        """What the decoder made of it."""
        return self.look.decoded


def study(
    transcript: Transcript,
    catalogue: Catalogue,
    *,
    settings: DetectSettings,
    started_at: datetime | None,
    encoder: SentenceEncoder,
) -> Study | None:
    """Read, weigh and decode a broadcast; None when nobody says anything in it.

    What `detect` judges and `explain` tells about: both see the same numbers.
    """
    units = make_units(transcript.credible())
    if not units:
        return None
    senses = read_senses(units, catalogue, encoder)
    likeness = score_meaning(units, senses)
    if EvidenceKind.EMBEDDING in settings.without:
        likeness = Likeness(0 * likeness.near, 0 * likeness.wide)
    findings = gather_findings(units, catalogue, started_at, likeness)
    findings = [f for f in findings if f.evidence.kind not in settings.without]
    cues = find_cues(units)
    if EvidenceKind.CUE in settings.without:
        cues = (frozenset(),) * len(units)
    scene = load_reader(senses.encoder).read(units, cues, senses.spoken)
    parameters = load_parameters()
    look = look_twice(
        read_broadcast(units, catalogue, findings, likeness, cues, scene),
        compare_stretches(units, senses.spoken),
        parameters.weights,
        settings,
    )
    return Study(
        catalogue=catalogue,
        settings=settings,
        parameters=parameters,
        findings=tuple(findings),
        look=look,
    )


def read_broadcast(
    units: Sequence[Unit],
    catalogue: Catalogue,
    findings: Sequence[Finding],
    likeness: Likeness,
    cues: Sequence[frozenset[Cue]],
    scene: Scene,
) -> Reading:
    """Put together what is weighed at a first look."""
    return Reading(
        units=tuple(units),
        cues=tuple(cues),
        table=tabulate(units, findings, cues, len(catalogue)),
        likeness=likeness,
        scene=scene,
        linked=tuple(product.link_no is not None for product in catalogue),
        echo=no_echo(len(units), len(catalogue)),
    )


def gather_findings(
    units: Sequence[Unit],
    catalogue: Catalogue,
    started_at: datetime | None,
    likeness: Likeness,
) -> list[Finding]:
    """Return what every finder found, finder by finder."""
    shop = index_shop(catalogue)
    return [
        *find_names(units, shop),
        *find_latin(units, shop),
        *find_grams(units, shop),
        *_gather_numbers(units, catalogue, started_at),
        *find_specs(units, catalogue),
        *find_meaning(units, likeness.near),
    ]


def _gather_numbers(
    units: Sequence[Unit], catalogue: Catalogue, started_at: datetime | None
) -> list[Finding]:
    """Return prices and link numbers; what is read together or as written is read once."""
    prices = list(find_prices(units, catalogue))
    heard = find_heard_prices(units, catalogue)
    together = list(find_price_links(units, catalogue, started_at))
    apart = [*find_links(units, catalogue, started_at), *prices, *_unknown(heard, prices)]
    numbers = [*drop_overlapped(apart, together), *together]
    links = [f for f in numbers if f.evidence.kind is EvidenceKind.LINK_NUMBER]
    return [*numbers, *_unknown(find_links_beside(units, catalogue, started_at), links)]


def _unknown(findings: Iterable[Finding], known: Sequence[Finding]) -> Iterator[Finding]:
    """Yield the findings of products that nothing known speaks for in the same unit."""
    places = {(finding.unit, finding.product) for finding in known}
    return (f for f in findings if (f.unit, f.product) not in places)


@dataclass(frozen=True, slots=True)
class _Scene:
    """Turns what was found in one broadcast into highlights and mentions."""

    found: Study

    def make_highlights(self, runs: Sequence[Run], units: Sequence[Unit]) -> tuple[Highlight, ...]:
        by_product: defaultdict[int, list[Finding]] = defaultdict(list)
        for finding in self.found.findings:
            by_product[finding.product].append(finding)
        ordinals: Counter[int] = Counter()
        highlights: list[Highlight] = []
        found = self.found
        runs = keep_long(runs, units, found.settings)
        show = measure_show(runs, found.look)
        for run in runs:
            group = [f for f in by_product[run.product] if run.first <= f.unit <= run.last]
            highlight = self._make_highlight(run, show, group, ordinals[run.product])
            if highlight is not None:
                ordinals[run.product] += 1
                highlights.append(highlight)
        return tuple(highlights)

    def make_mentions(self, highlights: Sequence[Highlight]) -> tuple[Mention, ...]:
        """Return names and numbers said outside a pitch of their own product, once per unit."""
        least = MENTION_SHARE * surprise(len(self.found.catalogue))
        said: dict[tuple[int, int], Mention] = {}
        for finding in self.found.findings:
            evidence = finding.evidence
            telling = evidence.kind in NAME_KINDS or evidence.kind is EvidenceKind.LINK_NUMBER
            product_id = self.found.catalogue.products[finding.product].id
            pitched = any(
                h.product_id == product_id and h.span.holds(evidence.at_ms) for h in highlights
            )
            if telling and evidence.weight >= least and not pitched:
                said.setdefault(
                    (finding.unit, finding.product), Mention(product_id, evidence.at_ms)
                )
        return tuple(sorted(said.values(), key=lambda m: (m.at_ms, m.product_id)))

    def _make_highlight(
        self, run: Run, show: Show, findings: Sequence[Finding], ordinal: int
    ) -> Highlight | None:
        span = run.span(self.found.reading.units)
        support = measure_support(run, show, self.found.look, findings)
        confidence = estimate_confidence(support, self.found.parameters.confidence)
        status = judge(confidence, self.found.settings)
        if status is Status.DROPPED:
            return None
        product = self.found.catalogue.products[run.product]
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
        kept = [finding.evidence for finding in ranked[: self.found.settings.evidence_limit]]
        return tuple(sorted(kept, key=lambda e: (e.at_ms, e.kind, e.text)))


def provisional_id(product_id: str, ordinal: int) -> str:
    """Return a highlight id from product and ordinal; the store keeps the older id on a re-run."""
    digest = hashlib.sha256(f"{product_id}\x00{ordinal}".encode()).hexdigest()
    return f"hl_{digest[:16]}"
