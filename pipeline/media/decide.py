r"""Decide what a recording's replay is to be, make it, and verify it.

picture small, plays everywhere ----------------------------------> copied
else  search the rate on sampled windows
would save nothing, and its packets may be used as they are -> kept
else encode -- verified ------------------------------------> encoded
\-- too poor: once more, at a lower CRF
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from models.decision import Check, Decision, RenditionRecord, Search, Verdict
from models.errors import ToolError
from models.progress import Report, silent
from models.recording import MediaInfo, Rendition
from pipeline.media.demux import Scan, scan_packets
from pipeline.media.encoding import EncodeSettings
from pipeline.media.gate import Gate, look_at_picture, measure_bit_rate
from pipeline.media.profile import PROFILES
from pipeline.media.quality import Lab, choose_metric
from pipeline.media.reached import measure_reached
from pipeline.media.reel import Subject
from pipeline.media.source import Source, locate_source
from pipeline.media.tool import Ffmpeg
from pipeline.media.transcode import Copy, Encode, Plan, Written, transcode
from pipeline.media.tune import Hints, Tuned, tune
from pipeline.media.verify import (
    QUALITY_TOLERANCE,
    Expected,
    check_replay,
    is_at_ceiling,
    require_passed,
)

DAMAGE = "damage"
"""Name of the check that notes what is wrong with a recording that was used all the same."""

WORTH_IT = 0.9
"""An encode must save a tenth of the picture's bits: less does not pay for its losses."""

ATTEMPTS = 2
"""Encodes at most: the windows of the search are those of the verification, so that a second one is
rare."""


@dataclass(frozen=True, slots=True)
class Moments:
    """Where in the recording something begins."""

    pitches_ms: tuple[int, ...] = ()
    """Starts of highlights, published or waiting for review."""
    keyframes_ms: tuple[int, ...] = ()
    """Where keyframes are wanted; the pitches are among them."""


@dataclass(frozen=True, slots=True)
class Task:
    """One rendition to be made."""

    source: Path
    info: MediaInfo
    target: Path
    moments: Moments = field(default_factory=Moments)
    start_crf: float | None = None
    """Where the search begins: the last result of the same room; None = the profile's start."""


@dataclass(slots=True)
class _Look:
    """What the last verification saw; filled by `approve`, read afterwards."""

    checks: tuple[Check, ...] = ()
    reached: float | None = None
    bit_rate: int = 0
    encode_s: float = 0.0
    verify_s: float = 0.0


class _TooPoorError(Exception):
    """The replay is all there but not good enough; caught here, a second attempt follows."""


def make_rendition(
    task: Task,
    *,
    ffmpeg: Ffmpeg,
    settings: EncodeSettings,
    searching: Report = silent,
    report: Report = silent,
) -> RenditionRecord:
    """Make one rendition of a recording and say why it is as it is.

    Guaranteed: what stands at the task's target passed every check of `verify`; the recording is
    only read; nothing else is left behind, not even after kill -9 and a second run.

    Raises:
        InputError: when the recording is damaged.
        ResourceError: when the disk or the memory is full.
        ToolError: when ffmpeg fails or what it made does not pass.
    """
    located = locate_source(task.source)
    scan = scan_packets(located, audio_index=task.info.audio.index)
    maker = _Maker(task, located, scan, ffmpeg, settings, report)
    if task.info.video is None or scan.video is None:
        return maker.without_picture()
    gate = look_at_picture(located, task.info, scan, settings)
    if gate.is_open and gate.is_small:
        why = f"its {gate.bit_rate // 1000} kb/s are too few to save any"
        try:
            return maker.copy(gate, Verdict.COPIED, why, None)
        except ToolError as error:
            # Packets that nobody had decoded yet; the encoder decodes them all and counts.
            gate = replace(gate, obstacle=f"its copy would not do ({error})")
    if scan.clock_changes:
        return maker.encode(gate, None)
    with _scratch(task.target) as folder:
        lab = Lab(ffmpeg, choose_metric(ffmpeg), settings.threads)
        tuned = tune(
            Subject(located, task.info.video, settings),
            scan.video.seconds,
            folder,
            lab,
            hints=Hints(task.moments.pitches_ms, task.start_crf),
            report=searching,
        )
        chosen = tuned.search.chosen
        if gate.is_open and chosen.bit_rate > WORTH_IT * gate.bit_rate:
            why = (
                f"an encode would need {chosen.bit_rate // 1000} kb/s where the recording has "
                f"{gate.bit_rate // 1000}"
            )
            return maker.copy(gate, Verdict.KEPT, why, tuned.search)
        made = maker.encode(gate, tuned)
    if gate.is_open and made.decision.bit_rate >= gate.bit_rate:
        why = (
            f"the encode came out at {made.decision.bit_rate // 1000} kb/s where the recording has "
            f"{gate.bit_rate // 1000}"
        )
        return maker.copy(gate, Verdict.KEPT, why, tuned.search)
    return made


@dataclass(frozen=True, slots=True)
class _Maker:
    """Everything that the ways to a rendition share."""

    task: Task
    source: Source
    scan: Scan
    ffmpeg: Ffmpeg
    settings: EncodeSettings
    report: Report

    def without_picture(self) -> RenditionRecord:
        """Make the replay of a recording that is sound alone."""
        look = _Look()
        rendition = self._write(Copy(), look, quality=None, tuned=None)
        gate = Gate(obstacle="it has no picture", is_small=True, bit_rate=0)
        return self._record(rendition, look, gate, Verdict.ABSENT, "it is sound alone", None)

    def copy(
        self, gate: Gate, verdict: Verdict, why: str, search: Search | None
    ) -> RenditionRecord:
        """Put the picture into the replay as it came."""
        look = _Look()
        rendition = self._write(Copy(), look, quality=None, tuned=None)
        return self._record(rendition, look, gate, verdict, why, search)

    def encode(self, gate: Gate, tuned: Tuned | None) -> RenditionRecord:
        """Encode the picture at the rate that was found; once more when it comes out too poor.

        Without a search, which cannot find its windows where a clock jumps, at the usual CRF.
        """
        crfs = PROFILES[self.settings.codec].crfs
        search = None if tuned is None else tuned.search
        crf = crfs.start if search is None else search.chosen.crf
        wanted = 0.0 if search is None else min(self.settings.quality, search.chosen.quality)
        look = _Look()
        for attempt in range(ATTEMPTS):
            picture = Encode(crf, self.task.moments.keyframes_ms)
            try:
                may_fail = attempt + 1 == ATTEMPTS or crf <= crfs.low
                rendition = self._write(picture, look, quality=wanted, tuned=tuned, last=may_fail)
                break
            except _TooPoorError:
                short = wanted - (look.reached or 0.0)
                crf = crfs.snap(crf - max(crfs.step, short / crfs.slope))
        why = _explain(gate, search, crf, look)
        return self._record(rendition, look, gate, Verdict.ENCODED, why, search)

    def _write(
        self,
        picture: Encode | Copy,
        look: _Look,
        *,
        quality: float | None,
        tuned: Tuned | None,
        last: bool = True,
    ) -> Rendition:
        expected = Expected(
            info=self.task.info,
            scan=self.scan,
            settings=self.settings,
            pitches_ms=self.task.moments.pitches_ms if isinstance(picture, Encode) else (),
            quality=quality,
        )

        def approve(written: Written) -> None:
            look.encode_s += written.cpu_s
            if tuned is not None:
                lab = Lab(self.ffmpeg, tuned.search.metric, self.settings.threads)
                reached = measure_reached(tuned.reel, written.path, lab)
                look.reached = round(reached.quality, 3)
                look.verify_s += reached.cpu_s
            video = written.replay.scan.video
            look.bit_rate = 0 if video is None else measure_bit_rate(video)
            look.checks = (
                *check_replay(written.path, written.replay, expected, reached=look.reached),
                *_note_damage(written.borne, self.scan),
            )
            capped = is_at_ceiling(written.replay, expected)
            if not last and not capped and _is_too_poor(quality, look.reached):
                raise _TooPoorError
            require_passed(look.checks, self.source.name)

        return transcode(
            self.task.source,
            self.task.info,
            self.task.target,
            ffmpeg=self.ffmpeg,
            settings=self.settings,
            plan=Plan(picture, approve),
            report=self.report,
        )

    def _record(
        self,
        rendition: Rendition,
        look: _Look,
        gate: Gate,
        verdict: Verdict,
        why: str,
        search: Search | None,
    ) -> RenditionRecord:
        video = self.task.info.video
        return RenditionRecord(
            rendition,
            Decision(
                codec=self.settings.codec,
                verdict=verdict,
                why=why,
                source_codec="" if video is None else video.codec,
                source_bit_rate=gate.bit_rate,
                bit_rate=look.bit_rate,
                search=search,
                reached=look.reached,
                checks=look.checks,
                encode_cpu_s=round(look.encode_s, 3),
                verify_cpu_s=round(look.verify_s, 3),
                keyframes_ms=(self.task.moments.keyframes_ms if verdict is Verdict.ENCODED else ()),
            ),
        )


def _note_damage(borne: str, scan: Scan) -> Iterator[Check]:
    """Note what was wrong with the recording and could be lived with."""
    if borne:
        yield Check(DAMAGE, passed=True, found=borne)
    if scan.clock_changes:
        yield Check(DAMAGE, passed=True, found=f"its clock jumps {scan.clock_changes} times")


def _is_too_poor(wanted: float | None, reached: float | None) -> bool:
    return wanted is not None and reached is not None and reached < wanted - QUALITY_TOLERANCE


def _explain(gate: Gate, search: Search | None, crf: float, look: _Look) -> str:
    reached = "" if look.reached is None else f" and {look.reached:.1f} points"
    saved = 100 - round(100 * look.bit_rate / max(1, gate.bit_rate))
    goal = "its clock jumps, so no rate was searched:"
    if search is not None:
        goal = f"aimed at {search.target:g} points,"
    aim = f"{goal} CRF {crf:g} gave {look.bit_rate // 1000} kb/s{reached}"
    spared = f", {saved} % fewer than the recording" if saved > 0 else ""
    needed = f"; the picture could not be copied because {gate.obstacle}" if gate.obstacle else ""
    return f"{aim}{spared}{needed}"


@contextlib.contextmanager
def _scratch(target: Path) -> Iterator[Path]:
    """Give an empty folder beside the target, also after a killed run; it goes with the block."""
    folder = target.with_name(f".{target.name}.search")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
