"""Run ffmpeg on one recording: fenced in, watched, its progress and complaints understood."""

from __future__ import annotations

import errno
import logging
import re
import signal
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from models.errors import InputError, ResourceError
from models.progress import Report
from models.span import MS_PER_MINUTE, MS_PER_SECOND
from pipeline.media.artifact import FULL, full_disk_error
from pipeline.media.clock import US_PER_MS
from pipeline.media.demux import Scan
from pipeline.media.source import Source
from pipeline.media.tool import Ffmpeg
from pipeline.process.run import Finished, run_command

if TYPE_CHECKING:
    from ffmpeg.nodes import OutputStream

log = logging.getLogger(__name__)

GLOBAL_OPTIONS = ("-nostdin", "-hide_banner", "-nostats", "-progress", "pipe:1",
                  "-loglevel", "repeat+level+warning", "-max_error_rate", "1")  # fmt: skip
"""`-nostdin`: a stray `q` ends a run with success. `level`: errors can be told from warnings.
`-max_error_rate`: we count errors ourselves, and say what is wrong instead of "status 69"."""

START_S = 600.0
"""Grace for opening, seeking and the final rewrite of a file, whatever its length."""

STALL_S = 180.0
"""Longest wait for a slow disk or the faststart rewrite of a many-gigabyte file."""

PROGRESS_KEYS = frozenset({"out_time_us", "total_size", "frame"})

ADDRESS = re.compile(r" @ 0x[0-9a-f]+")
"""Of a decoder in memory: another one in every run, and of no use to anybody."""

COMPLAINT = re.compile(r"\[(error|fatal|panic)\]")

CUT_SIGNS = ("File ended prematurely", "partial file", "moov atom not found")
"""What demuxers say, while ffmpeg reports success, when a file ends before its content does."""

ERRORS_PER_MINUTE = 60
"""One a second is a broken file; a lost network packet gives two or three errors once."""

ERRORS_ALWAYS_BORNE = 20
"""So that one lost packet in a short clip is not taken for a rate."""

LINES_PER_PICTURE = 8
"""How many lines a decoder spends on one picture without its references; 4 to 5 were measured."""

FULL_SIGNS = ("No space left on device", "Disk quota exceeded", "File too large")
FULL_STATUS = frozenset({256 - code for code in FULL})
"""ffmpeg exits with the low byte of the negative errno."""

MEMORY_SIGNS = ("Cannot allocate memory", "malloc of size")
MEMORY_STATUS = 256 - errno.ENOMEM


@dataclass(slots=True)
class Complaints:
    """What ffmpeg said about its input, counted, and the first words kept; what the run cost."""

    errors: int = 0
    first: str = ""
    cut_sign: str = ""
    cpu_s: float = 0.0
    """CPU time that the run took, in seconds."""

    def hear(self, line: str) -> None:
        """Take one line of stderr."""
        if not self.cut_sign:
            self.cut_sign = next((sign for sign in CUT_SIGNS if sign in line), "")
        if COMPLAINT.search(line):
            self.errors += 1
            self.first = self.first or ADDRESS.sub("", line)

    def require_few(self, source: Source, scan: Scan) -> None:
        """Check that what was decoded can be trusted.

        Pictures before the first keyframe cannot be decoded and are complained of, rightly.

        Raises:
            InputError: when errors came faster than `ERRORS_PER_MINUTE`.
        """
        leading = 0 if scan.video is None else scan.video.leading_packets
        borne = max(ERRORS_ALWAYS_BORNE, ERRORS_PER_MINUTE * scan.end_ms // MS_PER_MINUTE)
        borne += leading * LINES_PER_PICTURE
        if self.errors > borne:
            raise InputError(
                f"{source.name} is damaged: {self.errors} errors while decoding it (the first: "
                f"{self.first}); fetch the file again"
            )
        if self.errors:
            log.warning("%s: %s", source.name, self.describe())

    def describe(self) -> str:
        """Say in words what was borne; empty when there was nothing."""
        return f"{self.errors} decoding errors, first: {self.first}" if self.errors else ""


@dataclass(slots=True)
class _Progress:
    """Turns ffmpeg's `key=value` lines into reports, and tells standing still from moving."""

    report: Report
    total_ms: int
    seen: dict[str, str] = field(default_factory=dict)

    def hear(self, line: str) -> bool:
        key, _, value = line.partition("=")
        if key not in PROGRESS_KEYS or self.seen.get(key) == value:
            return False
        self.seen[key] = value
        if key == "out_time_us" and value.lstrip("-").isdecimal():
            done_ms = int(value) // US_PER_MS
            self.report(min(max(done_ms, 0), self.total_ms), self.total_ms)
        return True


def run_ffmpeg(
    ffmpeg: Ffmpeg,
    stream: OutputStream,
    *,
    target: Path,
    total_ms: int,
    slowest: float,
    report: Report,
) -> Complaints:
    """Run a command that ffmpeg-python describes and return what ffmpeg complained about.

    Args:
        ffmpeg: the program.
        stream: outputs as ffmpeg-python nodes.
        target: what the caller is making, for messages.
        total_ms: length of the media, for progress and the time limit.
        slowest: seconds of work per second of media after which the run is given up.
        report: told of the progress, ends with (total, total).

    Raises:
        ResourceError: when the disk or the memory is full.
        ToolError: when ffmpeg fails, stalls or takes too long.
    """
    import ffmpeg as builder  # 70 ms that looking things up must not pay

    complaints = Complaints()
    progress = _Progress(report, total_ms)
    argv = builder.compile(
        stream.global_args(*GLOBAL_OPTIONS), cmd=str(ffmpeg.path), overwrite_output=True
    )
    finished = run_command(
        argv,
        timeout_s=START_S + slowest * total_ms / MS_PER_SECOND,
        stall_s=STALL_S,
        on_line=progress.hear,
        on_error_line=complaints.hear,
    )
    _require_resources(finished, target)
    finished.checked()
    complaints.cpu_s = finished.cpu_s
    report(total_ms, total_ms)
    return complaints


def _require_resources(finished: Finished, target: Path) -> None:
    if finished.returncode == 0:
        return
    said = finished.stderr_tail
    if finished.returncode in {*FULL_STATUS, -signal.SIGXFSZ} or any(
        sign in said for sign in FULL_SIGNS
    ):
        raise full_disk_error(target)
    if finished.returncode in {MEMORY_STATUS, -signal.SIGKILL} or any(
        sign in said for sign in MEMORY_SIGNS
    ):
        raise ResourceError(
            f"out of memory while writing {target.name}; run fewer jobs at a time, then run the "
            "same command again"
        )
