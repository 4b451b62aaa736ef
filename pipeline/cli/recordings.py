"""`kandian recordings`: what is indexed here."""

from __future__ import annotations

import click

from models.span import format_clock
from pipeline.cli.opening import open_for_lookup, open_for_reading, open_for_writing
from pipeline.cli.rendering import Record, format_option, say, write_records
from pipeline.cli.settings import GlobalSettings
from pipeline.store.listing import ListedRecording

COLUMNS = ("id", "title", "duration", "started_at", "published", "review", "products", "revision")


@click.group(invoke_without_command=True)
@format_option
@click.pass_context
def command(ctx: click.Context, *, output_format: str | None) -> None:
    """List, show and delete recordings."""
    if ctx.invoked_subcommand is None:
        _list(ctx.obj, output_format)


@command.command("list")
@format_option
@click.pass_obj
def list_command(settings: GlobalSettings, *, output_format: str | None) -> None:
    """List the recordings."""
    _list(settings, output_format)


@command.command("show")
@click.argument("recording_id", metavar="RECORDING")
@format_option
@click.pass_obj
def show_command(settings: GlobalSettings, *, recording_id: str, output_format: str | None) -> None:
    """Show what was said in a recording, utterance by utterance."""
    with open_for_reading(settings) as store:
        transcript = store.transcript(recording_id)
    records: list[Record] = [
        {
            "start": format_clock(utterance.span.start_ms),
            "start_ms": utterance.span.start_ms,
            "end_ms": utterance.span.end_ms,
            "text": utterance.text,
            "raw_text": utterance.raw_text,
            "flag": utterance.flag,
        }
        for utterance in transcript.utterances
    ]
    write_records(records, output_format, columns=("start", "text", "flag"))


@command.command("delete")
@click.argument("recording_id", metavar="RECORDING")
@click.pass_obj
def delete_command(settings: GlobalSettings, *, recording_id: str) -> None:
    """Delete a recording from the index; the original file is never touched.

    Players learn of it: the API answers 410 and lists it as deleted. What stages kept for it is
    removed by `kandian gc`.
    """
    from pipeline.run.collect import delete_recording

    with open_for_writing(settings) as store:
        delete_recording(store, settings.workspace, recording_id)
    if not settings.quiet:
        say(f"deleted {recording_id}; corrections are kept, should it be indexed again")


def _list(settings: GlobalSettings, output_format: str | None) -> None:
    with open_for_lookup(settings) as store:
        records = [_record(listed) for listed in store.recordings()]
    write_records(records, output_format, columns=COLUMNS)


def _record(listed: ListedRecording) -> Record:
    recording = listed.recording
    return {
        "id": recording.id,
        "title": recording.title,
        "kind": recording.kind,
        "duration": format_clock(recording.duration_ms),
        "duration_ms": recording.duration_ms,
        "started_at": recording.started_at.isoformat() if recording.started_at else None,
        "fingerprint": recording.fingerprint,
        "revision": listed.revision,
        "updated_at": listed.updated_at.isoformat(),
        "products": listed.products,
        "published": listed.published,
        "review": listed.review,
    }
