"""`kandian review`: what waits for a person's word."""

from __future__ import annotations

import click

from models.highlight import Status
from pipeline.cli.opening import open_for_lookup, require_recording
from pipeline.cli.records import HIGHLIGHT_COLUMNS, record_of_found
from pipeline.cli.rendering import format_option, write_records
from pipeline.cli.settings import GlobalSettings
from pipeline.store.find import FindQuery


@click.command()
@click.option("--recording", "recording_id", metavar="ID", help="Only of this recording.")
@format_option
@click.pass_obj
def command(
    settings: GlobalSettings, *, recording_id: str | None, output_format: str | None
) -> None:
    """List the highlights that wait for a person's word.

    Settle each with: kandian highlight confirm|remove|move|relink RECORDING HIGHLIGHT
    """
    query = FindQuery(recording_id=recording_id, statuses=frozenset({Status.REVIEW}))
    with open_for_lookup(settings) as store:
        found = store.find(query)
        if not found:
            require_recording(store, recording_id)
    columns = ("id", *HIGHLIGHT_COLUMNS)
    write_records([record_of_found(item) for item in found], output_format, columns=columns)
