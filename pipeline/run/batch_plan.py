"""Read what a batch is to do, from a folder of recordings or from a manifest."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from models.errors import InputError
from models.recording import check_recording_id, parse_started_at
from models.remote import parse_remote_url
from models.text_file import decode_text, read_text_file
from pipeline.run.job import Job

MEDIA_SUFFIXES = frozenset(
    {".mp4", ".mov", ".m4v", ".mkv", ".webm", ".flv", ".ts", ".m2ts", ".avi", ".wmv"}
    | {".mp3", ".m4a", ".aac", ".wav", ".flac", ".ogg", ".opus"}
)
PLAYLIST_SUFFIX = ".m3u8"
CATALOGUE_SUFFIXES = (".csv", ".json")
OPERATOR_SUFFIXES = (".csv", ".json", ".jsonl")
COLUMNS = ("media", "catalogue", "id", "title", "started_at", "transcript", "room", "operator")
"""Of a manifest; a line needs `media` or `transcript`, and `catalogue` unless one was given."""

SHOWN = 40
"""Characters of a field's name that a message repeats."""


def read_plan(source: Path, *, catalogue: Path | None) -> tuple[Job, ...]:
    """List the jobs of a folder, or of a manifest file (CSV, or JSON lines).

    In a folder every media file is a recording, and so is every folder with an HLS playlist. Its
    catalogue is `catalogue` when given, else `NAME.catalogue.csv|json` beside it, else
    `catalogue.csv|json` in its folder or the nearest one above, up to `source`. What the operator
    put on screen is `NAME.operator.csv|json|jsonl` beside it, where there is one.

    Raises:
        InputError: when there is nothing to do, or a line of the manifest is wrong.
    """
    if source.is_dir():
        jobs = tuple(iter_folder(source, catalogue))
    else:
        jobs = _read_manifest(source, catalogue)
    if not jobs:
        raise InputError(f"{source}: there is no recording in it")
    _check_ids(source, jobs)
    return jobs


def iter_folder(root: Path, catalogue: Path | None) -> Iterator[Job]:
    """List what is in a folder now, in order of names; see `read_plan`."""
    for media in _iter_media(root):
        yield Job(
            media=media,
            catalogue=catalogue or _find_catalogue(media, root),
            operator=_find_operator(media),
        )


def _iter_media(folder: Path) -> Iterator[Path]:
    entries = sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    if any(entry.suffix.lower() == PLAYLIST_SUFFIX for entry in entries):
        yield folder
        return
    for entry in entries:
        if entry.is_dir():
            yield from _iter_media(entry)
        elif entry.suffix.lower() in MEDIA_SUFFIXES:
            yield entry


def _find_catalogue(media: Path, root: Path) -> Path:
    beside = [media.with_name(f"{media.stem}.catalogue{end}") for end in CATALOGUE_SUFFIXES]
    folders = [media] if media.is_dir() else []
    folders += [parent for parent in media.parents if parent == root or root in parent.parents]
    shared = [folder / f"catalogue{end}" for folder in folders for end in CATALOGUE_SUFFIXES]
    for candidate in (*beside, *shared):
        if candidate.is_file():
            return candidate
    # Its own job says so, and the rest of the batch goes on.
    return beside[0]


def _find_operator(media: Path) -> Path | None:
    beside = (media.with_name(f"{media.stem}.operator{end}") for end in OPERATOR_SUFFIXES)
    return next((candidate for candidate in beside if candidate.is_file()), None)


def _read_manifest(path: Path, catalogue: Path | None) -> tuple[Job, ...]:
    text = decode_text(read_text_file(path, what="manifest"), name=path.name)
    lines = _iter_json(path, text) if text.lstrip().startswith("{") else _iter_csv(path, text)
    return tuple(
        _make_job(f"{path.name} line {number}", record, path.parent, catalogue)
        for number, record in lines
    )


def _iter_csv(path: Path, text: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        _check_columns(f"{path.name} line 1", reader.fieldnames or [])
        for record in reader:
            where = f"{path.name} line {reader.line_num}"
            if None in record or None in record.values():
                raise InputError(f"{where}: it has another number of fields than the first line")
            yield reader.line_num, record
    except csv.Error as error:
        raise InputError(f"{path.name} line {reader.line_num}: it is not CSV: {error}") from None


def _iter_json(path: Path, text: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        where = f"{path.name} line {number}"
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise InputError(f"{where}: it is not JSON: {error}") from None
        if not isinstance(record, dict):
            raise InputError(f"{where}: a line of the manifest is one JSON object")
        _check_columns(where, list(record))
        yield number, {key: _as_text(where, key, value) for key, value in record.items()}


def _as_text(where: str, field: str, value: object) -> str:
    if value is not None and not isinstance(value, str):
        raise InputError(f"{where}: the {field} must be text in quotes, not {json.dumps(value)}")
    return value or ""


def _check_columns(where: str, columns: Sequence[str]) -> None:
    if unknown := [column for column in columns if column not in COLUMNS]:
        raise InputError(
            f"{where}: unknown field {unknown[0][:SHOWN]!r}; a manifest has {', '.join(COLUMNS)}"
        )
    if twice := [column for column in columns if list(columns).count(column) > 1]:
        raise InputError(f"{where}: the field {twice[0]!r} is there twice")


def _make_job(where: str, record: Mapping[str, str], folder: Path, catalogue: Path | None) -> Job:
    def path_of(field: str) -> Path | None:
        value = record.get(field, "").strip()
        return folder / value if value else None

    own_catalogue = path_of("catalogue") or catalogue
    if own_catalogue is None:
        raise InputError(f"{where}: it names no catalogue; add one, or give --catalogue")
    try:
        remote = parse_remote_url(record.get("media", "").strip())
        return Job(
            media=None if remote else path_of("media"),
            remote=remote,
            catalogue=own_catalogue,
            transcript=path_of("transcript"),
            recording_id=check_recording_id(record["id"].strip())
            if record.get("id", "").strip()
            else None,
            title=record.get("title", "").strip() or None,
            started_at=parse_started_at(record["started_at"])
            if record.get("started_at", "").strip()
            else None,
            room=record.get("room", "").strip() or None,
            operator=path_of("operator"),
        )
    except InputError as error:
        raise InputError(f"{where}: {error}") from None


def _check_ids(source: Path, jobs: tuple[Job, ...]) -> None:
    ids = [job.recording_id for job in jobs if job.recording_id is not None]
    if twice := sorted({name for name in ids if ids.count(name) > 1}):
        raise InputError(f"{source.name}: the id {twice[0]!r} is given to more than one recording")
