"""`kandian evaluate`: how good is it, measured."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from models.highlight import Status
from pipeline.cli.job_options import job_options
from pipeline.cli.opening import open_for_writing
from pipeline.cli.progress import observed
from pipeline.cli.rendering import write_cells
from pipeline.cli.settings import GlobalSettings
from pipeline.run.job import JobSettings

STATUSES = {
    "published": frozenset({Status.PUBLISHED}),
    "all": frozenset({Status.PUBLISHED, Status.REVIEW}),
}


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--text",
    type=click.Choice(("asr", "oracle")),
    default="asr",
    show_default=True,
    help="Read recognised speech, or the true text of the truth files.",
)
@click.option(
    "--status",
    type=click.Choice(tuple(STATUSES)),
    default="published",
    show_default=True,
    help="Score what players show, or also what waits for review.",
)
@click.option(
    "--baseline/--no-baseline",
    default=False,
    help="Score the keyword baseline instead: exact names with gap merging.",
)
@job_options
@click.option(
    "--format",
    "output_format",
    type=click.Choice(("table", "json")),
    default="table",
    show_default=True,
    help="How to write the scores.",
)
@click.pass_obj
def command(
    settings: GlobalSettings,
    /,
    *,
    folder: Path,
    text: str,
    status: str,
    baseline: bool,
    output_format: str,
    **job_settings: Any,
) -> None:
    """Measure accuracy on recordings with known truth.

    FOLDER holds NAME.truth.json, NAME.catalogue.csv and NAME.mp4 (or .srt ...) per recording, or
    truth.json, catalogue.csv and broadcast.mp4. Transcripts are kept: a second run is quick.
    """
    from pipeline.evaluate.report import HEADERS, format_json, format_rows
    from pipeline.run.measure import measure_folder
    from pipeline.run.stages import Bench
    from pipeline.run.toolbox import Toolbox

    toolbox = Toolbox(JobSettings(**job_settings))
    with (
        open_for_writing(settings) as store,
        observed(quiet=settings.quiet) as observer,
    ):
        evaluation = measure_folder(
            Bench(toolbox, settings.workspace, store, observer),
            folder,
            statuses=STATUSES[status],
            text=text,
            baseline=baseline,
        )
    if output_format == "json":
        click.echo(format_json(evaluation))
    else:
        write_cells(HEADERS, format_rows(evaluation))
