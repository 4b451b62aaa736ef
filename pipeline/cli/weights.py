"""`kandian weights`: the Whisper weights on this machine."""

from __future__ import annotations

import click

from pipeline.cli.progress import observed
from pipeline.cli.rendering import Record, format_option, say, write_records
from pipeline.cli.settings import GlobalSettings
from pipeline.transcribe.weights import (
    Weights,
    fetch_weights,
    find_weights,
    list_weights,
    verify_weights,
)

COLUMNS = ("name", "path", "origin", "sha256")


@click.group()
def command() -> None:
    """List, fetch and verify Whisper weights."""


@command.command("list")
@format_option
def list_command(*, output_format: str | None) -> None:
    """List the weights that are here."""
    write_records([_record(item) for item in list_weights()], output_format, columns=COLUMNS)


@command.command("fetch")
@click.argument("name", default="base")
@click.pass_obj
def fetch_command(settings: GlobalSettings, *, name: str) -> None:
    """Fetch weights by name and verify them; what is here already is not fetched again."""
    with observed(quiet=settings.quiet) as observer:
        weights = fetch_weights(name, report=lambda done, total: observer.follow(name, done, total))
    if not settings.quiet:
        say(f"{weights.name}: {weights.path} (from {weights.origin})")


@command.command("verify")
@click.argument("name", default="base")
@click.pass_obj
def verify_command(settings: GlobalSettings, *, name: str) -> None:
    """Read every byte of the weights and compare with what they should be."""
    weights = find_weights(name)
    verify_weights(weights)
    if not settings.quiet:
        say(f"{weights.name}: every file is what it should be")


def _record(weights: Weights) -> Record:
    return {
        "name": weights.name,
        "path": str(weights.path),
        "origin": weights.origin,
        "sha256": weights.sha256,
    }
