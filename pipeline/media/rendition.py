"""Make one rendition of a recording, and see that it will do."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from models.decision import Check, Decision, RenditionRecord, Search, Verdict
from models.errors import ToolError
from models.progress import Report
from models.recording import MediaInfo, Rendition
from pipeline.media.demux import Scan
from pipeline.media.encoding import EncodeSettings
from pipeline.media.gate import Gate, measure_bit_rate
from pipeline.media.profile import choose_profile
from pipeline.media.reached import measure_reached
from pipeline.media.reel import UnsearchableError
from pipeline.media.source import Source
from pipeline.media.tool import Ffmpeg
from pipeline.media.transcode import Copy, Encode, Plan, Written, transcode
from pipeline.media.tune import Tuned
from pipeline.media.verify import (
    QUALITY_TOLERANCE,
    Expected,
    check_replay,
    is_at_ceiling,
    require_passed,
)

log = logging.getLogger(__name__)

DAMAGE = "damage"
"""Name of the check that notes what is wrong with a recording that was used all the same."""

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


@dataclass(frozen=True, slots=True)
class Maker:
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
    ) -> RenditionRecord | None:
        """Put the picture into the replay as it came; None when players would not play it."""
        look = _Look()
        try:
            rendition = self._write(Copy(), look, quality=None, tuned=None)
        except ToolError as error:
            log.warning("%s: it cannot be copied and is encoded: %s", self.source.name, error)
            return None
        return self._record(rendition, look, gate, verdict, why, search)

    def encode(self, gate: Gate, tuned: Tuned | UnsearchableError) -> RenditionRecord:
        """Encode the picture at the rate that was found; once more when it comes out too poor.

        Without a search at the usual CRF, and nothing says how good that is.
        """
        if isinstance(tuned, UnsearchableError):
            return self._encode_unsearched(gate, tuned)
        crfs = choose_profile(self.settings).crfs
        search = tuned.search
        wanted = min(self.settings.quality, search.chosen.quality)
        crf, look = search.chosen.crf, _Look()
        for attempt in range(ATTEMPTS):
            picture = Encode(crf, self.task.moments.keyframes_ms)
            try:
                may_fail = attempt + 1 == ATTEMPTS or crf <= crfs.low
                rendition = self._write(picture, look, quality=wanted, tuned=tuned, last=may_fail)
                break
            except _TooPoorError:
                short = wanted - (look.reached or 0.0)
                crf = crfs.snap(crf - max(crfs.step, short / crfs.slope))
        why = _explain(f"aimed at {search.target:g} points", gate, crf, look)
        return self._record(rendition, look, gate, Verdict.ENCODED, why, search)

    def _encode_unsearched(self, gate: Gate, reason: UnsearchableError) -> RenditionRecord:
        look, crf = _Look(), choose_profile(self.settings).crfs.start
        picture = Encode(crf, self.task.moments.keyframes_ms)
        rendition = self._write(picture, look, quality=None, tuned=None)
        why = _explain(f"no rate was searched, because {reason}", gate, crf, look)
        return self._record(rendition, look, gate, Verdict.ENCODED, why, None)

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
                reached = measure_reached(tuned.reel, written.path, tuned.lab)
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
            plan=Plan(picture, approve, self.scan),
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


def _explain(aim: str, gate: Gate, crf: float, look: _Look) -> str:
    reached = "" if look.reached is None else f" and {look.reached:.1f} points"
    saved = 100 - round(100 * look.bit_rate / max(1, gate.bit_rate))
    spared = f", {saved} % fewer than the recording" if saved > 0 else ""
    needed = f"; the picture could not be copied because {gate.obstacle}" if gate.obstacle else ""
    gave = f"CRF {crf:g} gave {look.bit_rate // 1000} kb/s{reached}{spared}{needed}"
    return f"{aim}: {gave}"
