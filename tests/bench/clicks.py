"""What an operator's clicks are worth on recognised speech (`make bench-clicks`).

The broadcasts of the training corpus that were spoken and recognised are detected with the shipped
parameters, which were fitted on them: the figures say what clicks add, not how good detection is on
shows it never saw. A click for every true pitch is made up, some seconds off its start.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from pathlib import Path

from models.highlight import Highlight, Status
from models.operator_log import OperatorMark
from pipeline.detect.detect import detect
from pipeline.detect.encoder import make_encoder
from pipeline.detect.settings import DetectSettings
from pipeline.detect.train.corpus import Broadcast, read_heard, read_scripts
from pipeline.store.marking import KeptMark, lay_marks

FOLDER = Path(__file__).parents[1] / "detect" / "broadcasts"
LATE_S, DEVIATION_S = 3.0, 4.0
"""A click comes this much after the pitch begins, normally distributed (our guess at a console)."""
RIGHT_FROM = 0.5
"""tIoU."""
AFTER_MS = 10_000
"""A recording ends this long after the last word."""


def main() -> None:
    encoder = make_encoder("auto")
    tries = {"none": 0.0, "clicks": 1.0, "three in ten missing": 0.7}
    found: dict[str, list[tuple[int, int, int]]] = {name: [] for name in tries}
    for broadcast in read_heard(FOLDER / "heard", read_scripts(FOLDER)):
        detected = detect(
            broadcast.transcript,
            broadcast.catalogue,
            settings=DetectSettings(),
            started_at=None,
            encoder=encoder,
        ).highlights
        for name, share in tries.items():
            chance = random.Random(f"{broadcast.name}/{name}")
            clicks = make_clicks(broadcast, share, chance)
            found[name].append(count_right(lay(broadcast, detected, clicks), broadcast))
    for name, counts in found.items():
        right, shown, true = map(sum, zip(*counts, strict=True))
        print(f"{name:22} F1 {2 * right / (shown + true):.3f}  precision {right / shown:.3f}")


def make_clicks(broadcast: Broadcast, share: float, chance: random.Random) -> list[OperatorMark]:
    clicks: dict[int, OperatorMark] = {}
    for pitch in broadcast.pitches:
        late_ms = round(1000 * chance.gauss(LATE_S, DEVIATION_S))
        at_ms = max(0, pitch.span.start_ms + late_ms)
        if chance.random() < share:
            clicks[at_ms] = OperatorMark(pitch.product_id, at_ms)
    return [clicks[at_ms] for at_ms in sorted(clicks)]


def lay(
    broadcast: Broadcast, detected: Sequence[Highlight], clicks: Sequence[OperatorMark]
) -> tuple[Highlight, ...]:
    kept = [KeptMark(mark, f"hl_{number}_click") for number, mark in enumerate(clicks)]
    titles = {product.id: product.title for product in broadcast.catalogue}
    end_ms = max(item.span.end_ms for item in broadcast.transcript.utterances) + AFTER_MS
    return lay_marks(detected, kept, titles, end_ms)


def count_right(served: Iterable[Highlight], broadcast: Broadcast) -> tuple[int, int, int]:
    """Return how many published pitches are right, how many there are, and how many are true."""
    published = [item for item in served if item.status is Status.PUBLISHED]
    right = sum(
        any(
            pitch.product_id == item.product_id and pitch.span.iou(item.span) >= RIGHT_FROM
            for pitch in broadcast.pitches
        )
        for item in published
    )
    return right, len(published), len(broadcast.pitches)


if __name__ == "__main__":
    main()
