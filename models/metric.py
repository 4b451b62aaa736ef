"""Figures for machines that watch: families of samples, as Prometheus knows them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

NAME = re.compile(r"[a-z][a-z0-9_]*")


class MetricKind(StrEnum):
    """How a figure moves."""

    GAUGE = "gauge"
    """Up and down."""
    COUNTER = "counter"
    """Only up, until what it counts is begun anew; its name ends in `_total`."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One figure."""

    value: float
    labels: tuple[tuple[str, str], ...] = ()
    """Names and values; values may be any text."""

    def __post_init__(self) -> None:
        names = [name for name, _ in self.labels]
        if len(set(names)) < len(names) or not all(map(NAME.fullmatch, names)):
            raise ValueError(f"labels need names of their own such as stage: {names}")


@dataclass(frozen=True, slots=True)
class Metric:
    """Figures of one meaning, told apart by their labels.

    Raises:
        ValueError: when the name is none, a counter lacks `_total`, or two samples have the same
            labels.
    """

    name: str
    kind: MetricKind
    help: str
    samples: tuple[Sample, ...]

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise ValueError(f"{self.name!r} is no name of a metric")
        if (self.kind is MetricKind.COUNTER) is not self.name.endswith("_total"):
            raise ValueError(f"{self.name}: counters end in _total, and only counters")
        if len({sample.labels for sample in self.samples}) < len(self.samples):
            raise ValueError(f"{self.name}: two samples have the same labels")
