"""`kandian catalogue`: check a catalogue before the show, list the products afterwards."""

from __future__ import annotations

from pathlib import Path

import click

from models.catalogue import Product
from models.catalogue_file import read_catalogue
from pipeline.cli.opening import open_for_lookup, require_recording
from pipeline.cli.rendering import Record, format_option, say, write_records
from pipeline.cli.settings import GlobalSettings

COLUMNS = ("id", "link_no", "price", "title", "aliases")


@click.group()
def command() -> None:
    """Check catalogue files and list known products."""


@command.command("check")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@format_option
@click.pass_obj
def check_command(settings: GlobalSettings, *, path: Path, output_format: str | None) -> None:
    """Read a catalogue file, say what is wrong with it, or show its products."""
    catalogue = read_catalogue(path)
    write_records([_record(product) for product in catalogue], output_format, columns=COLUMNS)
    if not settings.quiet:
        say(f"{path.name}: {len(catalogue)} products, nothing wrong")


@command.command("list")
@click.option("--recording", "recording_id", metavar="ID", help="Only of this recording.")
@format_option
@click.pass_obj
def list_command(
    settings: GlobalSettings, *, recording_id: str | None, output_format: str | None
) -> None:
    """List the products of indexed recordings, and how often each is pitched."""
    with open_for_lookup(settings) as store:
        products = store.products(recording_id)
        if not products:
            require_recording(store, recording_id)
    records = [
        {"recording_id": listed.recording_id}
        | _record(listed.product)
        | {"published": listed.published, "review": listed.review}
        for listed in products
    ]
    columns = ("recording_id", "id", "link_no", "price", "title", "published", "review")
    write_records(records, output_format, columns=columns)


def _record(product: Product) -> Record:
    return {
        "id": product.id,
        "title": product.title,
        "brand": product.brand,
        "aliases": list(product.aliases),
        "category": product.category,
        "price": None if product.price is None else str(product.price),
        "link_no": product.link_no,
        "url": product.url,
        "image": product.image,
        "listed_at": product.listed_at.isoformat() if product.listed_at else None,
        "delisted_at": product.delisted_at.isoformat() if product.delisted_at else None,
    }
