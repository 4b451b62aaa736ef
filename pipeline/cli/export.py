"""`kandian export`: the index of one recording, in a format that a player reads."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.opening import open_for_reading
from pipeline.cli.rendering import say
from pipeline.cli.settings import GlobalSettings

if TYPE_CHECKING:
    from models.document import IndexDocument
    from pipeline.export.report import Report

MP4_CHAPTERS = "mp4-chapters"
"""A film: it goes to a file, never to stdout."""
SITE = "site"
"""A folder with the replay page."""

EXPORT_FORMATS = (
    (SITE, "the replay page, a folder for any web server (needs -o)"),
    ("json", "kandian.index/1, the whole index"),
    ("webvtt", "WebVTT chapters: browsers, Video.js, Shaka Player"),
    ("webvtt-metadata", "WebVTT metadata track, a JSON record per cue"),
    ("xgplayer", "xgplayer: progressDot"),
    ("artplayer", "ArtPlayer: highlight"),
    ("artplayer-chapter", "ArtPlayer: artplayer-plugin-chapter"),
    ("dplayer", "DPlayer: highlight"),
    ("aliplayer", "Aliplayer: progressMarkers"),
    ("videojs-markers", "Video.js: videojs-markers"),
    ("vidstack", "Vidstack: JSON chapters"),
    ("plyr", "Plyr: markers"),
    ("cloudinary", "Cloudinary: shoppable products"),
    ("imagekit", "ImageKit: shoppable products"),
    ("hls-chapters", "HLS: Apple's JSON chapters"),
    ("hls-daterange", "HLS: EXT-X-DATERANGE lines for a media playlist"),
    ("podcast", "Podcasting 2.0 JSON chapters"),
    ("ffmetadata", "ffmpeg metadata file with chapters"),
    (MP4_CHAPTERS, "the replay itself with chapters inside (needs -o)"),
    ("youtube", "lines for a YouTube description"),
    ("schemaorg", "schema.org JSON-LD, VideoObject with Clips"),
    ("csv", "table for spreadsheets"),
    ("srt", "SubRip, the product's title as subtitle"),
)
"""Name, and whom it is for; static, so that `--help` need not import every format."""


def format_format_list() -> str:
    """Write the formats as lines that click does not wrap."""
    width = max(len(name) for name, _purpose in EXPORT_FORMATS)
    return "\b\n" + "\n".join(f"{name:<{width}}  {text}" for name, text in EXPORT_FORMATS)


@click.command(epilog=f"Formats:\n\n{format_format_list()}")
@click.argument("recording_id", metavar="RECORDING")
@click.option(
    "--format",
    "export_format",
    metavar="FORMAT",
    type=click.Choice([name for name, _purpose in EXPORT_FORMATS]),
    default="json",
    show_default=True,
    help="One of the formats below.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="File to write; the folder of a site.  [default: stdout]",
)
@click.option(
    "--with-review/--without-review",
    default=False,
    show_default=True,
    help="Also the highlights that wait for a person's word.",
)
@click.pass_obj
def command(
    settings: GlobalSettings,
    *,
    recording_id: str,
    export_format: str,
    output: Path | None,
    with_review: bool,
) -> None:
    """Write the index of one recording for a player.

    What the player cannot take as it is (overlaps, dots on top of each other, times of 0) is
    dropped, merged or moved, and told on stderr, one line each.
    """
    _check_output(export_format, output)
    with open_for_reading(settings) as store:
        document = store.document(recording_id, with_review=with_review)
        if export_format in (SITE, MP4_CHAPTERS):
            from pipeline.run.deposit import bring_recording

            bring_recording(store, settings.workspace, recording_id)
    report = _write(settings, document, export_format, output)
    if not settings.quiet:
        for change in report.changes:
            say(str(change))


def _check_output(export_format: str, output: Path | None) -> None:
    if output is None and export_format == MP4_CHAPTERS:
        raise click.UsageError(f"{MP4_CHAPTERS} writes a film; say where to with -o FILE")
    if output is None and export_format == SITE:
        raise click.UsageError(f"{SITE} writes a folder; say where to with -o DIR")
    if output is not None and export_format != SITE and output.is_dir():
        raise click.UsageError(f"{output} is a folder; name a file with -o FILE")


def _write(
    settings: GlobalSettings, document: IndexDocument, export_format: str, output: Path | None
) -> Report:
    if export_format == MP4_CHAPTERS and output is not None:
        from pipeline.run.embed_replay_chapters import embed_replay_chapters

        return embed_replay_chapters(document, settings.workspace, output)
    if export_format == SITE and output is not None:
        return _write_site(settings, document, output)
    return _write_text(document, export_format, output)


def _write_site(settings: GlobalSettings, document: IndexDocument, output: Path) -> Report:
    from pipeline.export.report import Report
    from pipeline.run.export_site import export_site

    export_site(document, settings.workspace, output)
    return Report()


def _write_text(document: IndexDocument, export_format: str, output: Path | None) -> Report:
    from pipeline.export.formats import export_document
    from pipeline.run.workspace import write_atomically

    exported = export_document(document, export_format)
    if output is None:
        click.echo(exported.text, nl=False)
    else:
        write_atomically(output, exported.text)
    return exported.report
