"""Which ffmpeg there is, and what it can do."""

from __future__ import annotations

import functools
import hashlib
import logging
import os
import re
import shutil
import signal
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from models.errors import ConfigError, ToolError, TransientError
from pipeline.process.run import run_command

log = logging.getLogger(__name__)

ENVIRONMENT_NAMES = ("KANDIAN_FFMPEG", "FFMPEG")
"""Looked at in this order; the first that is set and not empty counts."""

NEEDED_ENCODERS = frozenset({"libx264", "aac", "pcm_s16le", "mjpeg", "rawvideo"})
NEEDED_FILTERS = frozenset({"aresample", "format", "fps", "pad", "scale", "select", "setpts",
                            "setsar", "tile", "tpad", "trim"})  # fmt: skip

PROBE_TIMEOUT_S = 30.0
"""A listing takes 20 ms; a cold 170 MB binary on a network disk takes seconds."""

LISTED = re.compile(r"^\s*[A-Z.|]{2,6}\s+([a-z0-9_]+)\s", re.MULTILINE)
"""One line of `-encoders` or `-filters`: flags, name, description."""


@dataclass(frozen=True, slots=True)
class Ffmpeg:
    """An ffmpeg that can do what this project needs."""

    path: Path
    version: str
    """As it calls itself, e.g. `n9.0.2-17-g2a571b6068-20260930`."""
    build_id: str
    """Version and a hash of its whole build description: equal ids, equal output."""
    encoders: frozenset[str]
    filters: frozenset[str]
    where: str
    """How it was found: `setting`, `environment KANDIAN_FFMPEG`, `PATH` or `imageio-ffmpeg`."""


def find_ffmpeg(setting: str | None = None, *, environ: Mapping[str, str] = os.environ) -> Ffmpeg:
    """Find an ffmpeg: the setting, the environment, PATH, or the one that we bring along.

    One that the user names must do; one that merely lies on PATH is passed over when it cannot
    encode H.264 and AAC. What a binary can do is asked once per process.

    Raises:
        ConfigError: when the named one is missing or too weak, or there is none at all.
        TransientError: when somebody killed it while it was asked.
    """
    for where, program in _iter_named(setting, environ):
        return _require_able(_examine(_resolve(program, where, environ), where))
    on_path = shutil.which("ffmpeg", path=environ.get("PATH"))
    if on_path is not None:
        found = _try_path(Path(on_path))
        if found is not None:
            return found
    return _require_able(_examine(_bundled(), "imageio-ffmpeg"))


def _iter_named(setting: str | None, environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if setting:
        yield "setting", setting
    for name in ENVIRONMENT_NAMES:
        if environ.get(name):
            yield f"environment {name}", environ[name]


def _resolve(program: str, where: str, environ: Mapping[str, str]) -> Path:
    found = shutil.which(Path(program).expanduser(), path=environ.get("PATH"))
    if found is None:
        raise ConfigError(
            f"there is no ffmpeg at {program!r} ({where}), or it may not be run; correct the path "
            "or leave it out to use the one that comes with Kandian"
        )
    return Path(found).absolute()


def _try_path(path: Path) -> Ffmpeg | None:
    """Return the ffmpeg on PATH when it is able, else None, and say why in the log."""
    try:
        return _require_able(_examine(path.absolute(), "PATH"))
    except ConfigError as error:
        log.warning("%s; using the ffmpeg that comes with Kandian", error)
        return None


def _bundled() -> Path:
    import imageio_ffmpeg

    try:
        return Path(imageio_ffmpeg.get_ffmpeg_exe()).absolute()
    except RuntimeError:
        raise ConfigError(
            "there is no ffmpeg; install one with libx264 and aac, or the package imageio-ffmpeg "
            "with its binary"
        ) from None


def _require_able(ffmpeg: Ffmpeg) -> Ffmpeg:
    missing = sorted((NEEDED_ENCODERS - ffmpeg.encoders) | (NEEDED_FILTERS - ffmpeg.filters))
    if missing:
        raise ConfigError(
            f"the ffmpeg at {ffmpeg.path} ({ffmpeg.where}, version {ffmpeg.version}) lacks "
            f"{', '.join(missing)}; take a build with libx264 and aac, or leave the setting out"
        )
    return ffmpeg


@functools.cache
def _examine(path: Path, where: str) -> Ffmpeg:
    described = _ask(path, "-version")
    first = described.split()
    if first[:2] != ["ffmpeg", "version"] or len(first) < 3:
        raise ConfigError(f"{path} ({where}) is not ffmpeg; correct the path")
    digest = hashlib.sha256(described.encode()).hexdigest()[:12]
    return Ffmpeg(
        path=path,
        version=first[2],
        build_id=f"{first[2]}+{digest}",
        encoders=frozenset(LISTED.findall(_ask(path, "-encoders"))),
        filters=frozenset(LISTED.findall(_ask(path, "-filters"))),
        where=where,
    )


def _ask(path: Path, question: str) -> str:
    lines: list[str] = []

    def hear(line: str) -> bool:
        lines.append(line)
        return True

    try:
        finished = run_command(
            [str(path), "-hide_banner", question], timeout_s=PROBE_TIMEOUT_S, on_line=hear
        )
        if finished.returncode == -signal.SIGKILL:  # by somebody else: nothing is wrong with it
            raise TransientError(
                f"the ffmpeg at {path} was killed while it was asked what it can; that happens "
                "where memory is short; run the same command again"
            )
        finished.checked()
    except ToolError as error:
        raise ConfigError(f"the ffmpeg at {path} does not run: {error}; take another") from error
    return "\n".join(lines)
