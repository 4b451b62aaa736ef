"""What Prometheus reads is what the store and the event logs say; its own parser reads it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from models.metric import Metric, MetricKind, Sample
from pipeline.export.prometheus import format_metrics
from pipeline.run.batch_history import read_history
from tests.conftest import Kandian, MakeMedia, Show

Figures = dict[tuple[str, frozenset[tuple[str, str]]], float]


def parse(text: str) -> Figures:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def figure(figures: Figures, name: str, **labels: str) -> float | None:
    return figures.get((name, frozenset(labels.items())))


def write_events(path: Path, *events: tuple[float, str, dict[str, Any]]) -> Path:
    lines = [
        json.dumps(
            {
                "schema": "kandian.batch-event/1",
                "at": f"2026-11-11T20:00:{second:06.3f}Z",
                "batch": "b1",
                "event": event,
                **fields,
            }
        )
        for second, event, fields in events
    ]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


ITEM = {"number": 1, "item": "one", "path": "/in/one.mp4"}
OTHER = {"number": 2, "item": "two", "path": "/in/two.mp4"}
FAILED = {"tries": 1, "kind": "tool", "reason": "ffmpeg"}
NIGHT = (
    (0, "planned", ITEM),
    (0, "planned", OTHER),
    (1, "started", ITEM | {"tries": 1}),
    (2, "stage", ITEM | {"stage": "transcribe"}),
    (12, "stage", ITEM | {"stage": "transcode"}),
    (20, "finished", ITEM | {"tries": 1, "outcome": "done", "media_ms": 38_000, "took_ms": 19_000}),
    (20, "started", OTHER | {"tries": 1}),
    (21, "retried", OTHER | FAILED | {"wait_s": 1, "alone": False}),
    (22, "started", OTHER | {"tries": 2}),
    (24, "failed", OTHER | FAILED | {"outcome": "failed"}),
    (24, "ended", {"done": 1, "failed": 1, "interrupted": False}),
)


@pytest.fixture(params=["sqlite", "postgres"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kandian]:
    if request.param == "sqlite":
        yield Kandian(tmp_path / "ws")
        return
    empty = request.getfixturevalue("empty_index")
    with request.getfixturevalue("postgres").database(empty) as url:
        yield Kandian(tmp_path / "ws", url)


def test_a_workspace_in_figures(
    shop: Kandian, show: Show, make_media: MakeMedia, tmp_path: Path
) -> None:
    assert shop("index", make_media("gc.mp4", seconds=42), *show.job[1:], "--id", "a").code == 0
    assert shop(*show.job, "--id", "b").code == 0
    assert shop("recordings", "delete", "b").code == 0
    events = write_events(tmp_path / "night.ndjson", *NIGHT)
    target = tmp_path / "kandian.prom"
    ran = shop("metrics", "--events", events, "-o", target)
    assert (ran.code, ran.out) == (0, "")
    read = parse(target.read_text(encoding="utf-8"))
    listed = json.loads(shop("recordings", "--format", "json").out)[0]
    record = json.loads((shop.workspace / "recordings/a/media.json").read_text())
    assert figure(read, "kandian_recordings", state="indexed") == 1
    assert figure(read, "kandian_recordings", state="deleted") == 1
    assert figure(read, "kandian_highlights", status="published") == listed["published"]
    assert figure(read, "kandian_media_seconds") == listed["duration_ms"] / 1000
    codec = record["renditions"][0]["decision"]["codec"]
    bytes_told = figure(read, "kandian_replay_bytes", codec=codec)
    assert bytes_told == (shop.workspace / "recordings/a/replay.mp4").stat().st_size
    assert figure(read, "kandian_stage_results", stage="replay") == 1
    assert figure(read, "kandian_workspace_free_bytes")
    assert figure(read, "kandian_batch_real_time_factor") == 0.5
    assert figure(read, "kandian_batch_recordings_total", outcome="done") == 1
    assert figure(read, "kandian_batch_failures_total", kind="tool") == 2


def test_without_an_index_there_is_nothing_to_tell(kandian: Kandian) -> None:
    ran = kandian("metrics")
    assert (ran.code, ran.out) == (1, "")


def test_stage_times_end_where_the_next_stage_begins(tmp_path: Path) -> None:
    history = read_history((write_events(tmp_path / "e", *NIGHT),))
    assert history.stage_seconds == {"ingest": 4.0, "transcribe": 10.0, "transcode": 8.0}
    assert history.stage_runs == {"ingest": 3, "transcribe": 1, "transcode": 1}
    assert (history.batches, history.retries, history.waiting, history.under_way) == (1, 1, 0, 0)


@pytest.mark.parametrize("kept", range(len(NIGHT) + 1))
def test_a_batch_killed_anywhere_is_summed_up(kept: int, tmp_path: Path) -> None:
    path = write_events(tmp_path / "e", *NIGHT[:kept])
    path.write_text(path.read_text() + '{"schema": "kandian.batch-ev')
    history = read_history((path,))
    planned = sum(event == "planned" for _, event, _ in NIGHT[:kept])
    ended = sum(history.outcomes.values())
    assert history.waiting + history.under_way + ended == planned
    assert history.unread_lines == 1


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"))


@given(TEXT, st.floats(allow_nan=False), st.text(st.characters(codec="ascii"), max_size=20))
def test_any_text_and_number_comes_back(value: str, number: float, text: str) -> None:
    text = " ".join(text.split())
    metric = Metric("kandian_x", MetricKind.GAUGE, text, (Sample(number, (("label", value),)),))
    assert figure(parse(format_metrics([metric])), "kandian_x", label=value) == number


@pytest.mark.parametrize(
    "make",
    [
        lambda: Metric("kandian_x", MetricKind.COUNTER, "", ()),
        lambda: Metric("kandian_x_total", MetricKind.GAUGE, "", ()),
        lambda: Metric("Kandian", MetricKind.GAUGE, "", ()),
        lambda: Metric("x", MetricKind.GAUGE, "", (Sample(1), Sample(2))),
        lambda: Sample(1, (("a", "1"), ("a", "2"))),
        lambda: Sample(1, (("a-b", "1"),)),
    ],
    ids=["counter", "gauge", "name", "twice", "label twice", "label"],
)
def test_what_is_no_metric_cannot_be_made(make: Any) -> None:
    with pytest.raises(ValueError, match=r".+"):
        make()
