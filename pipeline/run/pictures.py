"""The pictures that players show beside an index: covers of pitches, previews over the bar.

recordings/ID/covers/HIGHLIGHT_ID.jpg      one for every published highlight
recordings/ID/thumbnails.vtt, -1.jpg ...   previews of the whole replay

Each is kept by what it shows (a stretch of a replay), not by the highlight's id: a new catalogue
or a correction makes only those covers whose pitch begins elsewhere.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from models.document import IndexDocument
from models.errors import ConfigError, KandianError, ResourceError
from models.recording import MediaKind
from models.span import Span
from pipeline.media.cover import cover_window, make_cover
from pipeline.media.frames import Footage, open_footage
from pipeline.media.sprites import (
    SpritePlan,
    format_thumbnails,
    make_sheet,
    plan_sprites,
    sheet_name,
)
from pipeline.run.bench import Bench
from pipeline.run.kept import find_kept, keep
from pipeline.run.keys import settings_key, stage_key
from pipeline.run.outcome import Failed, LeftOut, Pictures, PicturesMade
from pipeline.run.workspace import make_folder, told_about, write_atomically

log = logging.getLogger(__name__)

COVER_VERSION = "1"
"""Raise it when the same stretch of the same replay would give another cover."""
SHEET_VERSION = "1"
"""Raise it when the same replay would give other previews."""

COVERS_FOLDER = "covers"
THUMBNAILS_FILE = "thumbnails.vtt"


@dataclass(frozen=True, slots=True)
class _Picture:
    """One JPEG: where players find it, what it is kept under, how it is made."""

    name: str
    """Path inside the recording's folder."""
    stage: str
    key: str
    make: Callable[[Path], None]


def make_pictures(bench: Bench, recording_id: str) -> Pictures:
    """Make the pictures of a recording as its index stands now; those kept are not made again.

    Taken from the replay, whose keyframes are near and whose time 0 is the index's. Guaranteed:
    afterwards the recording's folder holds exactly the pictures that the index calls for, without
    those that could not be made. What goes wrong with a picture is returned, never raised: an index
    without pictures is an index.

    Raises:
        InputError: when no such recording is indexed.
        ConfigError: when the workspace cannot be written to, or there is no ffmpeg.
    """
    document = bench.store.document(recording_id, with_review=False)
    folder = bench.workspace.recording_folder(recording_id)
    try:
        footage = _find_footage(document, folder)
        if isinstance(footage, LeftOut):
            _tidy(folder, kept=frozenset())
            log.info("%s: no pictures: %s", recording_id, footage.reason)
            return footage
        return _make_all(bench, document, footage, folder)
    except ConfigError:
        raise
    except KandianError as error:
        return Failed(str(error))


def _find_footage(document: IndexDocument, folder: Path) -> Footage | LeftOut:
    if document.recording.kind is MediaKind.TEXT:
        return LeftOut("the recording is text alone")
    if not document.media:
        return LeftOut("there is no replay to take them from")
    replay = folder / document.media[0].url
    if not replay.is_file():
        return LeftOut(f"{replay} is not there")
    return open_footage(replay) or LeftOut("the recording is sound alone")


def _make_all(bench: Bench, document: IndexDocument, footage: Footage, folder: Path) -> Pictures:
    plan = plan_sprites(footage)
    sheets = list(_iter_sheets(bench, document, footage, plan))
    covers = list(_iter_covers(bench, document, footage))
    made, failures = _publish_each(bench, document, folder, [*sheets, *covers])
    if made.issuperset(sheet.name for sheet in sheets):
        # Last: it names the sheets.
        write_atomically(folder / THUMBNAILS_FILE, format_thumbnails(plan))
        made |= {THUMBNAILS_FILE}
    _tidy(folder, kept=made)
    if failures:
        return Failed(f"{len(failures)} of {len(sheets) + len(covers)} not made: {failures[0]}")
    return PicturesMade(covers=len(covers), sheets=len(sheets))


def _iter_sheets(
    bench: Bench, document: IndexDocument, footage: Footage, plan: SpritePlan
) -> Iterator[_Picture]:
    for sheet in range(1, plan.sheets + 1):

        def make(target: Path, sheet: int = sheet) -> None:
            make_sheet(footage, plan, sheet, target, ffmpeg=bench.toolbox.ffmpeg)

        key = stage_key("thumbnails", SHEET_VERSION, *_replay_facts(document), str(sheet))
        yield _Picture(sheet_name(sheet), "thumbnails", key, make)


def _iter_covers(bench: Bench, document: IndexDocument, footage: Footage) -> Iterator[_Picture]:
    for highlight in document.highlights:
        window = cover_window(highlight.span, footage)

        def make(target: Path, window: Span = window) -> None:
            make_cover(footage, window, target, ffmpeg=bench.toolbox.ffmpeg)

        bounds = (str(window.start_ms), str(window.end_ms))
        key = stage_key("cover", COVER_VERSION, *_replay_facts(document), *bounds)
        yield _Picture(f"{COVERS_FOLDER}/{highlight.id}.jpg", "cover", key, make)


def _replay_facts(document: IndexDocument) -> tuple[str, str]:
    """Return what tells this replay from every other, as far as pictures show it.

    A new ffmpeg makes a new replay, and with it new pictures; the build that only takes the
    pictures is left out, so that a correction made where another one is found costs nothing.
    """
    return document.recording.fingerprint, settings_key(document.media[0])


def _publish_each(
    bench: Bench, document: IndexDocument, folder: Path, pictures: Sequence[_Picture]
) -> tuple[set[str], list[KandianError]]:
    """Put every picture in its place and return the names of those, and what went wrong."""
    made: set[str] = set()
    failures: list[KandianError] = []
    total_ms = document.recording.duration_ms
    for number, picture in enumerate(pictures, 1):
        try:
            artifact = _find_or_make(bench, document, picture)
            write_atomically(folder / picture.name, artifact.read_bytes())
            made.add(picture.name)
        except ConfigError:
            raise
        except KandianError as error:
            failures.append(error)
            log.info("%s: %s %s", picture.name, error, getattr(error, "stderr_tail", ""))
            if isinstance(error, ResourceError):
                break
        bench.observer.follow("pictures", total_ms * number // len(pictures), total_ms)
    return made, failures


def _find_or_make(bench: Bench, document: IndexDocument, picture: _Picture) -> Path:
    kept = find_kept(bench.store, bench.workspace, picture.key)
    if kept is not None:
        return kept
    artifact = bench.workspace.stage_file(picture.stage, picture.key, ".jpg")
    make_folder(artifact.parent)
    picture.make(artifact)
    keep(
        bench.store,
        bench.workspace,
        artifact,
        key=picture.key,
        stage=picture.stage,
        fingerprint=document.recording.fingerprint,
    )
    return artifact


def _tidy(folder: Path, *, kept: frozenset[str] | set[str]) -> None:
    """Remove the pictures of highlights that are gone, and of longer replays."""
    with told_about(folder):
        for path in (*folder.glob(f"{COVERS_FOLDER}/*.jpg"), *folder.glob("thumbnails*")):
            if str(path.relative_to(folder)) not in kept:
                path.unlink(missing_ok=True)
        covers = folder / COVERS_FOLDER
        if covers.is_dir() and not any(covers.iterdir()):
            covers.rmdir()
