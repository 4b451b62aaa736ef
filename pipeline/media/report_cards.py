"""Parts of the media report: figures of a decision, its probes, its checks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from models.decision import Check, Decision, Probe, RenditionRecord, Search, Verdict
from models.span import MS_PER_SECOND
from pipeline.markup.elements import Markup, tag
from pipeline.media.report_words import (
    METRIC_NAMES,
    NOTHING,
    VIEWS,
    format_bit_rate,
    format_bytes,
    format_cpu,
    format_quality,
    format_share,
    tell_saving,
    tell_search_cost,
)

Figure = tuple[str, str, str]
"""What it is, the figure, and a few words more."""


def write_card(heading: str, *content: Markup) -> Markup:
    """Return a framed part of the page."""
    return tag("div", tag("h3", heading), *content, class_="card")


def write_legend(entries: Iterable[tuple[str, str]]) -> Markup:
    """Return a legend: the class of each symbol, and what it stands for."""
    return tag(
        "div",
        *(tag("span", tag("i", class_=class_), name) for class_, name in entries),
        class_="legend",
    )


def write_figures(record: RenditionRecord) -> Markup:
    """Return the figures of a decision, each with what it is compared with."""
    return tag(
        "dl",
        *(
            tag("div", tag("dt", name), tag("dd", figure), tag("dd", more, class_="more"))
            for name, figure, more in _list_figures(record)
        ),
        class_="figures",
    )


def _list_figures(record: RenditionRecord) -> Iterator[Figure]:
    """Yield first what went into the file, then what came out in quality; five to a row."""
    rendition, decision = record.rendition, record.decision
    if decision.verdict is not Verdict.ABSENT:
        saved, share = tell_saving(record)
        yield "picture before", format_bit_rate(decision.source_bit_rate), decision.source_codec
        yield "picture after", format_bit_rate(decision.bit_rate), share
        yield f"saved per {VIEWS:,} views", saved, "watched to the end, picture alone"
    length = f"{rendition.duration_ms / MS_PER_SECOND:.0f} s long, with sound"
    yield "size of the file", format_bytes(rendition.bytes), length
    yield "CPU of the encode", format_cpu(decision.encode_cpu_s), "all cores added up"
    if decision.search is not None:
        yield from _list_search(decision, decision.search)
    verify = format_share(decision.verify_cpu_s, decision.encode_cpu_s)
    yield "CPU of the checks", format_cpu(decision.verify_cpu_s), f"{verify} of the encode"


def _list_search(decision: Decision, search: Search) -> Iterator[Figure]:
    metric = search.metric
    tolerance = format_quality(metric, search.tolerance)
    expected = f"at {format_bit_rate(search.chosen.bit_rate)}, CRF {search.chosen.crf:.4g}"
    yield (
        "quality wanted",
        format_quality(metric, search.target),
        f"{METRIC_NAMES[metric]}, ± {tolerance}",
    )
    yield "quality predicted", format_quality(metric, search.chosen.quality), expected
    reached = "" if decision.reached is None else _compare(decision.reached, search)
    yield "quality reached", format_quality(metric, decision.reached), reached or "not measured"
    yield "CPU of the search", format_cpu(search.cpu_s), tell_search_cost(decision, search)


def _compare(reached: float, search: Search) -> str:
    if abs(reached - search.target) <= search.tolerance:
        return "as wanted"
    return "better than wanted" if reached > search.target else "below what was wanted"


def write_probes(search: Search, name: str) -> Markup:
    """Return a table of the probes in their order, and of what was chosen.

    Args:
        search: where they were made.
        name: of the rendition, for those who hear the page.
    """
    headers = ("probe", "CRF", METRIC_NAMES[search.metric], "worst window", "bit rate")
    rows = [
        _write_probe(str(number), probe, search) for number, probe in enumerate(search.probes, 1)
    ]
    chosen = _write_probe("chosen", search.chosen, search)
    head = tag("tr", *(tag("th", header) for header in headers))
    return _write_table(head, [*rows, chosen], f"probes of {name}")


def _write_probe(name: str, probe: Probe, search: Search) -> Markup:
    cells = (
        name,
        f"{probe.crf:.4g}",
        format_quality(search.metric, probe.quality),
        format_quality(search.metric, probe.worst),
        format_bit_rate(probe.bit_rate),
    )
    class_ = "chosen" if name == "chosen" else None
    return tag("tr", *(tag("td", cell) for cell in cells), class_=class_)


def write_checks(checks: Sequence[Check], name: str) -> Markup:
    """Return a table of what was looked at before the rendition counted as done.

    Args:
        checks: in the order in which they were made.
        name: of the rendition, for those who hear the page.
    """
    if not checks:
        return write_card("Checks", tag("p", "Nothing was checked."))
    passed = sum(check.passed for check in checks)
    head = tag("tr", *(tag("th", header, class_="words") for header in ("result", "what", "found")))
    rows = [_write_check(check) for check in checks]
    table = _write_table(head, rows, f"checks of {name}")
    return write_card(f"Checks: {passed} of {len(checks)} passed", table)


def _write_check(check: Check) -> Markup:
    result = "passed" if check.passed else "failed"
    return tag(
        "tr",
        tag("td", result, class_=f"words {result}"),
        tag("td", tag("bdi", check.what), class_="words"),
        tag("td", tag("bdi", check.found or NOTHING), class_="words"),
    )


def _write_table(head: Markup, rows: Sequence[Markup], label: str) -> Markup:
    table = tag("table", tag("thead", head), tag("tbody", *rows))
    return tag("div", table, class_="scroll", tabindex=0, role="region", aria_label=label)
