"""`kandian explain`: why this dot, why not the runner-up."""

from __future__ import annotations

import json
import sys

import click

from pipeline.cli.job_options import ENCODERS
from pipeline.cli.opening import open_for_reading
from pipeline.cli.parameters import CLOCK
from pipeline.cli.progress import observed
from pipeline.cli.rendering import say
from pipeline.cli.settings import GlobalSettings
from pipeline.run.job import JobSettings


@click.command()
@click.argument("recording_id", metavar="RECORDING")
@click.option("--at", "at_ms", type=CLOCK, help="Explain what is, or is not, at this moment.")
@click.option(
    "--encoder",
    type=click.Choice(ENCODERS),
    default="auto",
    show_default=True,
    help="Sentence encoder, as the recording was indexed with.",
)
@click.option(
    "--format",
    "output_format",
    type=click.Choice(("table", "json")),
    default=None,
    help="How to write it.  [default: table on a terminal, json elsewhere]",
)
@click.pass_obj
def command(
    settings: GlobalSettings,
    *,
    recording_id: str,
    at_ms: int | None,
    encoder: str,
    output_format: str | None,
) -> None:
    """Say why a dot is there, and why not another.

    Without --at: a line or two for every dot. Reads what was kept; nothing is transcribed again.
    """
    from pipeline.cli.explaining import describe, list_lines
    from pipeline.run.bench import Bench
    from pipeline.run.explain_recording import explain_recording
    from pipeline.run.toolbox import Toolbox

    toolbox = Toolbox(JobSettings(encoder=encoder))
    with (
        open_for_reading(settings) as store,
        observed(quiet=settings.quiet) as observer,
    ):
        bench = Bench(toolbox, settings.workspace, store, observer)
        explained = explain_recording(bench, recording_id, at_ms)
    if not explained.is_current:
        say(
            "this explains what detection finds now; the index was made with other settings or by "
            f"another version, so index {recording_id} again to see the same"
        )
    if (output_format or ("table" if sys.stdout.isatty() else "json")) == "json":
        click.echo(json.dumps(describe(explained), ensure_ascii=False, indent=1))
    else:
        for line in list_lines(explained, at_length=at_ms is not None):
            click.echo(line)
