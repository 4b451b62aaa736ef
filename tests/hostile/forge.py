"""Files that promise, point or grow where no recording does; each is a few kilobytes."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from pathlib import Path

from pipeline.media.boxes import make_box, make_full_box


def edit_moov(raw: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """Change the body of an MP4's index, which must be its last box."""
    start = raw.rfind(b"moov") - 4
    assert start + int.from_bytes(raw[start : start + 4]) == len(raw), "its index comes last"
    return raw[:start] + make_box(b"moov", change(raw[start + 8 :]))


def iter_children(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield kind and whole box of everything in a box."""
    offset = 0
    while offset < len(body):
        length = int.from_bytes(body[offset : offset + 4])
        yield body[offset + 4 : offset + 8], body[offset : offset + length]
        offset += length


def rebuild(body: bytes, kind: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """Change the body of every box of a kind, however deep it lies; lengths above it follow."""
    nests = {b"trak", b"mdia", b"minf", b"dinf"}
    made = b""
    for one, box in iter_children(body):
        if one == kind:
            made += make_box(one, change(box[8:]))
        elif one in nests:
            made += make_box(one, rebuild(box[8:], kind, change))
        else:
            made += box
    return made


def refer(raw: bytes, other: str, *, kind: bytes = b"url ") -> bytes:
    """Say that samples of every track lie in another file: a QuickTime reference movie."""
    place = other.encode() + b"\0"
    entry = make_full_box(kind, place if kind == b"url " else _alias(other))
    dref = struct.pack(">II", 0, 1) + entry
    return edit_moov(raw, lambda moov: rebuild(moov, b"dref", lambda _old: dref))


def _alias(path: str) -> bytes:
    """Write a Macintosh alias record (version 2) with the absolute path that readers look for."""
    name = path.rpartition("/")[2].encode()[:63]
    record = struct.pack(">IHHH", 0, 0, 2, 0)
    record += bytes([4]) + b"root".ljust(27, b"\0") + struct.pack(">IHHI", 0, 0, 0, 0)
    record += bytes([len(name)]) + name.ljust(63, b"\0") + bytes(16)
    record += struct.pack(">HH", 0xFFFF, 0xFFFF) + bytes(16)
    raw = path.encode()
    record += struct.pack(">HH", 18, len(raw)) + raw + b"\0" * (len(raw) % 2)
    return record + struct.pack(">HH", 0xFFFF, 0)


def repeat_tracks(raw: bytes, times: int) -> bytes:
    """Say that every track is there this often."""

    def change(moov: bytes) -> bytes:
        boxes = list(iter_children(moov))
        tracks = b"".join(box for kind, box in boxes if kind == b"trak")
        return b"".join(box for kind, box in boxes if kind != b"trak") + tracks * times

    return edit_moov(raw, change)


def compress_index(raw: bytes, *, promised: int) -> bytes:
    """Compress an MP4's index, and promise that it unpacks to any number of bytes."""
    import zlib

    def change(moov: bytes) -> bytes:
        packed = zlib.compress(make_box(b"moov", moov) + bytes(promised), 9)
        return make_box(
            b"cmov",
            make_box(b"dcom", b"zlib"),
            make_box(b"cmvd", struct.pack(">I", promised), packed),
        )

    return edit_moov(raw, change)


def iter_flv_tags(raw: bytes) -> Iterator[int]:
    """Yield where every tag of an FLV begins."""
    offset = 13
    while offset < len(raw):
        yield offset
        offset += 11 + int.from_bytes(raw[offset + 1 : offset + 4]) + 4


def jump(raw: bytes, by_ms: int, *, share: float = 0.6) -> bytes:
    """Move the clock of an FLV's last tags forward."""
    made = bytearray(raw)
    tags = list(iter_flv_tags(raw))
    for at in tags[int(len(tags) * share) :]:
        time_ms = int.from_bytes(raw[at + 4 : at + 7]) | raw[at + 7] << 24
        time_ms += by_ms
        made[at + 4 : at + 7] = (time_ms & 0xFFFFFF).to_bytes(3)
        made[at + 7] = time_ms >> 24
    return bytes(made)


def promise(raw: bytes, duration_s: float) -> bytes:
    """State another duration in an FLV's header."""
    at = raw.index(b"\x00\x08duration\x00") + 11
    return raw[:at] + struct.pack(">d", duration_s) + raw[at + 8 :]


def write(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path
