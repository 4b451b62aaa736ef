"""Whether a file's own structure says that bytes are missing at its end.

ffmpeg reads a file that was cut short up to the cut and reports success, so the containers are
asked themselves: all of them write down how long their pieces are.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from pipeline.media.flv import MAX_PIECES, find_flv_cut, has_second_header, is_flv

UNKNOWN_SIZE = -1

EBML_HEADER = 0x1A45DFA3
SEGMENT = 0x18538067
SHORTEST_BOX = 8
"""Bytes: a length and a kind."""
TS_PACKET = 188
M2TS_PACKET = 192
TS_SYNC = 0x47
STREAMED_WAV = frozenset({0, 0xFFFFFFFF, 0x7FFFFFFF})
"""Lengths that a writer leaves behind who could not seek back: they promise nothing."""


def find_cut(path: Path) -> str | None:
    """Say which piece of a file ends after the file does; None when none does or nobody can tell.

    Knows MP4/MOV (ISO 14496-12 boxes), Matroska/WebM (EBML, RFC 8794), FLV (previous tag sizes),
    MPEG-TS (whole packets) and WAV (RIFF chunks). A cut that falls between two pieces of a
    container that promises no total length (TS, fragmented MP4, live FLV) cannot be seen.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(2 * M2TS_PACKET)
        for recognises, find in CONTAINERS:
            if recognises(head):
                return find(file, size)
    return None


def holds_several(path: Path) -> bool:
    """Tell whether a file is several recordings joined byte by byte, of which only one is read.

    Knows MP4/MOV (a second index) and FLV (a second header). Others go on at the second one, or
    their clocks betray it.
    """
    with path.open("rb") as file:
        head = file.read(2 * M2TS_PACKET)
        if _is_mp4(head):
            return sum(kind == b"moov" for _, _, kind in _iter_boxes(file)) > 1
        return is_flv(head) and has_second_header(path)


def _is_mp4(head: bytes) -> bool:
    return head[4:8] in {b"ftyp", b"moov", b"mdat", b"styp", b"moof", b"wide", b"free", b"skip"}


def _iter_boxes(file: BinaryIO) -> Iterator[tuple[int, int, bytes]]:
    """Yield offset, length and kind of every box of the file itself.

    The last may have a length of 0, which means up to the end, or one that leads beyond it.
    """
    offset = 0
    for _ in range(MAX_PIECES):
        file.seek(offset)
        header = file.read(16)
        if len(header) < SHORTEST_BOX:
            return
        length, kind = struct.unpack_from(">I4s", header)
        if length == 1 and len(header) == 16:
            (length,) = struct.unpack_from(">Q", header, 8)
        yield offset, length, kind
        if length < SHORTEST_BOX:
            return
        offset += length


def _find_mp4_cut(file: BinaryIO, size: int) -> str | None:
    offset, length, has_index = 0, 0, False
    for offset, length, kind in _iter_boxes(file):
        has_index = has_index or kind in {b"moov", b"moof"}
        if offset + length > size:
            return f"{offset + length - size} bytes of its last box ({_label(kind)}) are missing"
        if 0 < length < SHORTEST_BOX:
            return None
    rest = size - (offset + length) if length else 0
    if 0 < rest < SHORTEST_BOX:
        file.seek(size - rest)
        return "its last box has no whole header" if file.read(8).strip(b"\0") else None
    return None if has_index else "its index (the moov box) is missing"


def _label(kind: bytes) -> str:
    return kind.decode("ascii", errors="replace") if kind.isalnum() else "unknown"


def _is_matroska(head: bytes) -> bool:
    return head[:4] == EBML_HEADER.to_bytes(4)


def _find_matroska_cut(file: BinaryIO, size: int) -> str | None:
    header = _read_element(file, 0)
    if header is None or header[2] == UNKNOWN_SIZE:
        return None
    segment = _read_element(file, header[1] + header[2])
    if segment is None or segment[0] != SEGMENT:
        return None
    _, body, length = segment
    if length != UNKNOWN_SIZE:
        missing = body + length - size
        return f"{missing} bytes of its segment are missing" if missing > 0 else None
    return _find_cluster_cut(file, body, size)


def _find_cluster_cut(file: BinaryIO, offset: int, size: int) -> str | None:
    """Walk a live segment, whose own length nobody knew, element by element."""
    for _ in range(MAX_PIECES):
        element = _read_element(file, offset)
        if element is None or element[2] == UNKNOWN_SIZE:
            return None
        offset = element[1] + element[2]
        if offset > size:
            return f"{offset - size} bytes of its last element are missing"
    return None


def _read_element(file: BinaryIO, offset: int) -> tuple[int, int, int] | None:
    """Return id, place of the body and length of an EBML element; None at the end or in junk."""
    file.seek(offset)
    raw = file.read(12)
    if len(raw) < 2 or not raw[0] >> 4:
        return None
    id_bytes = 9 - raw[0].bit_length()
    if len(raw) <= id_bytes or not raw[id_bytes]:
        return None
    size_bytes = 9 - raw[id_bytes].bit_length()
    body = id_bytes + size_bytes
    mask = (1 << 7 * size_bytes) - 1
    length = int.from_bytes(raw[id_bytes:body]) & mask
    if len(raw) < body:
        return None
    known = UNKNOWN_SIZE if length == mask else length
    return int.from_bytes(raw[:id_bytes]), offset + body, known


def _is_ts(head: bytes) -> bool:
    return _ts_packet_bytes(head) is not None


def _ts_packet_bytes(head: bytes) -> int | None:
    if len(head) > TS_PACKET and head[0] == head[TS_PACKET] == TS_SYNC:
        return TS_PACKET
    if len(head) > M2TS_PACKET + 4 and head[4] == head[M2TS_PACKET + 4] == TS_SYNC:
        return M2TS_PACKET
    return None


def _find_ts_cut(file: BinaryIO, size: int) -> str | None:
    file.seek(0)
    packet = _ts_packet_bytes(file.read(2 * M2TS_PACKET)) or TS_PACKET
    if not size % packet:
        return None
    # Junk at the front shifts all packets and is harmless: only a broken last packet counts.
    file.seek(size - size % packet)
    is_packet = TS_SYNC in file.read(5)[:: packet - TS_PACKET or 5]
    return f"{packet - size % packet} bytes of its last packet are missing" if is_packet else None


def _is_wav(head: bytes) -> bool:
    return head[:4] == b"RIFF" and head[8:12] == b"WAVE"


def _find_wav_cut(file: BinaryIO, size: int) -> str | None:
    offset = 12
    for _ in range(MAX_PIECES):
        file.seek(offset)
        header = file.read(8)
        if len(header) < 8:
            return None
        kind, length = struct.unpack("<4sI", header)
        if kind == b"data":
            missing = offset + 8 + length - size
            return (
                f"{missing} bytes of its sound are missing"
                if missing > 0 and length not in STREAMED_WAV
                else None
            )
        offset += 8 + length + length % 2
    return None


CONTAINERS: tuple[tuple[Callable[[bytes], bool], Callable[[BinaryIO, int], str | None]], ...] = (
    (_is_mp4, _find_mp4_cut),
    (_is_matroska, _find_matroska_cut),
    (is_flv, find_flv_cut),
    (_is_ts, _find_ts_cut),
    (_is_wav, _find_wav_cut),
)
