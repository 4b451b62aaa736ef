"""The replay page of one recording as a folder that needs no server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from models.document import IndexDocument
from models.errors import InputError
from pipeline.export.formats import format_document
from pipeline.run.pictures import COVERS_FOLDER, THUMBNAILS_FILE
from pipeline.run.workspace import Workspace, make_folder, told_about
from pipeline.web.site import HLS_SCRIPT, PAGE, SiteFile, write_site


def export_site(document: IndexDocument, workspace: Workspace, target: Path) -> None:
    """Write the page, the index, the replay and its pictures to the folder `target`.

    Guaranteed: files of the workspace are linked or copied, never changed; `target` appears whole
    or not at all, and takes the place of a site that is there already.

    Raises:
        InputError: when the recording has no replay, or `target` holds something else than a site.
        ConfigError: when the replay is HLS alone and hls.js is not there, or `target` cannot be
            written.
        ResourceError: when the disk is full.
    """
    folder = workspace.recording_folder(document.recording.id)
    files = [*_iter_media(document, folder), *_iter_pictures(document, folder)]
    target = target.absolute()
    make_folder(target.parent)
    with told_about(target):
        write_site(format_document(document, "json"), files, target, hls_script=PAGE / HLS_SCRIPT)


def _iter_media(document: IndexDocument, folder: Path) -> Iterator[SiteFile]:
    """Yield the renditions; of HLS all that lies in the playlist's folder."""
    if not any((folder / rendition.url).is_file() for rendition in document.media):
        raise InputError(
            f"recording {document.recording.id!r} has no replay to make a site of; run "
            "`kandian index` on its media without --no-transcode"
        )
    for rendition in document.media:
        path = folder / rendition.url
        if path.suffix != ".m3u8":
            yield SiteFile(path, rendition.url)
        else:
            yield from _iter_all(path.parent, folder)


def _iter_pictures(document: IndexDocument, folder: Path) -> Iterator[SiteFile]:
    """Yield those that are there: a page without pictures is a page."""
    for highlight in document.highlights:
        name = f"{COVERS_FOLDER}/{highlight.id}.jpg"
        if (folder / name).is_file():
            yield SiteFile(folder / name, name)
    if (folder / THUMBNAILS_FILE).is_file():
        yield SiteFile(folder / THUMBNAILS_FILE, THUMBNAILS_FILE)
        for sheet in sorted(folder.glob("thumbnails-*.jpg")):
            yield SiteFile(sheet, sheet.name)


def _iter_all(part: Path, folder: Path) -> Iterator[SiteFile]:
    for path in sorted(part.rglob("*")):
        if path.is_file():
            yield SiteFile(path, path.relative_to(folder).as_posix())
