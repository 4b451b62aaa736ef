"""`kandian export`: the index of one recording, in a format that a player reads."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.opening import open_for_reading
from pipeline.cli.settings import GlobalSettings

EXPORT_FORMATS = ("json", "webvtt")


@click.command()
@click.argument("recording_id", metavar="RECORDING")
@click.option(
    "--format",
    "export_format",
    type=click.Choice(EXPORT_FORMATS),
    default="json",
    show_default=True,
    help="json: kandian.index/1; webvtt: chapters.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write.  [default: stdout]",
)
@click.option(
    "--with-review/--without-review",
    default=False,
    show_default=True,
    help="Also the highlights that wait for a person's word.",
)
@click.pass_obj
def command(
    settings: GlobalSettings,
    *,
    recording_id: str,
    export_format: str,
    output: Path | None,
    with_review: bool,
) -> None:
    """Write the index of one recording for a player."""
    from pipeline.export.formats import format_document
    from pipeline.run.workspace import write_atomically

    with open_for_reading(settings) as store:
        document = store.document(recording_id, with_review=with_review)
    text = format_document(document, export_format)
    if output is None:
        click.echo(text, nl=False)
    else:
        write_atomically(output, text)
