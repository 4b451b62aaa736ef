"""What a batch does about every way a recording can end, with an executor that plays along."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import jsonschema
import pytest

from models.errors import ConfigError, FailureKind
from pipeline.run import agenda
from pipeline.run.batch_events import BatchEvent, BatchLine, Retried
from pipeline.run.event_log import EventLog
from pipeline.run.executor import Broken, Died, Ended, Message, Work
from pipeline.run.job import Job, JobSettings
from pipeline.run.ledger import Ledger
from pipeline.run.outcome import Busy, Done, Failed, LeftOut, Poisoned, Rejected, Skipped, Summary
from pipeline.run.run_batch import iter_batch, went_wrong
from pipeline.store.location import make_sqlite_url
from pipeline.store.store import Store, open_store

SCHEMA = Path(agenda.__file__).with_name("batch_events.schema.json")
FINE = Done(Summary("r", 1000, 1, 0, None, LeftOut("text")), 1.0)
DONE_BEFORE = Skipped(FINE.summary)


def failed(kind: FailureKind) -> Failed:
    return Failed(f"it is {kind}", kind)


class Played:
    """Ends the works as the script of each number says, one at a time."""

    def __init__(self, scripts: dict[int, list[object]], slots: int = 2) -> None:
        self.slots = slots
        self.beside: list[tuple[int, int]] = []
        self._scripts = scripts
        self._at: list[Work] = []

    def submit(self, work: Work) -> None:
        assert len(self._at) < self.slots
        self._at.append(work)
        self.beside.append((work.number, len(self._at) - 1))

    def receive(self, timeout_s: float) -> tuple[Message, ...]:
        del timeout_s
        if not self._at:
            return ()
        number = self._at.pop(0).number
        script = self._scripts.get(number, [])
        end = script.pop(0) if script else FINE
        if isinstance(end, str):
            return (Died(number, end),)
        return (Broken(number, "no disk") if end is None else Ended(number, end),)  # type: ignore[arg-type]

    def stop(self) -> None:
        self._at.clear()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(make_sqlite_url(tmp_path / "a.db")) as opened:
        yield opened


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agenda, "FIRST_WAIT_S", 0.001)
    monkeypatch.setattr(agenda, "BUSY_WAIT_S", 0.001)


Run = Callable[..., list[BatchLine]]


@pytest.fixture
def run(store: Store) -> Run:
    def play(executor: Played, count: int, take: Callable[[BatchEvent], None]) -> list[BatchLine]:
        plan = iter(Job(Path("c.csv"), transcript=Path(f"{n}.srt")) for n in range(count))
        ledger = Ledger(store, JobSettings())
        return sorted(iter_batch(executor, plan, ledger, take), key=lambda line: line.number)  # type: ignore[arg-type]

    return play


TRIES: dict[str, tuple[list[object], type, int]] = {
    "fine": ([FINE], Done, 1),
    "done-before": ([DONE_BEFORE], Skipped, 1),
    "bad-input-once": ([Rejected("no sound")], Rejected, 1),
    "a-tool-once": ([failed(FailureKind.TOOL)], Failed, 1),
    "a-defect-once": ([failed(FailureKind.UNEXPECTED)], Failed, 1),
    "it-passes": ([failed(FailureKind.TRANSIENT)] * 3, Done, 4),
    "it-does-not-pass": ([failed(FailureKind.TRANSIENT)] * 9, Failed, 4),
    "space-is-made": ([failed(FailureKind.RESOURCE)], Done, 2),
    "no-space": ([failed(FailureKind.RESOURCE)] * 9, Failed, 2),
    "died-once": (["signal SIGSEGV"], Done, 2),
    "died-thrice": (["signal SIGKILL"] * 9, Failed, 3),
    "busy-long": ([Busy("another run")] * 20, Done, 1),
    "passed-over": ([Poisoned("passed over", FailureKind.DIED)], Poisoned, 1),
}


@pytest.mark.parametrize(("script", "end", "tries"), TRIES.values(), ids=TRIES)
def test_what_may_pass_is_tried_again_and_no_longer_than_that(
    script: list[object], end: type, tries: int, run: Run
) -> None:
    lines = run(Played({2: list(script)}), 3, lambda _event: None)
    assert [type(line.outcome) for line in lines] == [Done, end, Done]
    assert lines[1].tries == tries
    assert went_wrong(lines) == (end not in {Done, Skipped})


ALONE = [
    pytest.param([failed(FailureKind.RESOURCE)], [False, True], id="memory-or-disk"),
    pytest.param(["signal SIGKILL"] * 2, [False, False, True], id="died-twice"),
]


@pytest.mark.parametrize(("script", "alone"), ALONE)
def test_what_may_need_all_of_the_machine_gets_it(
    script: list[object], alone: list[bool], run: Run
) -> None:
    executor = Played({1: list(script)}, slots=3)
    retries: list[Retried] = []

    def take(event: BatchEvent) -> None:
        if isinstance(event, Retried):
            retries.append(event)

    run(executor, 20, take)
    assert [retry.alone for retry in retries] == alone[1:]
    last = max(place for place, (number, _) in enumerate(executor.beside) if number == 1)
    assert executor.beside[last] == (1, 0)
    assert last == len(executor.beside) - 1


def test_a_wrong_environment_ends_the_batch(run: Run) -> None:
    with pytest.raises(ConfigError, match="no disk"):
        run(Played({1: [None]}), 3, lambda _event: None)


def test_no_more_of_the_plan_is_taken_than_runs(store: Store) -> None:
    taken: list[int] = []

    def plan() -> Iterator[Job | None]:
        for number in range(1000):
            taken.append(number)
            yield Job(Path("c.csv"), transcript=Path(f"{number}.srt"))
            yield None

    ended = 0
    ledger = Ledger(store, JobSettings())
    for _ in iter_batch(Played({}), plan(), ledger, lambda _event: None):  # type: ignore[arg-type]
        ended += 1
        assert len(taken) <= ended + 2
    assert ended == 1000


def test_every_event_is_a_line_that_the_contract_allows(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "events.ndjson"
    scripts: dict[int, list[object]] = {
        number: list(script) for number, (script, _, _) in enumerate(TRIES.values(), 1)
    }
    with EventLog(path) as log:
        run(Played(scripts), len(TRIES), log.take)
    events = [json.loads(line) for line in path.read_text(encoding="ascii").splitlines()]
    check = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert [error.message for event in events for error in check.iter_errors(event)] == []
    assert {event["event"] for event in events} == {
        "planned", "started", "finished", "retried", "failed", "ended"
    }  # fmt: skip
    assert {key: events[-1][key] for key in ("done", "skipped", "poisoned", "interrupted")} == {
        "done": 5, "skipped": 1, "poisoned": 1, "interrupted": False
    }  # fmt: skip
    assert not check.is_valid(events[0] | {"number": 0})
    assert not check.is_valid(events[-1] | {"event": "else"})
