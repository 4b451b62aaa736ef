"""`kandian highlight`: see what was found, and put it right."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from models.errors import InputError, KandianError
from models.highlight import Action, Correction, Highlight, Status
from models.span import Span
from pipeline.cli.opening import open_for_reading, open_for_writing
from pipeline.cli.parameters import CLOCK
from pipeline.cli.records import describe_evidence, record_of_found
from pipeline.cli.rendering import Record, format_option, say, write_records
from pipeline.cli.settings import GlobalSettings
from pipeline.store.find import FindQuery

if TYPE_CHECKING:
    from pipeline.store.store import Store

SHOWN = frozenset({Status.PUBLISHED, Status.REVIEW})

recording_argument = click.argument("recording_id", metavar="RECORDING")
highlight_argument = click.argument("highlight_id", metavar="HIGHLIGHT")
author_option = click.option("--author", default=None, help="Who says so.  [default: your login]")


@click.group()
def command() -> None:
    """List and correct highlights; corrections survive every re-run."""


@command.command("list")
@recording_argument
@format_option
@click.pass_obj
def list_command(settings: GlobalSettings, *, recording_id: str, output_format: str | None) -> None:
    """List the highlights of a recording with their ids and strongest evidence."""
    with open_for_reading(settings) as store:
        document = store.document(recording_id, with_review=True)
        found = store.find(FindQuery(recording_id=recording_id, statuses=SHOWN))
    why = {highlight.id: describe_evidence(highlight) for highlight in document.highlights}
    records: list[Record] = [
        record_of_found(item) | {"evidence": why.get(item.highlight_id or "", "")} for item in found
    ]
    columns = ("id", "start", "end", "product_id", "confidence", "status", "source", "evidence")
    write_records(records, output_format, columns=columns)


@command.command("confirm")
@recording_argument
@highlight_argument
@author_option
@click.pass_obj
def confirm_command(
    settings: GlobalSettings, *, recording_id: str, highlight_id: str, author: str | None
) -> None:
    """Say that a highlight is right; it is published."""
    with open_for_writing(settings) as store:
        target = _get_highlight(store, recording_id, highlight_id)
        _correct(settings, store, recording_id, target, action=Action.CONFIRM, author=author)


@command.command("remove")
@recording_argument
@highlight_argument
@author_option
@click.pass_obj
def remove_command(
    settings: GlobalSettings, *, recording_id: str, highlight_id: str, author: str | None
) -> None:
    """Say that there is no pitch here; no later run brings it back."""
    with open_for_writing(settings) as store:
        target = _get_highlight(store, recording_id, highlight_id)
        _correct(settings, store, recording_id, target, action=Action.REMOVE, author=author)


@command.command("move")
@recording_argument
@highlight_argument
@click.option("--from", "start_ms", type=CLOCK, help="Where the pitch begins, e.g. 12:03.")
@click.option("--to", "end_ms", type=CLOCK, help="Where it ends.")
@author_option
@click.pass_obj
def move_command(
    settings: GlobalSettings,
    *,
    recording_id: str,
    highlight_id: str,
    start_ms: int | None,
    end_ms: int | None,
    author: str | None,
) -> None:
    """Say where a pitch really begins or ends."""
    if start_ms is None and end_ms is None:
        raise click.UsageError("nothing to move: give --from, --to or both")
    with open_for_writing(settings) as store:
        target = _get_highlight(store, recording_id, highlight_id)
        span = _make_span(
            target.span.start_ms if start_ms is None else start_ms,
            target.span.end_ms if end_ms is None else end_ms,
        )
        _correct(
            settings, store, recording_id, target, action=Action.MOVE, author=author, span=span
        )


@command.command("relink")
@recording_argument
@highlight_argument
@click.option("--product", "product_id", metavar="ID", required=True, help="The right product.")
@author_option
@click.pass_obj
def relink_command(
    settings: GlobalSettings,
    *,
    recording_id: str,
    highlight_id: str,
    product_id: str,
    author: str | None,
) -> None:
    """Say that a highlight is about another product."""
    with open_for_writing(settings) as store:
        target = _get_highlight(store, recording_id, highlight_id)
        _correct(
            settings,
            store,
            recording_id,
            target,
            action=Action.RELINK,
            author=author,
            product_id=product_id,
        )


@command.command("add")
@recording_argument
@click.option("--product", "product_id", metavar="ID", required=True, help="What is pitched.")
@click.option("--from", "start_ms", type=CLOCK, required=True, help="Where the pitch begins.")
@click.option("--to", "end_ms", type=CLOCK, required=True, help="Where it ends.")
@author_option
@click.pass_obj
def add_command(
    settings: GlobalSettings,
    *,
    recording_id: str,
    product_id: str,
    start_ms: int,
    end_ms: int,
    author: str | None,
) -> None:
    """Add a pitch that was not found."""
    span = _make_span(start_ms, end_ms)
    correction = Correction(
        recording_id=recording_id,
        action=Action.ADD,
        highlight_id="",
        anchor_product_id=product_id,
        anchor=span,
        product_id=product_id,
        span=span,
        author=author or getpass.getuser(),
        made_at=datetime.now(UTC),
    )
    with open_for_writing(settings) as store:
        _keep(settings, store, correction)


@command.command("import")
@recording_argument
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.pass_obj
def import_command(settings: GlobalSettings, *, recording_id: str, path: Path) -> None:
    """Take over what the shop's console put on screen during the broadcast.

    FILE is CSV or JSON (a list, or an object a line) with product_id and start, and if known end
    and title. Times count from the start of the recording (h:mm:ss, m:ss, seconds), or are ISO
    date-times where it is known when it began. It takes the place of what an earlier file said;
    corrections made by hand stay.
    """
    from models.operator_file import read_operator_log

    with open_for_writing(settings) as store:
        recording = store.document(recording_id, with_review=False).recording
        log = read_operator_log(path, recording, store.catalogue(recording_id))
        saved = store.keep_log(recording_id, log)
        # Also when it is nothing new: an import may have been killed before it wrote them.
        _write_index(settings, store, recording_id)
        if not settings.quiet:
            what = f"{len(log.marks)} marks" if saved.changed else "nothing new"
            say(f"{recording_id}: {what}; index revision {saved.revision}")
        _renew(settings, store, recording_id)


def _correct(
    settings: GlobalSettings,
    store: Store,
    recording_id: str,
    target: Highlight,
    *,
    action: Action,
    author: str | None,
    product_id: str | None = None,
    span: Span | None = None,
) -> None:
    correction = Correction(
        recording_id=recording_id,
        action=action,
        highlight_id=target.id,
        anchor_product_id=target.product_id,
        anchor=target.span,
        product_id=product_id or target.product_id,
        span=span or target.span,
        author=author or getpass.getuser(),
        made_at=datetime.now(UTC),
    )
    _keep(settings, store, correction)


def _keep(settings: GlobalSettings, store: Store, correction: Correction) -> None:
    saved = store.correct(correction)
    _write_index(settings, store, correction.recording_id)
    if not settings.quiet:
        say(f"{saved.highlight_id}: {correction.action}; index revision {saved.revision}")
    _renew(settings, store, correction.recording_id)


def _write_index(settings: GlobalSettings, store: Store, recording_id: str) -> None:
    """Write the index files at once; in a depot they are renewed together with the pictures."""
    from pipeline.run.index_files import write_index_files

    if settings.workspace.depot is None:
        write_index_files(store, settings.workspace, recording_id)


def _renew(settings: GlobalSettings, store: Store, recording_id: str) -> None:
    if settings.workspace.depot is None:
        _renew_pictures(settings, store, recording_id)
    else:
        _renew_deposit(settings, store, recording_id)


def _renew_deposit(settings: GlobalSettings, store: Store, recording_id: str) -> None:
    """Let what other machines and players read follow a correction; it stands, come what may."""
    from pipeline.run.bench import Bench
    from pipeline.run.deposit import renew_deposit
    from pipeline.run.job import JobSettings, Observer
    from pipeline.run.toolbox import Toolbox

    bench = Bench(Toolbox(JobSettings()), settings.workspace, store, Observer())
    try:
        renew_deposit(bench, recording_id)
    except KandianError as error:
        say(f"{recording_id}: the correction is kept, its files in the depot: {error}")


def _renew_pictures(settings: GlobalSettings, store: Store, recording_id: str) -> None:
    """Let the covers follow a correction; it stands, whatever becomes of them."""
    from pipeline.run.bench import Bench
    from pipeline.run.job import JobSettings, Observer
    from pipeline.run.outcome import Failed
    from pipeline.run.pictures import make_pictures
    from pipeline.run.toolbox import Toolbox

    bench = Bench(Toolbox(JobSettings()), settings.workspace, store, Observer())
    try:
        pictures = make_pictures(bench, recording_id)
    except KandianError as error:
        pictures = Failed(str(error))
    if isinstance(pictures, Failed):
        say(f"{recording_id}: the correction is kept, the pictures: {pictures.reason}")


def _get_highlight(store: Store, recording_id: str, highlight_id: str) -> Highlight:
    document = store.document(recording_id, with_review=True)
    for highlight in document.highlights:
        if highlight.id == highlight_id:
            return highlight
    raise InputError(
        f"recording {recording_id} has no highlight {highlight_id!r}; "
        f"see: kandian highlight list {recording_id}"
    )


def _make_span(start_ms: int, end_ms: int) -> Span:
    if end_ms <= start_ms:
        raise click.UsageError("a pitch must end after it begins")
    return Span(start_ms, end_ms)
