"""`kandian db`: the database behind the index."""

from __future__ import annotations

import click

from pipeline.cli.opening import open_for_writing
from pipeline.cli.rendering import say
from pipeline.cli.settings import GlobalSettings
from pipeline.store.location import hide_password


@click.group()
def command() -> None:
    """Show and upgrade the database."""


@command.command("url")
@click.pass_obj
def url_command(settings: GlobalSettings) -> None:
    """Show where the index is kept, without its password."""
    click.echo(hide_password(settings.database_url))


@command.command("upgrade")
@click.pass_obj
def upgrade_command(settings: GlobalSettings) -> None:
    """Make the database, or bring its tables up to this version; commands do so by themselves."""
    with open_for_writing(settings):
        pass
    if not settings.quiet:
        say(f"{hide_password(settings.database_url)} is up to date")
