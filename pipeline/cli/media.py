"""`kandian media`: what was made of a recording's media, and why."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.opening import open_for_reading
from pipeline.cli.progress import observed
from pipeline.cli.settings import GlobalSettings


@click.group()
def command() -> None:
    """Say how a replay came about, in words and pictures."""


@command.command("report")
@click.argument("recording_id", metavar="RECORDING")
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write.  [default: media.html in the recording's folder]",
)
@click.option(
    "--source",
    metavar="MEDIA",
    type=click.Path(path_type=Path),
    help="The original recording, if it was moved since it was indexed.",
)
@click.option(
    "--ffmpeg",
    metavar="PROGRAM",
    default=None,
    help="ffmpeg to use.  [default: KANDIAN_FFMPEG, PATH, the one we install]",
)
@click.pass_obj
def report_command(
    settings: GlobalSettings,
    *,
    recording_id: str,
    output: Path | None,
    source: Path | None,
    ffmpeg: str | None,
) -> None:
    """Write a page that shows why each replay is as it is.

    One HTML file that needs nothing else: the decision in words, what was tried, where the bits go,
    pictures before and after. Its path goes to stdout. The original is only read, and may be gone.
    """
    from pipeline.media.tool import find_ffmpeg
    from pipeline.run.deposit import bring_recording
    from pipeline.run.report_media import REPORT_FILE, report_media
    from pipeline.run.workspace import write_atomically

    with (
        open_for_reading(settings) as store,
        observed(quiet=settings.quiet) as observer,
    ):
        bring_recording(store, settings.workspace, recording_id)
        page = report_media(
            store,
            settings.workspace,
            recording_id,
            source=source,
            ffmpeg=find_ffmpeg(ffmpeg),
            follow=observer.follow,
        )
    target = output or settings.workspace.recording_folder(recording_id) / REPORT_FILE
    write_atomically(target, page)
    click.echo(str(target))
