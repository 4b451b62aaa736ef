"""`kandian metrics`: figures for Prometheus."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.opening import open_for_reading
from pipeline.cli.settings import GlobalSettings


@click.command()
@click.option(
    "--events",
    type=click.Path(path_type=Path),
    multiple=True,
    help="Event log of batches, to sum up too; may be repeated, the oldest first.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write a textfile for node_exporter, whole or not at all.  [default: stdout]",
)
@click.pass_obj
def command(settings: GlobalSettings, *, events: tuple[Path, ...], output: Path | None) -> None:
    """Write figures of this workspace for Prometheus.

    Recordings by state, highlights, results kept, replays with their size and CPU time, free
    space; from event logs also how batches ended, failures by kind, time by stage and the
    real-time factor.
    """
    from pipeline.export.prometheus import format_metrics
    from pipeline.run.figures import gather_figures
    from pipeline.run.workspace import write_atomically

    with open_for_reading(settings) as store:
        text = format_metrics(gather_figures(store.select, settings.workspace, events))
    if output is None:
        click.echo(text, nl=False)
    else:
        write_atomically(output, text)
