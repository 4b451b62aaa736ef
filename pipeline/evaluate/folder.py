"""Cases to evaluate: recordings with catalogue and truth, lying in one folder."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from models.errors import InputError

MEDIA_SUFFIXES = (
    *(".mp4", ".m4v", ".mov", ".mkv", ".webm", ".flv", ".ts", ".avi", ".m3u8"),
    *(".ogg", ".opus", ".wav", ".mp3", ".m4a", ".aac", ".flac"),
)
TRANSCRIPT_SUFFIXES = (".srt", ".vtt", ".transcript.json")
CATALOGUE_SUFFIXES = (".csv", ".json")
_TRUTH_SUFFIX = ".truth.json"
_WHOLE_FOLDER_TRUTH = "truth.json"
_WHOLE_FOLDER_MEDIA = "broadcast"


@dataclass(frozen=True, slots=True)
class Case:
    """One recording to evaluate; media, transcript or both are there."""

    name: str
    truth: Path
    catalogue: Path
    media: Path | None
    transcript: Path | None

    def __post_init__(self) -> None:
        if self.media is None and self.transcript is None:
            raise ValueError(f"case {self.name} has neither media nor transcript")


def find_cases(folder: Path) -> tuple[Case, ...]:
    """Return the cases that lie directly in a folder, sorted by name.

        evening.truth.json  evening.catalogue.csv  evening.mp4      a case named `evening`
        lunch.truth.json    lunch.catalogue.json   lunch.srt        a case without media
        truth.json          catalogue.csv          broadcast.mp4    one case named as the folder

    Raises:
        InputError: when the folder holds no case, when a case lacks a part, or when two files
            could be the same part.
    """
    if not folder.is_dir():
        raise InputError(f"{folder} is not a folder; name the one that holds the *.truth.json")
    try:
        names = sorted(path.name for path in folder.iterdir() if path.is_file())
    except OSError as error:
        raise InputError(f"the folder {folder} cannot be read: {error.strerror}") from None
    truths = [name for name in names if name.endswith(_TRUTH_SUFFIX) and name != _TRUTH_SUFFIX]
    cases = [
        _make_case(folder, names, truth.removesuffix(_TRUTH_SUFFIX), truth) for truth in truths
    ]
    if _WHOLE_FOLDER_TRUTH in names:
        cases.append(_make_whole_folder_case(folder, names))
    if not cases:
        raise InputError(
            f"{folder} holds nothing to evaluate; put NAME.truth.json, NAME.catalogue.csv and "
            "NAME.mp4 (or NAME.srt) into it"
        )
    return tuple(sorted(cases, key=lambda case: case.name))


def _make_case(folder: Path, names: Iterable[str], name: str, truth: str) -> Case:
    return _gather(folder, names, name=name, truth=truth, catalogue=f"{name}.catalogue", media=name)


def _make_whole_folder_case(folder: Path, names: Iterable[str]) -> Case:
    return _gather(
        folder,
        names,
        name=folder.resolve().name or "recording",
        truth=_WHOLE_FOLDER_TRUTH,
        catalogue="catalogue",
        media=_WHOLE_FOLDER_MEDIA,
    )


def _gather(
    folder: Path, names: Iterable[str], *, name: str, truth: str, catalogue: str, media: str
) -> Case:
    """Look up the parts of one case by their stems.

    Raises:
        InputError: when a part is missing or there twice.
    """
    present = frozenset(names)
    catalogue_path = _find_part(folder, present, catalogue, CATALOGUE_SUFFIXES)
    media_path = _find_part(folder, present, media, MEDIA_SUFFIXES)
    transcript_path = _find_part(folder, present, media, TRANSCRIPT_SUFFIXES)
    if catalogue_path is None:
        raise InputError(f"{folder / truth} has no catalogue; put {catalogue}.csv beside it")
    if media_path is None and transcript_path is None:
        raise InputError(
            f"{folder / truth} has neither media nor transcript; put {media}.mp4 or {media}.srt "
            "(or another format of either) beside it"
        )
    return Case(name, folder / truth, catalogue_path, media_path, transcript_path)


def _find_part(
    folder: Path, names: frozenset[str], stem: str, suffixes: Iterable[str]
) -> Path | None:
    """Return the one file with this stem and a suffix of the list; None when there is none."""
    found = sorted(
        name for name in names if any(name.lower() == (stem + s).lower() for s in suffixes)
    )
    if len(found) > 1:
        raise InputError(f"{folder} holds both {' and '.join(found)}; take one of them away")
    return folder / found[0] if found else None
