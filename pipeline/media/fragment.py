"""Write fragmented MP4: an initialisation section, then pieces that need nothing but it.

    ftyp moov | moof mdat | moof mdat | ...

ffmpeg's own muxer is passed over on purpose: it cuts the sound where the file happens to interleave
it, and where pictures are reordered it moves the picture against the sound, or writes edit lists,
of which hls.js knows nothing. Here a piece begins with exactly the sample asked for, every track
counts its time from 0, and there is no edit list. (Signed offsets, which would do as well, libav
takes for a delay.)
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from models.errors import InputError
from pipeline.media.boxes import find_box, iter_boxes, make_box, make_full_box

BRANDS = b"iso6\x00\x00\x00\x00iso6mp41av01"
"""`iso6`: movie fragments that count their bytes from themselves (ISO 14496-12, annex E). `av01` is
for AV1, and says no more than that such tracks may be there."""

MOVIE_TIMESCALE = 1000

SYNC, NOT_SYNC = 0x0200_0000, 0x0101_0000
"""Flags of a sample that depends on no other, and of one that does and is no sync sample."""

BASE_IS_MOOF = 0x02_0000
HAS_DURATION, HAS_FLAGS = 0x08, 0x20
"""In a `tfhd`: values that hold for all samples of the piece."""
RUN_OFFSET, RUN_FIRST_FLAGS, RUN_DURATION, RUN_SIZE, RUN_FLAGS, RUN_COMPOSITION = (
    0x001, 0x004, 0x100, 0x200, 0x400, 0x800,
)  # fmt: skip
"""In a `trun`: what stands in it, once or for every sample."""

ENTRY = slice(12, 16)
"""Where a `stsd` body says how its first entry is called."""
HEVC_ANYWHERE, HEVC_IN_HEADER = b"hev1", b"hvc1"
"""Apple plays HEVC only when it is called by the second name: its parameters in the header alone,
where ffmpeg puts them under either name."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One packet; times in ticks of its track."""

    data: bytes
    decode: int
    duration: int
    composition: int
    """Shown that much after it is decoded; 0 or more."""
    sync: bool


@dataclass(frozen=True, slots=True)
class Run:
    """The samples of one track in one piece, in decoding order; at least one."""

    track_id: int
    samples: Sequence[Sample]


def make_init(index: bytes, track_ids: Sequence[int]) -> bytes:
    """Write the initialisation section for tracks of a file whose `moov` body is given.

    Raises:
        InputError: when the index lacks one of the tracks, or a part of it.
    """
    traks = {_track_id(body): body for kind, body in iter_boxes(index) if kind == b"trak"}
    if missing := [number for number in track_ids if number not in traks]:
        raise InputError(f"its index has no track {missing[0]}; make it again")
    extends = (make_full_box(b"trex", struct.pack(">5I", n, 1, 0, 0, 0)) for n in track_ids)
    return make_box(b"ftyp", BRANDS) + make_box(
        b"moov",
        _make_movie_header(max(track_ids) + 1),
        *(_make_track(traks[number]) for number in track_ids),
        make_box(b"mvex", *extends),
    )


def make_fragment(sequence: int, runs: Sequence[Run]) -> bytes:
    """Write one piece; `sequence` counts them from 1."""
    sizes = [sum(len(sample.data) for sample in run.samples) for run in runs]
    # The offsets are counted from the start of the moof, whose length does not depend on them.
    start = len(_make_moof(sequence, runs, [0] * len(runs))) + len(make_box(b"mdat"))
    offsets = [start + sum(sizes[:number]) for number in range(len(runs))]
    data = (sample.data for run in runs for sample in run.samples)
    return _make_moof(sequence, runs, offsets) + make_box(b"mdat", *data)


MDIA, MINF, STSD = (b"mdia",), (b"mdia", b"minf"), (b"mdia", b"minf", b"stbl", b"stsd")


def _make_movie_header(next_track: int) -> bytes:
    matrix = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x4000_0000)
    times = struct.pack(">4I", 0, 0, MOVIE_TIMESCALE, 0)
    rate_and_volume = struct.pack(">IH10x", 0x10000, 0x0100)
    end = bytes(24) + struct.pack(">I", next_track)
    return make_full_box(b"mvhd", times, rate_and_volume, matrix, end)


def _make_track(trak: bytes) -> bytes:
    """Take a track's descriptions over; its lengths and tables are those of an empty one."""
    nothing = struct.pack(">I", 0)
    tables = (make_full_box(kind, nothing) for kind in (b"stts", b"stsc", b"stco"))
    descriptions = _part(trak, *STSD)
    if descriptions[ENTRY] == HEVC_ANYWHERE:
        descriptions = descriptions[: ENTRY.start] + HEVC_IN_HEADER + descriptions[ENTRY.stop :]
    information = [
        make_box(kind, body)
        for kind, body in iter_boxes(_part(trak, *MINF))
        if kind in {b"vmhd", b"smhd", b"dinf"}
    ]
    return make_box(
        b"trak",
        make_box(b"tkhd", _without_duration(_part(trak, b"tkhd"), 20, 28)),
        make_box(
            b"mdia",
            make_box(b"mdhd", _without_duration(_part(trak, *MDIA, b"mdhd"), 16, 24)),
            make_box(b"hdlr", _part(trak, *MDIA, b"hdlr")),
            make_box(
                b"minf",
                *information,
                make_box(
                    b"stbl",
                    make_box(b"stsd", descriptions),
                    *tables,
                    make_full_box(b"stsz", nothing, nothing),
                ),
            ),
        ),
    )


def _without_duration(body: bytes, after_v0: int, after_v1: int) -> bytes:
    """Set the duration of a `tkhd` or `mdhd` to 0; it stands after that many bytes."""
    start, length = (after_v1, 8) if body[0] == 1 else (after_v0, 4)
    return body[:start] + bytes(length) + body[start + length :]


def _track_id(trak: bytes) -> int:
    header = _part(trak, b"tkhd")
    return int.from_bytes(header[20:24] if header[0] == 1 else header[12:16])


def _part(trak: bytes, *path: bytes) -> bytes:
    body = find_box(trak, *path)
    if body is None or len(body) < 4:
        raise InputError(f"its index lacks a part ({path[-1].decode()}); make it again")
    return body


def _make_moof(sequence: int, runs: Sequence[Run], offsets: Sequence[int]) -> bytes:
    pieces = (_make_traf(run, offset) for run, offset in zip(runs, offsets, strict=True))
    return make_box(b"moof", make_full_box(b"mfhd", struct.pack(">I", sequence)), *pieces)


def _make_traf(run: Run, offset: int) -> bytes:
    """Write where a run's samples lie and when they are shown; what all share stands once."""
    first, *others = run.samples
    same_duration = len({sample.duration for sample in run.samples}) == 1
    same_flags = len({sample.sync for sample in others}) <= 1
    usual = others[0].sync if others else first.sync
    defaults = [struct.pack(">I", run.track_id)]
    if same_duration:
        defaults.append(struct.pack(">I", first.duration))
    defaults.append(struct.pack(">I", SYNC if usual else NOT_SYNC))
    has = BASE_IS_MOOF | HAS_FLAGS | (HAS_DURATION if same_duration else 0)
    told = RUN_OFFSET | RUN_SIZE
    told |= 0 if same_duration else RUN_DURATION
    told |= RUN_FLAGS if not same_flags else RUN_FIRST_FLAGS if first.sync != usual else 0
    told |= RUN_COMPOSITION if any(sample.composition for sample in run.samples) else 0
    head = struct.pack(">Ii", len(run.samples), offset)
    if told & RUN_FIRST_FLAGS:
        head += struct.pack(">I", SYNC if first.sync else NOT_SYNC)
    return make_box(
        b"traf",
        make_full_box(b"tfhd", *defaults, flags=has),
        make_full_box(b"tfdt", struct.pack(">Q", first.decode), version=1),
        make_full_box(
            b"trun",
            head,
            *(_make_entry(sample, told) for sample in run.samples),
            flags=told,
        ),
    )


def _make_entry(sample: Sample, told: int) -> bytes:
    entry = struct.pack(">I", sample.duration) if told & RUN_DURATION else b""
    entry += struct.pack(">I", len(sample.data))
    if told & RUN_FLAGS:
        entry += struct.pack(">I", SYNC if sample.sync else NOT_SYNC)
    if told & RUN_COMPOSITION:
        entry += struct.pack(">I", sample.composition)
    return entry
