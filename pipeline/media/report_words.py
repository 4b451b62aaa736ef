"""What a media report says in words: figures with units, verdicts, a glossary."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from models.decision import Codec, Decision, Metric, RenditionRecord, Search, Verdict
from models.span import MS_PER_SECOND

NOTHING = "-"
"""Stands where nothing was measured."""

VIEWS = 1000
"""What savings are told for: a number of viewers that people can imagine."""

BITS_PER_BYTE = 8

CODEC_NAMES = {Codec.H264: "H.264", Codec.AV1: "AV1", Codec.HEVC: "HEVC (H.265)"}
METRIC_NAMES = {Metric.VMAF_NEG: "VMAF-NEG", Metric.XPSNR: "XPSNR", Metric.SSIM: "SSIM"}
_METRIC_FORMATS = {Metric.VMAF_NEG: "{:.1f}", Metric.XPSNR: "{:.2f} dB", Metric.SSIM: "{:.4f}"}

VERDICTS = {
    Verdict.ENCODED: "encoded anew",
    Verdict.COPIED: "copied as it came",
    Verdict.KEPT: "kept as it came",
    Verdict.ABSENT: "sound alone",
}

_GLOSSARY = {
    "bit rate": "How much data a second of picture takes. It decides what a viewer's connection "
    "and the shop's traffic have to bear.",
    "saved per 1,000 views": "The difference of the bit rates over the whole length, a thousand "
    "times: what is not sent when a thousand people watch to the end. Sound is left out.",
    "codec": "The way in which pictures are coded. H.264 plays everywhere; AV1 and HEVC need less "
    "data for the same picture and a newer device.",
    "CRF": "The encoder's own dial, the constant rate factor: higher means smaller and coarser. "
    "The same number gives another quality on another recording, which is why it is searched for.",
    "target and tolerance": "The quality that was asked for, and how far from it an encode may "
    "end; the shaded band.",
    "window": "A short piece that was tried out in place of the whole recording. Each stands for "
    "the share of the recording that looks like it.",
    "probe": "One trial encode of all windows at one CRF; the numbers are the order of the trials.",
    "worst window": "The quality of the window that came out worst; the end of the thin line "
    "below each probe.",
    "keyframe": "A picture that stands for itself. A jump lands there at once; elsewhere "
    "everything since the last one has to be decoded first.",
    "CPU time": "How long processors worked, all cores added up; longer than the clock says.",
}
_SEARCH_TERMS = frozenset({"CRF", "target and tolerance", "window", "probe", "worst window"})
_METRIC_GLOSSARY = {
    Metric.VMAF_NEG: "How people would rate the picture beside its original, estimated by a model "
    "that was taught by viewers, from 0 to 100; sharpening brings nothing. A step of 6 is seen "
    "by most.",
    Metric.XPSNR: "How far the picture is from its original in decibels, weighted by what eyes "
    "notice; higher is nearer, and from about 40 hardly anybody sees a difference.",
    Metric.SSIM: "How alike the structures of both pictures are, from 0 to 1; 1 is the same.",
}


def format_bit_rate(bit_rate: float) -> str:
    """Write bits/s: 655 kbit/s, 4.10 Mbit/s."""
    if abs(bit_rate) < 999_500:
        return f"{bit_rate / 1e3:.0f} kbit/s"
    return f"{bit_rate / 1e6:.2f} Mbit/s"


def format_bytes(size: float) -> str:
    """Write a size in decimal units, as disks and traffic are sold: 1.6 GB."""
    for unit, factor in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6)):
        if size >= factor:
            return f"{size / factor:.{0 if size >= 100 * factor else 1}f} {unit}"
    return f"{size / 1e3:.0f} kB"


def format_quality(metric: Metric, value: float | None) -> str:
    """Write a quality in its metric's unit; two equal pictures are endlessly alike."""
    if value is None or math.isnan(value):
        return NOTHING
    return "∞" if math.isinf(value) else _METRIC_FORMATS[metric].format(value)


def format_cpu(seconds: float) -> str:
    """Write CPU time: 9.5 s, 12.3 min, 3.4 h."""
    if not math.isfinite(seconds):
        return NOTHING
    if seconds < 120:
        return f"{seconds:.1f} s"
    return f"{seconds / 60:.1f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def format_share(part: float, whole: float) -> str:
    """Write a part of a whole in per cent; a dash when there is no whole."""
    share = part / whole if whole else math.nan
    return f"{100 * share:.0f} %" if math.isfinite(share) else NOTHING


def name_rendition(record: RenditionRecord) -> str:
    """Name a rendition by what tells it from others: codec and size."""
    rendition, decision = record.rendition, record.decision
    if decision.verdict is Verdict.ABSENT:
        return "sound alone"
    return f"{CODEC_NAMES[decision.codec]}, {rendition.width}x{rendition.height}"


def tell_saving(record: RenditionRecord) -> tuple[str, str]:
    """Return what a thousand views save, and by how many per cent the picture is smaller."""
    decision = record.decision
    seconds = record.rendition.duration_ms / MS_PER_SECOND
    saved_bits = decision.source_bit_rate - decision.bit_rate
    saved = saved_bits * seconds * VIEWS / BITS_PER_BYTE
    share = format_share(abs(saved_bits), decision.source_bit_rate)
    if saved_bits > 0:
        return format_bytes(saved), f"{share} less picture data"
    if saved_bits < 0:
        return f"{format_bytes(-saved)} more", f"{share} more picture data"
    return "nothing", "the same picture data"


def tell_search_cost(decision: Decision, search: Search) -> str:
    """Say what the search cost beside the encode, and what it was allowed to."""
    share = format_share(search.cpu_s, decision.encode_cpu_s)
    allowed = format_share(search.budget_s, decision.encode_cpu_s)
    overrun = ", overrun" if search.cpu_s > search.budget_s else ""
    return f"{share} of the encode; budget: {format_cpu(search.budget_s)}, {allowed}{overrun}"


def iter_glossary(decisions: Iterable[Decision]) -> Iterator[tuple[str, str]]:
    """Yield the terms that the page uses, each with a sentence or two."""
    searches = [decision.search for decision in decisions if decision.search is not None]
    for term, text in _GLOSSARY.items():
        if searches or term not in _SEARCH_TERMS:
            yield term, text
    for metric in Metric:
        if any(search.metric is metric for search in searches):
            yield METRIC_NAMES[metric], _METRIC_GLOSSARY[metric]
