"""Say what a batch would do, without doing it."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from models.errors import InputError
from pipeline.cli.opening import open_for_reading
from pipeline.cli.rendering import Record, write_records
from pipeline.cli.settings import GlobalSettings
from pipeline.run.job import Job, JobSettings, Observer

if TYPE_CHECKING:
    from pipeline.run.forecast import Forecast
    from pipeline.store.store import Store

COLUMNS = ("item", "would", "recording_id", "stages", "why")


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
        records = [_record(forecast(bench, ledger, job)) for job in jobs]
    write_records(records, output_format, columns=COLUMNS)


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
    }


def _word(found: Forecast) -> str:
    if found.poisoned:
        return "pass over"
    if found.refused is not None:
        return "refuse"
    return "run" if found.stages else "skip"
