"""How many bits the picture takes, stretch by stretch, and where its keyframes are."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from models.progress import Report, silent
from models.span import MS_PER_HOUR, MS_PER_MINUTE, MS_PER_SECOND
from pipeline.media.demux import iter_picture_packets
from pipeline.media.source import Source

MOST_STRETCHES = 400
"""Of one curve: about three pixels each, on a desk."""

STRETCHES_MS = (
    *(n * MS_PER_SECOND for n in (2, 5, 10, 15, 30)),
    *(n * MS_PER_MINUTE for n in (1, 2, 5, 10)),
)
"""Lengths that people count in. 2 s is the least that says more than where the keyframes are."""

REPORT_EVERY_MS = MS_PER_MINUTE
"""Of media, between two words about how far it is."""

BITS_PER_BYTE = 8


@dataclass(frozen=True, slots=True)
class RateCurve:
    """The bit rate of a picture over time.

    Raises:
        ValueError: when the stretches have no length.
    """

    stretch_ms: int
    bit_rates: tuple[int, ...]
    """In bits/s, one for each stretch, from 0 on; the last one may be cut by the end."""
    keyframes_ms: tuple[int, ...]
    """Sorted."""

    def __post_init__(self) -> None:
        if self.stretch_ms <= 0:
            raise ValueError(f"stretches of {self.stretch_ms} ms have no length")


def choose_stretch(duration_ms: int) -> int:
    """Return the length of the stretches that a recording is told in.

    >>> choose_stretch(4 * 3_600_000)
    60000
    """
    fitting = (each for each in STRETCHES_MS if each * MOST_STRETCHES >= duration_ms)
    return next(fitting, MS_PER_HOUR)


def measure_rate(source: Source, duration_ms: int, *, report: Report = silent) -> RateCurve | None:
    """Add up the packets of the picture, at disk speed; None when there is no picture.

    Raises:
        InputError: when it cannot be opened.
    """
    stretch_ms = choose_stretch(duration_ms)
    last = max(0, (duration_ms - 1) // stretch_ms)
    sizes: Counter[int] = Counter()
    keyframes: list[int] = []
    told_ms = 0
    for packet in iter_picture_packets(source):
        # What a damaged clock puts behind the end counts there; nothing is lost.
        sizes[min(packet.at_ms // stretch_ms, last)] += packet.bytes
        if packet.is_keyframe:
            keyframes.append(packet.at_ms)
        if packet.at_ms >= told_ms + REPORT_EVERY_MS:
            told_ms = packet.at_ms
            report(min(told_ms, duration_ms), duration_ms)
    if not sizes:
        return None
    lengths = [stretch_ms] * last + [max(1, duration_ms - last * stretch_ms)]
    return RateCurve(
        stretch_ms=stretch_ms,
        bit_rates=tuple(
            round(sizes[place] * BITS_PER_BYTE * MS_PER_SECOND / length_ms)
            for place, length_ms in enumerate(lengths)
        ),
        keyframes_ms=tuple(sorted(keyframes)),
    )
