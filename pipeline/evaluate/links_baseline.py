"""Link numbers only: what is left to do when hosts always say the number."""

from __future__ import annotations

from collections.abc import Iterator

from models.catalogue import Catalogue
from models.highlight import EvidenceKind, Highlight
from models.transcript import Transcript
from pipeline.evaluate.baseline import Naming, hold_namings
from pipeline.evaluate.stretches import make_highlights
from pipeline.language.masking import iter_masks
from pipeline.language.normalise import normalise
from pipeline.language.numerals import iter_numerals


def links_baseline(transcript: Transcript, catalogue: Catalogue) -> tuple[Highlight, ...]:
    """Return a highlight for every stretch in which one link number is the last one said.

    Numbers are those that `iter_masks` takes away (so a masked transcript gives nothing), held as
    `keyword_baseline` holds names. Where several products share a number, the first of the
    catalogue has it. Sorted by start.
    """
    stretches = hold_namings(
        _iter_calls(transcript, catalogue),
        kind=EvidenceKind.LINK_NUMBER,
        duration_ms=transcript.duration_ms,
    )
    return make_highlights(stretches, catalogue)


def _iter_calls(transcript: Transcript, catalogue: Catalogue) -> Iterator[Naming]:
    """Yield the products whose numbers are called, in the order in which they are said."""
    product_of: dict[int, str] = {}
    for product in catalogue:
        if product.link_no is not None:
            product_of.setdefault(product.link_no, product.id)
    for utterance in transcript.credible():
        for mask in iter_masks(utterance.text):
            spoken = utterance.text[mask.start : mask.end]
            for numeral in iter_numerals(normalise(spoken).text):
                product_id = product_of.get(int(numeral.value))
                if product_id is not None:
                    yield Naming(product_id, utterance.span, spoken)
