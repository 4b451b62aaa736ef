"""Sort the packets of a replay into the pieces between its cuts.

picture  |K--------|K-----|K---------
sound    |aaaaaaaa|aaaaaa|aaaaaaaaaaa     a packet that a cut goes through comes after it

So whoever jumps to a cut has its sound from the first moment on, and no piece ends after the next
begins, which hls.js would take for a reason to load both.
"""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from models.errors import InputError
from pipeline.media.demux import open_media
from pipeline.media.fragment import Run, Sample
from pipeline.media.outline import Outline, iter_kept
from pipeline.media.source import file_source

if TYPE_CHECKING:
    from av.packet import Packet
    from av.stream import Stream


def iter_pieces(outline: Outline, cuts: Sequence[Fraction]) -> Iterator[tuple[Run, ...]]:
    """Yield what every piece holds, as many as there are cuts.

    Holds in memory what the file has between the sound and the picture of one moment.

    Raises:
        InputError: when a piece would hold nothing, or a track's clock is too coarse.
    """
    source = file_source(outline.path)
    with open_media(source) as container:
        streams = {stream.id: stream for stream in container.streams}
        chosen = [streams[number] for number in outline.tracks]
        tracks = {stream.index: _Track(stream, cuts, source.name) for stream in chosen}
        done = 0
        for packet in iter_kept(container, chosen, source.name):
            tracks[packet.stream_index].take(packet)
            while done < min(track.piece for track in tracks.values()):
                yield _collect(tracks.values(), done, source.name)
                done += 1
        for number in range(done, len(cuts)):
            yield _collect(tracks.values(), number, source.name)


@dataclass(frozen=True, slots=True)
class _Shown:
    """One packet, in ticks of its track."""

    data: bytes
    at: int
    duration: int
    sync: bool


class _Track:
    """Sorts the packets of one track into pieces."""

    def __init__(self, stream: Any, cuts: Sequence[Fraction], name: str) -> None:
        self.piece = 0
        """The piece that the last packet belongs to; those before it are complete."""
        self._name = name
        self._id: int = stream.id
        self._is_picture = stream.type == "video"
        self._cuts = [cut / Fraction(stream.time_base) for cut in cuts]
        self._packets: dict[int, list[_Shown]] = {}

    def take(self, packet: Packet[Stream]) -> None:
        at, duration = packet.pts or 0, packet.duration or 0
        if not self._is_picture:
            self.piece = max(self.piece, bisect.bisect_left(self._cuts, at + duration) - 1)
        elif packet.is_keyframe:  # reordering never crosses one that begins a piece
            self.piece = max(self.piece, bisect.bisect_right(self._cuts, at) - 1)
        shown = _Shown(bytes(packet), at, duration, packet.is_keyframe)
        self._packets.setdefault(self.piece, []).append(shown)

    def finish(self, number: int) -> Run | None:
        """Return what a complete piece holds of this track; None when that is nothing."""
        packets = self._packets.pop(number, ())
        if not packets:
            return None
        end = max(packet.at + packet.duration for packet in packets)
        if self._is_picture and number + 1 < len(self._cuts):
            end = math.floor(self._cuts[number + 1])
        samples = _time(packets, end)
        if samples[0].decode < 0:
            raise InputError(f"{self._name} has a clock too coarse to order its pictures by")
        return Run(self._id, samples)


def _time(packets: Sequence[_Shown], end: int) -> tuple[Sample, ...]:
    """Say when each packet is decoded: as late as can be, whatever its file said.

    Then a piece is decoded from when its first picture is shown until the next piece, and its own
    times are all that a player needs. What a picture refers to comes a tick before it:

        shown    0    3    1    2    6    4    5
        decoded  0   1-    1    2   4-    4    5   end 7
    """
    decoded, latest = [], end
    for packet in reversed(packets):
        latest = min(packet.at, latest - 1)
        decoded.append(latest)
    decoded.reverse()
    return tuple(
        Sample(packet.data, start, after - start, packet.at - start, packet.sync)
        for packet, (start, after) in zip(packets, itertools.pairwise([*decoded, end]), strict=True)
    )


def _collect(tracks: Iterable[_Track], number: int, name: str) -> tuple[Run, ...]:
    runs = tuple(run for track in tracks if (run := track.finish(number)) is not None)
    if not runs:
        raise InputError(f"piece {number + 1} of {name} would hold nothing; encode it again")
    return runs
