"""The options that only a batch has."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click

from pipeline.cli.parameters import DURATION, together

EXECUTORS = ("local", "ray")


@dataclass(frozen=True, slots=True)
class BatchOptions:
    """What a batch works on, and how."""

    source: Path
    catalogue: Path | None
    executor: str
    jobs: int | None
    gpus: float
    dry_run: bool
    watch: bool
    quiet_s: float
    events: Path | None
    retry_failed: bool


batch_options = together(
    (
        click.option(
            "--catalogue",
            type=click.Path(path_type=Path),
            help="For recordings that have none of their own.",
        ),
        click.option(
            "--executor",
            type=click.Choice(EXECUTORS),
            default="local",
            show_default=True,
            help="Where workers run: processes here, or a Ray cluster (RAY_ADDRESS).",
        ),
        click.option(
            "--jobs",
            type=click.IntRange(min=1),
            default=None,
            help="Recordings at once.  [default: as many as cores and memory allow]",
        ),
        click.option(
            "--gpus",
            type=click.FloatRange(min=0),
            metavar="SHARE",
            default=0.0,
            help="With ray: what a worker takes of a GPU, say 0.25; 0 = it sees none.",
        ),
        click.option("--dry-run", is_flag=True, default=False, help="Only say what would be done."),
        click.option(
            "--watch",
            is_flag=True,
            default=False,
            help="Go on with what arrives in the folder, until SIGTERM or Ctrl-C.",
        ),
        click.option(
            "--quiet-for",
            "quiet_s",
            type=DURATION,
            metavar="TIME",
            default="30s",
            show_default=True,
            help="With --watch: how long a file must not change to count as whole.",
        ),
        click.option(
            "--events",
            type=click.Path(path_type=Path, dir_okay=False),
            default=None,
            help="Append what happens to this file, a JSON object a line.",
        ),
        click.option(
            "--retry-failed",
            is_flag=True,
            default=False,
            help="Also try what is passed over because it failed too often.",
        ),
    )
)
