"""Where a finished replay can be cut into pieces, and which cuts several renditions share."""

from __future__ import annotations

import bisect
import hashlib
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.errors import InputError
from pipeline.media.codecs import describe_picture, describe_sound, picture_codec
from pipeline.media.demux import first_picture, iter_packets, open_media
from pipeline.media.source import file_source

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.stream import Stream

    from models.decision import Codec

LEAST = Fraction(1)
"""Seconds of a piece at least: each costs a request and, while it plays, an answer in time."""

SOUND_LEAST = Fraction(4)
"""Of a replay without a picture, every packet of which could begin a piece."""

LONGEST_SHARED = Fraction(12)
"""Seconds that shared cuts may leave between each other; keyframes come every 2 to 8 s. Pieces
longer than this are worse for a jump than cuts that differ are for a change of rendition."""

EARLY = Fraction(1, 25)
"""How much later than 0 s the first picture or sound may come, before we call it missing."""


@dataclass(frozen=True, slots=True)
class Outline:
    """What one reading of a rendition's packets tells."""

    path: Path
    picture: Codec | None
    """None for sound alone."""
    codecs: str
    width: int
    height: int
    frame_rate: Fraction
    """Of most frames, so that a pause or a doubled frame does not count; 0 for sound alone."""
    tracks: tuple[int, ...]
    """Ids of the tracks that are taken along, the picture first."""
    openings: tuple[Fraction, ...]
    """Seconds at which a piece could begin: keyframes before which nothing is shown that is decoded
    after them, or every packet of sound alone. In order; the first is the first of all."""
    end: Fraction
    """Seconds until the last track ends."""
    digests: tuple[str, ...]
    """Of every track's packets with the times that they are shown at."""


def read_outline(path: Path) -> Outline:
    """Read a finished replay once, at disk speed.

    Raises:
        InputError: when it cannot be read, has no sound, or does not begin at 0 with a keyframe.
        ToolError: when its codecs are none of ours.
    """
    source = file_source(path)
    with open_media(source) as container:
        if not container.streams.audio:
            raise InputError(f"{source.name} has no sound; make the replay again")
        video, audio = first_picture(container), container.streams.audio[0]
        streams = [stream for stream in (video, audio) if stream is not None]
        notes = {stream.index: _Notes() for stream in streams}
        for packet in iter_kept(container, streams, source.name):
            notes[packet.stream_index].take(packet)
        leading = streams[0]
        openings = notes[leading.index].openings(leading)
        _require_beginning(source.name, openings, video, notes)
        words = [] if video is None else [describe_picture(video)]
        return Outline(
            path=path,
            picture=None if video is None else picture_codec(video),
            codecs=",".join([*words, describe_sound(audio)]),
            width=0 if video is None else video.width,
            height=0 if video is None else video.height,
            frame_rate=Fraction(0) if video is None else notes[video.index].frame_rate(video),
            tracks=tuple(stream.id for stream in streams),
            openings=openings,
            end=max(notes[stream.index].end * _base(stream) for stream in streams),
            digests=tuple(notes[stream.index].digest.hexdigest() for stream in streams),
        )


def iter_kept(
    container: InputContainer, streams: Sequence[Any], name: str
) -> Iterator[Packet[Stream]]:
    """Yield the packets that HLS takes over: all but sound before 0 s, which only primes decoders.

    Raises:
        InputError: when a packet tells no time.
    """
    for packet in iter_packets(container, *streams):
        if not packet.size:
            continue
        if packet.pts is None or packet.dts is None:
            raise InputError(f"{name} has a packet without a time; make the replay again")
        if packet.pts >= 0 or packet.stream.type == "video":
            yield packet


def choose_cuts(outlines: Sequence[Outline]) -> tuple[tuple[Fraction, ...], ...]:
    """Choose for every rendition the seconds at which its pieces begin; the first is the start.

    Every opening that is far enough from the last cut, and from the end, begins a piece. Several
    renditions are cut at the moments that all of them can be cut at, so that a player changes
    between them without a gap; where these are too far apart, each is cut for itself.

        h264   K-----K-K-----K--------K      K: keyframe, I: cut
        av1    K-----K-------K--------K
        both   I-----I-------I--------I
    """
    alone = tuple(_choose(outline.openings, outline) for outline in outlines)
    if len(outlines) == 1:
        return alone
    shared = [_near(outlines, opening) for opening in outlines[0].openings]
    common = [moments for moments in shared if moments is not None]
    kept = set(_choose([moments[0] for moments in common], outlines[0]))
    cuts = tuple(zip(*(moments for moments in common if moments[0] in kept), strict=True))
    # The moments that are far enough apart in the first rendition may not be so in another, by a
    # frame: that is no harm.
    reached = min(_widest(*each) for each in zip(alone, outlines, strict=True))
    if not cuts or _widest(cuts[0], outlines[0]) > max(LONGEST_SHARED, reached):
        return alone
    return cuts


def _base(stream: Any) -> Fraction:
    return Fraction(stream.time_base)


def _choose(openings: Sequence[Fraction], outline: Outline) -> tuple[Fraction, ...]:
    least = SOUND_LEAST if outline.picture is None else LEAST
    early = (at for at in openings if at == openings[0] or outline.end - at >= least)
    return _thin(early, least)


def _thin(openings: Iterable[Fraction], least: Fraction) -> tuple[Fraction, ...]:
    kept: list[Fraction] = []
    for opening in openings:
        if not kept or opening - kept[-1] >= least:
            kept.append(opening)
    return tuple(kept)


def _near(outlines: Sequence[Outline], moment: Fraction) -> tuple[Fraction, ...] | None:
    """Return what is an opening within half a frame of the moment, one of each rendition's."""
    found = [moment]
    for outline in outlines[1:]:
        place = bisect.bisect_left(outline.openings, moment)
        around = outline.openings[max(0, place - 1) : place + 1]
        nearest = min(around, key=lambda opening: abs(opening - moment))
        rate = min(outlines[0].frame_rate or 1, outline.frame_rate or 1)
        if abs(nearest - moment) > Fraction(1, 2) / rate:
            return None
        found.append(nearest)
    return tuple(found)


def _widest(cuts: Sequence[Fraction], outline: Outline) -> Fraction:
    return max(after - before for before, after in itertools.pairwise([*cuts, outline.end]))


def _require_beginning(
    name: str, openings: Sequence[Fraction], video: Any, notes: dict[int, _Notes]
) -> None:
    if not openings:
        raise InputError(f"{name} has no keyframe that a piece could begin at; encode it again")
    if video is not None and openings[0] != notes[video.index].shown[0] * _base(video):
        raise InputError(f"{name} does not begin with a keyframe; encode it again")
    if not 0 <= openings[0] <= EARLY:
        raise InputError(
            f"{name} begins at {float(openings[0]):.3f} s instead of 0; encode it again"
        )


@dataclass(slots=True)
class _Notes:
    """What the packets of one track tell, in ticks of the track."""

    digest: Any = field(default_factory=hashlib.sha256)
    keys: list[int] = field(default_factory=list)
    shown: list[int] = field(default_factory=list)
    """In the order of decoding."""
    end: int = 0

    def take(self, packet: Packet[Stream]) -> None:
        shown = packet.pts or 0
        if packet.is_keyframe:
            self.keys.append(shown)
        elif self.keys and shown < self.keys[-1]:
            self.keys.pop()
        self.shown.append(shown)
        self.end = max(self.end, shown + (packet.duration or 0))
        self.digest.update(b"%d %d\n" % (shown, packet.size))
        self.digest.update(packet)

    def openings(self, stream: Any) -> tuple[Fraction, ...]:
        openings = (key * _base(stream) for key in self.keys)
        return tuple(openings) if stream.type == "video" else _thin(openings, SOUND_LEAST)

    def frame_rate(self, stream: Any) -> Fraction:
        steps = sorted(after - before for before, after in itertools.pairwise(sorted(self.shown)))
        usual = steps[len(steps) // 2] if steps else 0
        return 1 / (usual * _base(stream)) if usual > 0 else Fraction(1)
