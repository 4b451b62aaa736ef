"""`kandian find`: where was it pitched, and what is on at this moment."""

from __future__ import annotations

import click

from models.highlight import Status
from pipeline.cli.opening import open_for_lookup, require_recording
from pipeline.cli.parameters import CLOCK
from pipeline.cli.records import HIGHLIGHT_COLUMNS, record_of_found
from pipeline.cli.rendering import format_option, write_records
from pipeline.cli.settings import GlobalSettings
from pipeline.store.find import FindQuery

STATUSES = {
    "published": frozenset({Status.PUBLISHED}),
    "review": frozenset({Status.REVIEW}),
    "all": frozenset({Status.PUBLISHED, Status.REVIEW}),
}


@click.command()
@click.option("--product", "product_id", metavar="ID", help="Pitches of this product.")
@click.option("--recording", "recording_id", metavar="ID", help="Only in this recording.")
@click.option("--at", "at_ms", type=CLOCK, help="What is on at this moment, e.g. 1:23:45.")
@click.option(
    "--text",
    metavar="WORDS",
    default="",
    help="Words of the transcript, the titles or the aliases; all of them must be there.",
)
@click.option(
    "--min-confidence",
    type=click.FloatRange(0.0, 1.0),
    default=0.0,
    metavar="X",
    help="Only highlights at least this sure, 0 to 1.",
)
@click.option(
    "--status",
    type=click.Choice(tuple(STATUSES)),
    default="published",
    show_default=True,
    help="Which highlights: what players show, what waits for a person, or both.",
)
@format_option
@click.pass_obj
def command(
    settings: GlobalSettings,
    *,
    product_id: str | None,
    recording_id: str | None,
    at_ms: int | None,
    text: str,
    min_confidence: float,
    status: str,
    output_format: str | None,
) -> None:
    """Look highlights up by product, recording, moment or words.

    Every option narrows the answer; without any, all highlights are listed.
    """
    query = FindQuery(
        product_id=product_id,
        recording_id=recording_id,
        at_ms=at_ms,
        text=text,
        spellings=_spell(text),
        min_confidence=min_confidence,
        statuses=STATUSES[status],
    )
    with open_for_lookup(settings) as store:
        found = store.find(query)
        if not found:
            require_recording(store, recording_id)
    columns = (*HIGHLIGHT_COLUMNS, "text") if text else HIGHLIGHT_COLUMNS
    write_records([record_of_found(item) for item in found], output_format, columns=columns)


def _spell(text: str) -> tuple[str, ...]:
    """Return the words in both scripts; a transcript is in one of them."""
    if text.isascii():
        return ()
    from pipeline.language.script import Script, uniform_script

    return tuple(uniform_script(text, script) for script in Script)
