"""Say what a batch would do, without doing it."""

from __future__ import annotations

import contextlib
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from models.errors import InputError
from pipeline.cli.opening import open_for_reading
from pipeline.cli.rendering import Record, choose_format, say, write_cells, write_records
from pipeline.cli.settings import GlobalSettings
from pipeline.run.job import Job, JobSettings, Observer

if TYPE_CHECKING:
    from pipeline.run.forecast import Forecast
    from pipeline.store.store import Store

COLUMNS = ("item", "would", "because", "stages")
LONG = frozenset({"item"})
"""Cut, so that a recording stays one line."""


def write_forecasts(
    settings: GlobalSettings,
    asked: JobSettings,
    jobs: Iterable[Job],
    output_format: str | None,
    *,
    ledger_counts: bool,
) -> None:
    """Write a record per recording: whether it is done, or what would run and why."""
    from pipeline.run.bench import Bench
    from pipeline.run.forecast import forecast
    from pipeline.run.ledger import Ledger
    from pipeline.run.toolbox import Toolbox

    with _store_as_it_is(settings) as store:
        bench = Bench(Toolbox(asked), settings.workspace, store, Observer())
        ledger = Ledger(store, asked) if ledger_counts else None
        found = [forecast(bench, ledger, job) for job in jobs]
    if choose_format(output_format) != "table":
        write_records([_record(one) for one in found], output_format, columns=COLUMNS)
        return
    rows = [
        (one.job.label, _word(one), _give_reason(one).in_short, ", ".join(_list_stages(one)))
        for one in found
    ]
    write_cells(COLUMNS, rows, long_ones=LONG)
    if not settings.quiet:
        _explain(found)


@contextlib.contextmanager
def _store_as_it_is(settings: GlobalSettings) -> Iterator[Store]:
    """Open what was indexed; where nothing was, an empty store that is thrown away."""
    from pipeline.store.location import make_sqlite_url
    from pipeline.store.store import open_store

    try:
        store = open_for_reading(settings)
    except InputError:
        with tempfile.TemporaryDirectory(prefix="kandian-dry-") as folder:
            with open_store(make_sqlite_url(Path(folder) / "empty.db")) as empty:
                yield empty
            return
    with store:
        yield store


def _record(found: Forecast) -> Record:
    return {
        "item": found.job.label,
        "would": _word(found),
        "recording_id": found.recording_id,
        "stages": [due.stage for due in found.stages],
        "why": found.refused or "; ".join(f"{due.stage}: {due.why}" for due in found.stages),
        "because": _give_reason(found).in_short,
    }


def _list_stages(found: Forecast) -> list[str]:
    return list(dict.fromkeys(due.stage for due in found.stages))


def _word(found: Forecast) -> str:
    if found.poisoned:
        return "pass over"
    if found.refused is not None:
        return "refuse"
    return "run" if found.stages else "skip"


@dataclass(frozen=True, slots=True)
class _Reason:
    """Why a recording stands as it does: for its row, and in full."""

    in_short: str
    in_full: str


def _give_reason(found: Forecast) -> _Reason:
    failure = found.failure
    if failure is not None and (found.poisoned or found.refused is None):
        times = {0: "before", 1: "once", 2: "twice"}.get(failure.times, f"{failure.times} times")
        then = "mend it, or try again with --retry-failed" if found.poisoned else "tried again"
        return _Reason(f"failed {times}", f"{failure.reason}; {then}")
    if found.refused is not None:
        return _Reason("refused", found.refused)
    if not found.stages:
        return _Reason("done", "all is there, made of the same with the same settings")
    if found.new:
        return _Reason("new", "not indexed yet")
    first = found.stages[0]
    return _Reason(first.in_short, first.why)


def _explain(found_all: Sequence[Forecast]) -> None:
    """Say each reason once, with a recording that it holds for where others have another."""
    labels: dict[_Reason, list[str]] = {}
    for found in found_all:
        labels.setdefault(_give_reason(found), []).append(found.job.label)
    shorts = Counter(reason.in_short for reason in labels)
    for reason, names in labels.items():
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        whose = f" ({names[0]}{more})" if shorts[reason.in_short] > 1 else ""
        say(f"{reason.in_short}{whose}: {reason.in_full}")
    words = Counter(map(_word, found_all))
    counts = ", ".join(f"{word} {number}" for word, number in words.items())
    say(f"{len(found_all)} recordings: {counts}")
