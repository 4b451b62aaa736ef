"""`kandian gc`: what nobody needs any more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import chain

import click

from pipeline.cli.opening import open_for_writing
from pipeline.cli.parameters import AGE_TYPE
from pipeline.cli.rendering import Record, format_option, say, write_records
from pipeline.cli.settings import GlobalSettings
from pipeline.process.stopping import Stopped

COLUMNS = ("what", "name", "bytes")
MB = 1e6


@click.command()
@click.option("--yes", is_flag=True, default=False, help="Remove it; without, only say what.")
@click.option(
    "--keep",
    type=AGE_TYPE,
    default="7d",
    show_default=True,
    help="Leave everything that was made or changed within this time.",
)
@click.option(
    "--older-than",
    type=AGE_TYPE,
    default=None,
    envvar="KANDIAN_RETENTION",
    show_envvar=True,
    help="Delete recordings that were broadcast this long ago, too.  [default: none]",
)
@format_option
@click.pass_obj
def command(
    settings: GlobalSettings,
    *,
    yes: bool,
    keep: timedelta,
    older_than: timedelta | None,
    output_format: str | None,
) -> None:
    """Show what nobody needs any more, and with --yes remove it.

    That is: results of deleted or replaced recordings, of old settings and old tools, and what
    killed runs left. Originals are never touched, nor anything that a run is working on.
    """
    from pipeline.run.collect import LeftAlone, collect, expire

    place = settings.workspace
    now = datetime.now(UTC)
    records: list[Record] = []
    try:
        with open_for_writing(settings) as store:
            found_all = chain(
                ()
                if older_than is None
                else expire(store, place, before=now - older_than, remove=yes),
                collect(store, place, before=now - keep, remove=yes),
            )
            for found in found_all:
                if isinstance(found, LeftAlone):
                    say(f"left alone: {found.name}: {found.reason}")
                else:
                    size = found.size_bytes
                    records.append({"what": found.kind, "name": found.name, "bytes": size})
    except (KeyboardInterrupt, Stopped):
        # What is gone is gone.
        write_records(records, output_format, columns=COLUMNS)
        raise
    write_records(records, output_format, columns=COLUMNS)
    if not settings.quiet:
        total = sum(record["bytes"] for record in records) / MB
        done = "removed" if yes else "to remove; run it again with --yes"
        say(f"{len(records)} things, {total:.1f} MB: {done}" if records else "nothing to remove")
