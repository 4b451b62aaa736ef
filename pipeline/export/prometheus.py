"""Write metrics in Prometheus's text format, as node_exporter's textfile collector reads it."""

from __future__ import annotations

import math
from collections.abc import Iterable

from models.metric import Metric, Sample


def format_metrics(metrics: Iterable[Metric]) -> str:
    """Write all metrics; those without samples are left out. Ends with a newline unless empty."""
    return "".join(_format(metric) for metric in metrics if metric.samples)


def _format(metric: Metric) -> str:
    text = metric.help.replace("\\", "\\\\").replace("\n", "\\n")
    head = f"# HELP {metric.name} {text}\n# TYPE {metric.name} {metric.kind}\n"
    return head + "".join(_format_sample(metric.name, sample) for sample in metric.samples)


def _format_sample(name: str, sample: Sample) -> str:
    labels = ",".join(f'{label}="{_escape(value)}"' for label, value in sample.labels)
    return f"{name}{'{' + labels + '}' if labels else ''} {_format_number(sample.value)}\n"


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _format_number(value: float) -> str:
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return repr(float(value)) if value != int(value) else str(int(value))
