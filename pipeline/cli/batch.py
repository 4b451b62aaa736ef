"""`kandian batch`: every recording of a folder or manifest through the same job."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from pipeline.cli.batch_options import BatchOptions, batch_options
from pipeline.cli.batch_progress import describe_pictures, watched
from pipeline.cli.job_options import job_options
from pipeline.cli.main import EXIT_ITEM_FAILED
from pipeline.cli.opening import open_for_writing
from pipeline.cli.rendering import Record, format_option, say, write_records
from pipeline.cli.replay_options import replay_options
from pipeline.cli.settings import GlobalSettings
from pipeline.process.stopping import Stopped
from pipeline.run.batch_events import BatchEvent, BatchLine, Watcher
from pipeline.run.job import Job, JobSettings
from pipeline.run.outcome import Done, Skipped

COLUMNS = ("item", "outcome", "recording_id", "published", "review", "media_s", "took_s",
           "degraded", "reason")  # fmt: skip


@click.command()
@click.argument("source", metavar="MANIFEST|FOLDER", type=click.Path(path_type=Path))
@batch_options
@replay_options
@job_options
@format_option
@click.pass_context
def command(
    ctx: click.Context,
    /,
    *,
    source: Path,
    catalogue: Path | None,
    executor: str,
    jobs: int | None,
    gpus: float,
    dry_run: bool,
    watch: bool,
    quiet_s: float,
    events: Path | None,
    retry_failed: bool,
    output_format: str | None,
    **job_settings: Any,
) -> None:
    """Index every recording of a folder or a manifest.

    In a folder each media file, and each folder with an HLS playlist, is a recording; its
    catalogue is NAME.catalogue.csv beside it, or catalogue.csv in its folder or one above; what
    the console put on screen may lie beside it as NAME.operator.csv. A manifest is CSV or JSON
    lines with media, catalogue, id, title, started_at, transcript, room, operator; paths are
    relative to it. What is done already is skipped; a bad recording never stops
    the rest. It may be killed at any moment: the same command goes on. Several may run at once.
    """
    from pipeline.run.toolbox import Toolbox

    settings: GlobalSettings = ctx.obj
    how = BatchOptions(
        source, catalogue, executor, jobs, gpus, dry_run, watch, quiet_s, events, retry_failed
    )
    asked = JobSettings(**job_settings)
    Toolbox(asked)  # says what is wrong with the settings before anything else
    if dry_run:
        _forecast(settings, asked, how, output_format)
        return
    lines: list[BatchLine] = []
    try:
        _run(settings, asked, how, lines)
    except (KeyboardInterrupt, Stopped):
        # That is how watching ends.
        if not how.watch:
            _write(lines, output_format)
            raise
    _write(lines, output_format)
    failed = sum(not isinstance(line.outcome, Done | Skipped) for line in lines)
    bare = sum(describe_pictures(line) is not None for line in lines)
    if not settings.quiet:
        without = f", {bare} without all their pictures" if bare else ""
        say(f"{len(lines)} recordings, {failed} not indexed{without}")
    ctx.exit(EXIT_ITEM_FAILED if failed or bare else 0)


def _run(
    settings: GlobalSettings, asked: JobSettings, how: BatchOptions, lines: list[BatchLine]
) -> None:
    """Run the batch and collect how its recordings ended, also when it is interrupted."""
    from pipeline.run.executor import Setup
    from pipeline.run.executors import make_executor
    from pipeline.run.ledger import Ledger
    from pipeline.run.run_batch import iter_batch
    from pipeline.run.workspace import place_of

    plan, total = _plan(how)
    setup = Setup(
        settings=asked,
        workspace=place_of(settings.workspace),
        database_url=settings.database_url,
        log_level=logging.getLogger().level,
        retry_failed=how.retry_failed,
        gpus=how.gpus,
    )
    with (
        open_for_writing(settings) as store,
        watched(total, quiet=settings.quiet) as tell,
        _logging_events(how.events) as log,
        make_executor(how.executor, setup, jobs=how.jobs) as executor,
    ):

        def take(event: BatchEvent) -> None:
            if isinstance(event, BatchLine):
                lines.append(event)
            tell(event)
            log(event)

        for _ in iter_batch(executor, plan, Ledger(store, asked), take):
            pass


def _plan(how: BatchOptions) -> tuple[Iterable[Job | None], int | None]:
    """Return what is to be done, and how much that is where it is known."""
    from pipeline.run.batch_plan import read_plan
    from pipeline.run.watch import watch_folder

    if how.watch:
        if not how.source.is_dir():
            raise click.UsageError("--watch needs a folder; a manifest does not grow")
        plan = watch_folder(how.source, catalogue=how.catalogue, quiet_s=how.quiet_s, note=say)
        return plan, None
    jobs = read_plan(how.source, catalogue=how.catalogue)
    return jobs, len(jobs)


def _forecast(
    settings: GlobalSettings, asked: JobSettings, how: BatchOptions, output_format: str | None
) -> None:
    from pipeline.cli.forecast import write_forecasts
    from pipeline.run.batch_plan import read_plan

    if how.watch:
        raise click.UsageError("--watch has no end; leave it out to see what would be done")
    jobs = read_plan(how.source, catalogue=how.catalogue)
    write_forecasts(settings, asked, jobs, output_format, ledger_counts=not how.retry_failed)


@contextlib.contextmanager
def _logging_events(path: Path | None) -> Iterator[Watcher]:
    if path is None:
        yield lambda _event: None
        return
    from pipeline.run.event_log import EventLog

    with EventLog(path) as log:
        yield log.take


def _write(lines: Sequence[BatchLine], output_format: str | None) -> None:
    in_order = sorted(lines, key=lambda line: line.number)
    write_records([_record(line) for line in in_order], output_format, columns=COLUMNS)


def _record(line: BatchLine) -> Record:
    outcome = line.outcome
    if isinstance(outcome, Done | Skipped):
        summary, reason = outcome.summary, describe_pictures(line)
    else:
        summary, reason = None, outcome.reason
    return {
        "item": line.job.label,
        "outcome": type(outcome).__name__.lower(),
        "recording_id": summary.recording_id if summary else line.job.recording_id,
        "published": summary.published if summary else None,
        "review": summary.review if summary else None,
        "media_s": round(summary.duration_ms / 1000, 1) if summary else None,
        "took_s": round(outcome.elapsed_s, 1) if isinstance(outcome, Done) else None,
        "degraded": summary.degraded if summary else None,
        "reason": reason,
    }
