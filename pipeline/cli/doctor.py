"""`kandian doctor`: what this machine has and what it lacks."""

from __future__ import annotations

import click

from pipeline.cli.main import EXIT_ENVIRONMENT
from pipeline.cli.rendering import format_option, write_records
from pipeline.cli.settings import GlobalSettings


@click.command()
@click.option("--ffmpeg", metavar="PATH", default=None, help="ffmpeg to look at.")
@format_option
@click.pass_context
def command(ctx: click.Context, *, ffmpeg: str | None, output_format: str | None) -> None:
    """Say what was found on this machine and what is missing.

    Exits with 3 when something is missing that indexing cannot do without.
    """
    from pipeline.run.diagnose import Verdict, diagnose

    settings: GlobalSettings = ctx.obj
    findings = diagnose(settings.workspace, settings.database_url, ffmpeg=ffmpeg)
    records = [
        {"item": finding.item, "verdict": finding.verdict, "text": finding.text}
        for finding in findings
    ]
    write_records(records, output_format, columns=("item", "verdict", "text"))
    wrong = any(finding.verdict is Verdict.WRONG for finding in findings)
    ctx.exit(EXIT_ENVIRONMENT if wrong else 0)
