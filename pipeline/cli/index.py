"""`kandian index`: the whole job for one recording."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from models.remote import RemoteUrl
from pipeline.cli.job_options import job_options
from pipeline.cli.main import EXIT_ITEM_FAILED
from pipeline.cli.opening import open_for_writing
from pipeline.cli.parameters import MEDIA, MOMENT, RECORDING_ID
from pipeline.cli.progress import observed
from pipeline.cli.records import HIGHLIGHT_COLUMNS, record_of_found
from pipeline.cli.rendering import format_option, say, write_records
from pipeline.cli.replay_options import replay_options
from pipeline.cli.settings import GlobalSettings
from pipeline.run.job import Job, JobSettings
from pipeline.run.outcome import Done, Failed, LeftOut, Skipped
from pipeline.store.find import FindQuery, FoundHighlight


@click.command()
@click.argument("media", type=MEDIA, required=False)
@click.option(
    "--catalogue",
    type=click.Path(path_type=Path),
    required=True,
    help="The shop's products, CSV or JSON.",
)
@click.option("--id", "recording_id", type=RECORDING_ID, help="Name of the recording.")
@click.option("--title", help="Title of the recording.  [default: the file's name]")
@click.option(
    "--started-at",
    type=MOMENT,
    help="When the broadcast began, e.g. 2026-11-11T20:00:00+08:00.",
)
@click.option(
    "--transcript",
    type=click.Path(path_type=Path),
    help="SRT, WebVTT, whisper or FunASR JSON, in place of speech recognition.",
)
@click.option(
    "--room",
    metavar="NAME",
    help="Where it was recorded: the rate search begins where the room's last one ended.",
)
@click.option(
    "--operator",
    type=click.Path(path_type=Path),
    help="What the console put on screen: product_id, start, end, title; CSV or JSON.",
)
@replay_options
@job_options
@format_option
@click.pass_context
def command(
    ctx: click.Context,
    /,
    *,
    media: Path | RemoteUrl | None,
    catalogue: Path,
    recording_id: str | None,
    title: str | None,
    started_at: datetime | None,
    transcript: Path | None,
    room: str | None,
    operator: Path | None,
    output_format: str | None,
    **job_settings: Any,
) -> None:
    """Index one recording: transcribe, find its pitches, make the replay.

    MEDIA is a file (mp4, mov, mkv, flv, ts, audio) or a folder with an HLS playlist, here or at
    s3://BUCKET/NAME; it may be left out when --transcript is given. Run again, it does only what is
    not done yet, also after SIGTERM, Ctrl-C or kill -9.
    """
    from pipeline.run.at_hand import at_hand
    from pipeline.run.bench import Bench
    from pipeline.run.index_recording import index_recording
    from pipeline.run.toolbox import Toolbox

    if media is None and transcript is None:
        raise click.UsageError("nothing to index: name MEDIA, or give --transcript")
    settings: GlobalSettings = ctx.obj
    job = Job(
        catalogue=catalogue,
        media=None if isinstance(media, RemoteUrl) else media,
        remote=media if isinstance(media, RemoteUrl) else None,
        transcript=transcript,
        recording_id=recording_id,
        title=title,
        started_at=started_at,
        room=room,
        operator=operator,
    )
    toolbox = Toolbox(JobSettings(**job_settings))
    with open_for_writing(settings) as store:
        with observed(quiet=settings.quiet) as observer:
            bench = Bench(toolbox, settings.workspace, store, observer)
            with at_hand(bench, job) as here:
                outcome = index_recording(bench, here)
        found = store.find(FindQuery(recording_id=outcome.summary.recording_id))
    write_records(
        [record_of_found(item) for item in found],
        output_format,
        columns=HIGHLIGHT_COLUMNS[1:],
    )
    if not settings.quiet:
        _tell(settings, outcome, found)
    pictures = outcome.summary.pictures
    if isinstance(pictures, Failed):
        say(f"{outcome.summary.recording_id}: the index is stored, its pictures: {pictures.reason}")
        ctx.exit(EXIT_ITEM_FAILED)


def _tell(
    settings: GlobalSettings, outcome: Done | Skipped, found: tuple[FoundHighlight, ...]
) -> None:
    summary = outcome.summary
    folder = settings.workspace.recording_folder(summary.recording_id)
    media_s = summary.duration_ms / 1000
    how = (
        f"indexed {media_s:.0f} s in {outcome.elapsed_s:.0f} s"
        if isinstance(outcome, Done)
        else "already indexed with the same inputs and settings"
    )
    say(
        f"{summary.recording_id}: {how}; {len(found)} highlights published, "
        f"{summary.review} for review"
    )
    for label, pattern in (
        ("replay", "replay*"),
        ("hls", "hls/master.m3u8"),
        ("index", "index.json"),
        ("webvtt", "index.vtt"),
        ("covers", "covers"),
        ("preview", "thumbnails.vtt"),
    ):
        for path in sorted(folder.glob(pattern)):
            name = path.relative_to(settings.workspace.root)
            depot = settings.workspace.depot
            say(f"  {label:7} {path if depot is None else depot.url.below(str(name))}")
    if summary.degraded is not None:
        say(f"  degraded: {summary.degraded}")
    if isinstance(summary.pictures, LeftOut):
        say(f"  no pictures: {summary.pictures.reason}")
