"""Media records: one that reads like a real one, and Hypothesis strategies for any."""

from __future__ import annotations

from hypothesis import strategies as st

from models.decision import (
    Check,
    Codec,
    Decision,
    MediaRecord,
    Metric,
    Probe,
    RenditionRecord,
    Search,
    Verdict,
    Window,
)
from models.recording import Rendition
from models.span import Span

PROBES = (
    Probe(crf=28.0, quality=91.4, worst=88.2, bit_rate=540_000),
    Probe(crf=24.0, quality=95.6, worst=93.9, bit_rate=930_000),
    Probe(crf=26.0, quality=93.8, worst=91.2, bit_rate=705_000),
)
SEARCH = Search(
    metric=Metric.VMAF_NEG,
    target=93.0,
    tolerance=0.5,
    windows=(
        Window(Span(1_000, 3_000), 0.4),
        Window(Span(10_000, 12_000), 0.35),
        Window(Span(30_000, 32_000), 0.25),
    ),
    probes=PROBES,
    chosen=Probe(crf=26.7, quality=93.1, worst=90.4, bit_rate=640_000),
    why_stopped="the next step would change the quality by less than the tolerance",
    cpu_s=9.5,
    budget_s=14.0,
)
CHECKS = (
    Check("decodes to its end", passed=True, found="950 pictures, no error"),
    Check("same length", passed=True, found="38.0 s, the recording 38.0 s"),
    Check("quality reached", passed=False, found="92.1, wanted 93.0 within 0.5"),
)
DECISION = Decision(
    codec=Codec.H264,
    verdict=Verdict.ENCODED,
    why="At 640 kbit/s the picture is as good as asked for.",
    source_codec="h264",
    source_bit_rate=4_100_000,
    bit_rate=655_000,
    search=SEARCH,
    reached=92.9,
    checks=CHECKS,
    encode_cpu_s=70.0,
    verify_cpu_s=6.25,
    keyframes_ms=(0, 5_000, 24_000),
)


def make_rendition(url: str = "replay.mp4", *, size: tuple[int, int] = (90, 160)) -> Rendition:
    """Make a rendition as an index names it."""
    return Rendition(url, "video/mp4", "avc1.64001f,mp4a.40.2", *size, 400_000, 38_000)


texts = st.text(max_size=12)
numbers = st.floats(allow_nan=False) | st.integers(-(10**6), 10**6).map(float)
counts = st.integers(0, 10**12)
moments = st.integers(0, 10**9)


@st.composite
def spans(draw: st.DrawFn) -> Span:
    start_ms = draw(moments)
    return Span(start_ms, start_ms + draw(st.integers(1, 10**6)))


windows = st.builds(Window, spans(), st.floats(0, 1, exclude_min=True))
probes = st.builds(Probe, numbers, numbers, numbers, counts)
searches = st.builds(
    Search,
    metric=st.sampled_from(Metric),
    target=numbers,
    tolerance=numbers,
    windows=st.lists(windows, max_size=4).map(tuple),
    probes=st.lists(probes, min_size=1, max_size=6).map(tuple),
    chosen=probes,
    why_stopped=texts,
    cpu_s=numbers,
    budget_s=numbers,
)
decisions = st.builds(
    Decision,
    codec=st.sampled_from(Codec),
    verdict=st.sampled_from(Verdict),
    why=texts,
    source_codec=texts,
    source_bit_rate=counts,
    bit_rate=counts,
    search=st.none() | searches,
    reached=st.none() | numbers,
    checks=st.lists(st.builds(Check, texts, st.booleans(), texts), max_size=3).map(tuple),
    encode_cpu_s=numbers,
    verify_cpu_s=numbers,
    keyframes_ms=st.lists(moments, max_size=5).map(tuple),
)
renditions = st.builds(Rendition, texts, texts, texts, counts, counts, counts, counts)
media_records = st.builds(
    MediaRecord,
    texts,
    texts,
    st.lists(st.builds(RenditionRecord, renditions, decisions), max_size=3).map(tuple),
)
