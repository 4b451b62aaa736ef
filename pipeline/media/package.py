"""Deliver finished replays as HLS: one fragmented MP4 and one playlist each, and one over all.

    hls/master.m3u8     h264.m3u8 ──► h264-5f2c01ab.mp4  [init|piece|piece|...]   (by byte ranges)
                        av1.m3u8  ──► av1-90c2de44.mp4   [init|piece|piece|...]

Nothing is encoded: the packets are put into pieces that begin at keyframes. The media files are
named by their content, so that a cache never joins an old file to a new playlist.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from models.decision import Codec
from models.errors import InputError
from models.progress import Report, silent
from models.recording import Rendition
from models.span import MS_PER_SECOND
from pipeline.media.artifact import atomic_folder, require_space
from pipeline.media.boxes import read_index
from pipeline.media.fragment import make_fragment, make_init
from pipeline.media.naming import spell
from pipeline.media.outline import Outline, choose_cuts, read_outline
from pipeline.media.package_check import require_good_package
from pipeline.media.pieces import iter_pieces
from pipeline.media.playlist import (
    MediaPlaylist,
    Segment,
    Variant,
    average_bit_rate,
    format_master,
    format_media,
    peak_bit_rate,
    target_duration,
)

FOLDER_NAME = "hls"
"""Where the package lies in a recording's folder."""
MASTER_NAME = "master.m3u8"
MIME = "application/vnd.apple.mpegurl"

ORDER = (Codec.H264, Codec.HEVC, Codec.AV1)
"""Of the renditions: the first is what a player begins with, so it is the one that all play."""

SOUND = "sound"
"""What the files of a rendition without a picture are called."""

NAME_DIGITS = 8
"""Hex digits of a media file's hash in its name: enough to tell versions of one replay apart."""

OVERHEAD = 1.05
"""Largest package against what it is made of: headers of pieces take about 1 % at 500 kbit/s."""


def package_hls(renditions: Sequence[Path], folder: Path, *, report: Report = silent) -> Rendition:
    """Write the HLS package of a recording's renditions to `folder` and check it.

    A piece begins at every keyframe that is a second or more after the last cut, and at the same
    moments in all renditions where that can be, so that a jump to a pitch, which has a keyframe of
    its own, loads from there on. Time t of the package is time t of the renditions.

    Args:
        renditions: versions of one replay: finished MP4 files with AAC, and H.264, HEVC, AV1 or no
            picture; they are only read. H.264 is listed first, in whatever order they are given.
        folder: where the package is to lie; an older one is replaced whole.
        report: told of the progress in milliseconds of media.

    Guaranteed: `folder` appears only after the playlists were read again, every piece was found to
    begin with a keyframe at its time, and every packet was found to be that of its rendition.

    Returns:
        What players are told: the address beside the index, the codecs and size of the first
        rendition, the bytes of all files.

    Raises:
        InputError: when there is no rendition, or one of them cannot be cut.
        ConfigError: when the folder around `folder` cannot be written to.
        ResourceError: when the disk is full.
        ToolError: when the package is not what it should be.
        TransientError: when another process is writing the same package.
    """
    outlines = _read_in_order(renditions)
    cuts = choose_cuts(outlines)
    needed = OVERHEAD * sum(outline.path.stat().st_size for outline in outlines)
    progress = _Progress(report, [one.end for one in outlines])
    with atomic_folder(folder) as partial:
        require_space(folder.parent, round(needed))
        written = {
            name: _write_media(outline, moments, partial, name, progress)
            for name, outline, moments in zip(_name(outlines), outlines, cuts, strict=True)
        }
        _write_playlists(written, outlines, partial)
        require_good_package(partial / MASTER_NAME, outlines)
        size = sum(path.stat().st_size for path in partial.iterdir())
    first = outlines[0]
    return Rendition(
        url=f"{FOLDER_NAME}/{MASTER_NAME}",
        mime=MIME,
        codecs=first.codecs,
        width=first.width,
        height=first.height,
        bytes=size,
        duration_ms=round(first.end * MS_PER_SECOND),
    )


def _read_in_order(renditions: Sequence[Path]) -> tuple[Outline, ...]:
    outlines = [read_outline(path) for path in renditions]
    if not outlines:
        raise InputError("there is no rendition to package; make one first")
    if len(outlines) > 1 and not all(outline.picture for outline in outlines):
        raise InputError(
            f"{spell(renditions[0])} and its like are with and without a picture; package "
            "them one by one"
        )
    # Sound alone has nobody to be before or after.
    return tuple(sorted(outlines, key=lambda one: ORDER.index(one.picture or Codec.H264)))


def _name(outlines: Sequence[Outline]) -> tuple[str, ...]:
    """Name the renditions by their codecs, the second of a codec with a number."""
    names: list[str] = []
    for outline in outlines:
        codec = str(outline.picture or SOUND)
        number = sum(name.split("-")[0] == codec for name in names) + 1
        names.append(codec if number == 1 else f"{codec}-{number}")
    return tuple(names)


def _write_media(
    outline: Outline, cuts: Sequence[Fraction], folder: Path, name: str, progress: _Progress
) -> MediaPlaylist:
    """Write a rendition's pieces into one file, each from its cut to the next."""
    path = folder / name
    digest = hashlib.sha256()
    bounds = [Fraction(0), *cuts[1:], outline.end]
    segments: list[Segment] = []
    with path.open("wb") as file:

        def put(data: bytes) -> int:
            digest.update(data)
            return file.write(data)

        init_size = offset = put(make_init(read_index(outline.path), outline.tracks))
        for number, runs in enumerate(iter_pieces(outline, cuts)):
            size = put(make_fragment(number + 1, runs))
            segments.append(Segment(bounds[number], bounds[number + 1], offset, size))
            progress.reach(bounds[number + 1])
            offset += size
    progress.finish(outline.end)
    suffix = "m4a" if outline.picture is None else "mp4"
    called = path.with_name(f"{name}-{digest.hexdigest()[:NAME_DIGITS]}.{suffix}")
    path.rename(called)
    return MediaPlaylist(file=called.name, init_size=init_size, segments=tuple(segments))


def _write_playlists(
    written: dict[str, MediaPlaylist], outlines: Sequence[Outline], folder: Path
) -> None:
    # RFC 8216 (6.2.4): all renditions have the same target duration.
    target_s = max(target_duration(playlist.segments) for playlist in written.values())
    variants = []
    for (name, playlist), outline in zip(written.items(), outlines, strict=True):
        text = format_media(playlist, target_s)
        (folder / f"{name}.m3u8").write_bytes(text.encode())
        variants.append(
            Variant(
                playlist=f"{name}.m3u8",
                codecs=outline.codecs,
                width=outline.width,
                height=outline.height,
                frame_rate=outline.frame_rate,
                bandwidth=peak_bit_rate(playlist.segments, target_s),
                average_bandwidth=average_bit_rate(playlist.segments),
            )
        )
    (folder / MASTER_NAME).write_bytes(format_master(variants).encode())


@dataclass(slots=True)
class _Progress:
    """Counts the milliseconds of all renditions together."""

    report: Report
    ends: Sequence[Fraction]
    before: Fraction = Fraction(0)

    def reach(self, moment: Fraction) -> None:
        total_ms = round(sum(self.ends) * MS_PER_SECOND)
        self.report(min(round((self.before + moment) * MS_PER_SECOND), total_ms), total_ms)

    def finish(self, end: Fraction) -> None:
        self.before += end
