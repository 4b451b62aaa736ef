"""Whether what came of a damaged input is one of the outcomes that are allowed."""

from __future__ import annotations

import contextlib
import enum
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av

from pipeline.media.tool import find_ffmpeg
from tests.fuzz.bases import UNPROMISED, Base
from tests.fuzz.trial import HUNG, Trial

TOLERANCE_MS = 500
"""A frame and an AAC packet at the end, twice."""
HEADER_MS = 1000
"""What `media.completeness` lets a header be wrong by; borne here only where damage was told."""
LEAST_SHARE = 0.9
"""Of frames, and of moments with sound, that must be there where nothing was told."""
WINDOW = 1600
"""Samples in which there is sound or not: 100 ms."""
QUIET = 300
"""The sine has 2,000 and more; below this there is none."""


class Verdict(enum.StrEnum):
    """What came of an input; the second half are defects."""

    WHOLE = "done, whole"
    DEGRADED = "done, degraded with a reason"
    REJECTED = "refused or failed with a reason"
    LEFT = "done, all that is left of a container that states no length"
    TEXT = "done, from text"
    HANG = "HANG"
    CRASH = "CRASH"
    MUTE = "FAILED WITHOUT A REASON"
    SHORT = "SILENTLY SHORT"
    LONG = "SILENTLY LONG"
    LITTER = "LEFT FILES BEHIND"

    @property
    def is_defect(self) -> bool:
        """Tell whether it may not happen."""
        return self.value.isupper()


@dataclass(frozen=True, slots=True)
class Content:
    """What a player finds in a file."""

    picture_ms: float
    frames: int
    sound_ms: float
    loud: int
    """Windows with sound."""


def look(path: Path) -> Content:
    """Decode a replay."""
    frames, picture_ms, samples = 0, 0.0, []
    with av.open(str(path)) as container:
        if container.streams.video:
            for frame in _decode(container, container.streams.video[0]):
                frames += 1
                picture_ms = max(picture_ms, 1000 * float(frame.time or 0))
    with av.open(str(path)) as container:
        resampler = av.AudioResampler(format="s16", layout="mono", rate=16_000)
        for frame in _decode(container, container.streams.audio[0]):
            samples += [part.to_ndarray()[0] for part in resampler.resample(frame)]
    import numpy as np

    sound = np.concatenate(samples) if samples else np.zeros(0, np.int16)
    windows = sound[: len(sound) // WINDOW * WINDOW].reshape(-1, WINDOW).astype(float)
    loud = int((np.abs(windows).mean(axis=1) > QUIET).sum()) if len(windows) else 0
    return Content(picture_ms, frames, len(sound) / 16, loud)


def _decode(container: Any, stream: Any) -> Iterator[Any]:
    """Yield what decodes, as a player does: a packet that was copied with its damage is silent."""
    for packet in container.demux(stream):
        with contextlib.suppress(av.error.InvalidDataError):
            yield from packet.decode()


def judge(base: Base, trial: Trial, truth: Content | None) -> tuple[Verdict, str]:
    """Return the verdict on a trial and what it rests on."""
    if ended_badly := _judge_end(trial):
        return ended_badly
    if trial.code == 1:
        return Verdict.REJECTED, _words(trial)[:300]
    if base.role != "media":
        return Verdict.TEXT, ""
    if trial.replay is None or truth is None:
        return Verdict.SHORT, "there is no replay"
    return _judge_length(base, trial, truth, look(trial.replay))


def _words(trial: Trial) -> str:
    return " ".join(trial.err.split())


def _judge_end(trial: Trial) -> tuple[Verdict, str] | None:
    """Return the verdict on a run that did not end as runs must."""
    said = _words(trial)
    if trial.code == HUNG:
        return Verdict.HANG, f"after {trial.took_s:.0f} s; {said[-200:]}"
    if trial.code not in {0, 1} or "Traceback" in said or "error: unexpected " in said:
        return Verdict.CRASH, f"exit {trial.code}: {said[-300:]}"
    if trial.leftovers:
        return Verdict.LITTER, ", ".join(trial.leftovers[:5])
    if trial.code == 1 and "kandian: error: " not in trial.err:
        return Verdict.MUTE, said[:300]
    return None


def _judge_length(base: Base, trial: Trial, truth: Content, found: Content) -> tuple[Verdict, str]:
    told = next((line.strip() for line in trial.err.splitlines() if "degraded: " in line), "")
    seen = f"{found} of {truth}; {told}"
    missing = max(truth.picture_ms - found.picture_ms, truth.sound_ms - found.sound_ms)
    excess = max(found.picture_ms - truth.picture_ms, found.sound_ms - truth.sound_ms)
    holes = found.frames < LEAST_SHARE * truth.frames or found.loud < LEAST_SHARE * truth.loud
    borne_ms = TOLERANCE_MS + (HEADER_MS if told else 0)
    if missing > borne_ms or (holes and not told):
        left = _decoded_ms(trial.folder / base.path.name)
        kept = max(found.picture_ms, found.sound_ms)
        if base.path.name in UNPROMISED and left - kept <= TOLERANCE_MS:
            return Verdict.LEFT, f"{left:.0f} ms decode; {seen}"
        return Verdict.SHORT, f"{left:.0f} ms decode; {seen}"
    if excess > TOLERANCE_MS and not told:
        return Verdict.LONG, seen
    return (Verdict.DEGRADED if told else Verdict.WHOLE), seen


def _decoded_ms(path: Path) -> float:
    """Return how far a plain ffmpeg gets in a file."""
    command = [find_ffmpeg().path, "-nostdin", "-v", "quiet", "-progress", "pipe:1", "-i", path]
    done = subprocess.run(
        [*command, "-f", "null", "-"], capture_output=True, text=True, check=False, timeout=60
    )
    times = [
        line.partition("=")[2]
        for line in done.stdout.splitlines()
        if line.startswith("out_time_us=")
    ]
    return max((int(time) / 1000 for time in times if time.lstrip("-").isdecimal()), default=0.0)
