"""`kandian publish`: what players read, put into an object storage."""

from __future__ import annotations

import click

from models.errors import ConfigError, KandianError
from models.remote import RemoteUrl
from pipeline.cli.main import EXIT_ITEM_FAILED
from pipeline.cli.opening import open_for_reading
from pipeline.cli.parameters import REMOTE_URL
from pipeline.cli.rendering import Record, format_option, say, write_records
from pipeline.cli.settings import GlobalSettings

COLUMNS = ("id", "outcome", "files", "bytes")


@click.command()
@click.argument("recording_ids", metavar="[RECORDING]...", nargs=-1)
@click.option(
    "--to",
    "url",
    type=REMOTE_URL,
    metavar="s3://BUCKET/NAME",
    envvar="KANDIAN_PUBLISH",
    show_envvar=True,
    required=True,
    help="Where to; every recording gets a folder there.",
)
@format_option
@click.pass_context
def command(
    ctx: click.Context,
    *,
    recording_ids: tuple[str, ...],
    url: RemoteUrl,
    output_format: str | None,
) -> None:
    """Put what players read into an object storage.

    Without RECORDING all are published, and what was deleted is taken away. Only files that changed
    are sent; an index appears after the files that it names. Originals and the record of how a
    replay came about stay here.
    """
    from pipeline.remote.storage import open_storage
    from pipeline.run.deposit import bring_recording
    from pipeline.run.publish import Published, publish_recording, withdraw_deleted

    settings: GlobalSettings = ctx.obj
    done: list[Published] = []
    failed: dict[str, str] = {}
    with open_for_reading(settings) as store, open_storage() as storage:
        chosen = recording_ids or [listed.recording.id for listed in store.recordings()]
        for recording_id in chosen:
            try:
                place = settings.workspace
                bring_recording(store, place, recording_id)
                done.append(publish_recording(storage, store, place, url, recording_id))
            except ConfigError:
                raise
            except KandianError as error:
                failed[recording_id] = str(error)
        if not recording_ids:
            done.extend(withdraw_deleted(storage, store, url))
    records: list[Record] = [
        {"id": one.recording_id, "outcome": one.verdict, "files": one.files, "bytes": one.bytes}
        for one in done
    ]
    records += [
        {"id": name, "outcome": "failed", "files": 0, "bytes": 0} for name in sorted(failed)
    ]
    write_records(records, output_format, columns=COLUMNS)
    for name, reason in failed.items():
        say(f"{name}: {reason}")
    ctx.exit(EXIT_ITEM_FAILED if failed else 0)
