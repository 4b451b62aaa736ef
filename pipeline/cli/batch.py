"""`kandian batch`: every recording of a folder or manifest through the same job."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from pipeline.cli.job_options import job_options
from pipeline.cli.main import EXIT_ITEM_FAILED
from pipeline.cli.opening import open_for_writing
from pipeline.cli.progress import observed
from pipeline.cli.rendering import Record, format_option, say, write_records
from pipeline.cli.replay_options import replay_options
from pipeline.cli.settings import GlobalSettings
from pipeline.run.job import JobSettings
from pipeline.run.outcome import Done, Failed, Skipped

COLUMNS = ("item", "outcome", "recording_id", "published", "review", "media_s", "took_s",
           "degraded", "reason")  # fmt: skip


@click.command()
@click.argument("source", metavar="MANIFEST|FOLDER", type=click.Path(path_type=Path))
@click.option(
    "--catalogue",
    type=click.Path(path_type=Path),
    help="For recordings that have none of their own.",
)
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
    output_format: str | None,
    **job_settings: Any,
) -> None:
    """Index every recording of a folder or a manifest.

    In a folder each media file, and each folder with an HLS playlist, is a recording; its
    catalogue is NAME.catalogue.csv beside it, or catalogue.csv in its folder or one above. A
    manifest is CSV or JSON lines with media, catalogue, id, title, started_at, transcript,
    room; paths are relative to it. What is done already is skipped; a bad recording never stops
    the rest.
    """
    from pipeline.run.batch_plan import read_plan
    from pipeline.run.bench import Bench
    from pipeline.run.run_batch import BatchLine, iter_batch, went_wrong
    from pipeline.run.toolbox import Toolbox

    settings: GlobalSettings = ctx.obj
    jobs = read_plan(source, catalogue=catalogue)
    toolbox = Toolbox(JobSettings(**job_settings))
    lines: list[BatchLine] = []
    with (
        open_for_writing(settings) as store,
        observed(quiet=settings.quiet) as observer,
    ):
        bench = Bench(toolbox, settings.workspace, store, observer)
        for line in iter_batch(bench, jobs):
            lines.append(line)
            observer.note(f"[{len(lines)}/{len(jobs)}] {_sentence(line)}")
    write_records([_record(line) for line in lines], output_format, columns=COLUMNS)
    failed = went_wrong(lines)
    bare = sum(_pictures_failed(line) is not None for line in lines)
    if not settings.quiet:
        without = f", {bare} without all their pictures" if bare else ""
        say(f"{len(lines)} recordings, {failed} not indexed{without}")
    ctx.exit(EXIT_ITEM_FAILED if failed or bare else 0)


def _sentence(line: Any) -> str:
    outcome = line.outcome
    if isinstance(outcome, Done | Skipped):
        bare = _pictures_failed(line)
        return (
            f"{line.job.label}: {_word(outcome)}, {outcome.summary.published} highlights"
            f"{f'; pictures: {bare}' if bare else ''}"
        )
    return f"{line.job.label}: {_word(outcome)}: {outcome.reason}"


def _pictures_failed(line: Any) -> str | None:
    """Say why pictures of an indexed recording are missing; None when none are."""
    if not isinstance(line.outcome, Done | Skipped):
        return None
    pictures = line.outcome.summary.pictures
    return pictures.reason if isinstance(pictures, Failed) else None


def _word(outcome: object) -> str:
    return type(outcome).__name__.lower()


def _record(line: Any) -> Record:
    outcome = line.outcome
    summary = outcome.summary if isinstance(outcome, Done | Skipped) else None
    return {
        "item": line.job.label,
        "outcome": _word(outcome),
        "recording_id": summary.recording_id if summary else line.job.recording_id,
        "published": summary.published if summary else None,
        "review": summary.review if summary else None,
        "media_s": round(summary.duration_ms / 1000, 1) if summary else None,
        "took_s": round(outcome.elapsed_s, 1) if isinstance(outcome, Done) else None,
        "degraded": summary.degraded if summary else None,
        "reason": _pictures_failed(line) if summary else outcome.reason,
    }
