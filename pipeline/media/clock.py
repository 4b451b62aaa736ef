"""Follow the clocks of a recording's tracks, packet by packet, as the ffmpeg program does."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from av.packet import Packet
    from av.stream import Stream

US_PER_SECOND = 1_000_000
US_PER_MS = 1000

JUMP_US = 10 * US_PER_SECOND
"""ffmpeg's `dts_delta_threshold`: a greater step is taken for a new clock, not for a gap."""

BACK_US = 100_000
"""ffmpeg takes a clock that steps back by more than this for a new one."""

MOST_SECONDS = 7 * 24 * 3600
"""A week: a clock that runs away must not fill the memory."""


@dataclass(frozen=True, slots=True)
class TrackScan:
    """What the packets of one track say; times are counted from the start of the recording."""

    packets: int
    bytes: int
    start_ms: int
    end_ms: int
    """End of the last packet."""
    drift_ms: int
    """Largest distance between a packet's time and the summed durations before it."""
    back_ms: int
    """Largest step back of the track's clock that nothing mends; 0 in a sound file."""
    corrupt_packets: int
    leading_packets: int
    """Packets before the first keyframe: pictures that refer to ones that were not recorded."""
    longest_gop_ms: int
    """Longest way from a keyframe to the next, or to the end."""
    seconds: tuple[Second, ...]
    """What every second shows, the first one at 0."""


@dataclass(frozen=True, slots=True)
class Second:
    """What one second of a track shows."""

    bytes: int
    first_us: int | None
    """Time of its first packet, in microseconds; None when it shows nothing new."""


@dataclass(slots=True)
class Track:
    """What was seen of one track so far."""

    frame_us: float | None
    packets: int = 0
    bytes: int = 0
    start_us: int = 0
    end_us: int = 0
    next_us: int | None = None
    summed_us: float = 0.0
    drift_us: float = 0.0
    back_us: int = 0
    corrupt: int = 0
    leading: int = 0
    has_keyframe: bool = False
    keyframe_us: int | None = None
    gop_us: int = 0
    seconds: list[tuple[int, int | None]] = field(default_factory=list)

    def summary(self) -> TrackScan | None:
        """Return what its packets say; None when it had none."""
        if not self.packets:
            return None
        return TrackScan(
            packets=self.packets,
            bytes=self.bytes,
            start_ms=round(self.start_us / US_PER_MS),
            end_ms=round(self.end_us / US_PER_MS),
            drift_ms=round(self.drift_us / US_PER_MS),
            back_ms=round(self.back_us / US_PER_MS),
            corrupt_packets=self.corrupt,
            leading_packets=self.leading,
            longest_gop_ms=round(max(self.gop_us, self._open_gop_us()) / US_PER_MS),
            seconds=tuple(Second(size, first_us) for size, first_us in self.seconds),
        )

    def show(self, size: int, show_us: int) -> None:
        """Add a packet to the second that shows it; those before 0 count as of 0."""
        second = max(0, show_us) // US_PER_SECOND
        while len(self.seconds) <= second < MOST_SECONDS:
            self.seconds.append((0, None))
        if second < len(self.seconds):
            known, first_us = self.seconds[second]
            first_us = show_us if first_us is None else min(first_us, show_us)
            self.seconds[second] = (known + size, first_us)

    def open_gop(self, show_us: int) -> None:
        """Note a keyframe."""
        if self.keyframe_us is not None:
            self.gop_us = max(self.gop_us, show_us - self.keyframe_us)
        self.keyframe_us = show_us

    def _open_gop_us(self) -> int:
        return 0 if self.keyframe_us is None else self.end_us - self.keyframe_us


@dataclass(slots=True)
class Clock:
    """Follows the packets' clocks as the ffmpeg program does."""

    start_us: int
    mends: bool
    tracks: dict[int, Track]
    steering: frozenset[int]
    """Tracks whose jumps move the common clock."""
    changes: int = 0
    offset_us: int = field(init=False)

    def __post_init__(self) -> None:
        self.offset_us = -self.start_us

    def take(self, packet: Packet[Stream]) -> int | None:
        """Count a packet and return when it is shown, in microseconds; None if it does not say."""
        # The last, empty packet of each track only tells decoders to empty themselves.
        if not packet.size or packet.time_base is None:
            return None
        track = self.tracks[packet.stream_index]
        track.packets += 1
        track.bytes += packet.size
        track.has_keyframe = track.has_keyframe or packet.is_keyframe
        track.leading += not track.has_keyframe
        track.corrupt += packet.is_corrupt
        stamp = packet.pts if packet.dts is None else packet.dts
        if stamp is None:
            return None
        scale = packet.time_base * US_PER_SECOND
        decode_us = int(stamp * scale) + self.offset_us
        # Matroska leaves decode times out at first; the order in which pictures are shown is none.
        if packet.stream_index in self.steering and packet.dts is not None:
            decode_us += self._mend(track, decode_us)
        show_us = decode_us + (0 if packet.pts is None else int((packet.pts - stamp) * scale))
        duration_us = int((packet.duration or 0) * scale)
        if track.packets == 1:
            track.start_us, track.summed_us = show_us, float(show_us)
        track.start_us = min(track.start_us, show_us)
        track.drift_us = max(track.drift_us, abs(show_us - track.summed_us))
        track.summed_us += duration_us if track.frame_us is None else track.frame_us
        track.end_us = max(track.end_us, show_us + duration_us)
        track.next_us = None if packet.dts is None else decode_us + duration_us
        track.show(packet.size, show_us)
        if packet.is_keyframe:
            track.open_gop(show_us)
        return show_us

    def _mend(self, track: Track, decode_us: int) -> int:
        """Return by how much the clock must be moved so that this packet follows the last."""
        if track.next_us is None:
            return 0
        step_us = decode_us - track.next_us
        if not self.mends:
            track.back_us = max(track.back_us, -step_us)
            return 0
        if step_us > JUMP_US or step_us < -BACK_US:
            self.offset_us -= step_us
            self.changes += 1
            return -step_us
        return 0
