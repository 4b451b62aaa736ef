"""Media that leads elsewhere or asks for the impossible: refused, and nothing else is touched.

Every row goes through the real command with an outside file and an outside port beside it; the
kernel says whether anybody opened the one, the listener whether anybody knocked at the other.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import struct
import subprocess
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.media.tool import find_ffmpeg
from tests.hostile.forge import compress_index, jump, promise, refer, repeat_tracks, write
from tests.hostile.watching import Port, Watched, open_port, watch

HEAD = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:9\n"
END = "#EXT-X-ENDLIST\n"
PATIENCE_S = 20.0
"""Far more than looking at a few kilobytes takes, far less than a hang."""


@dataclass(frozen=True, slots=True)
class Lure:
    """What a case may build its trap from."""

    folder: Path
    secret: Path
    """A whole recording outside of the folder, which nothing may open."""
    url: str
    """A server that nothing may ask."""
    mp4: bytes
    ts: bytes
    flv: bytes

    def playlist(self, text: str, name: str = "show/index.m3u8", **segments: bytes) -> Path:
        for segment, content in ({"a": self.ts} | segments).items():
            write(self.folder / f"show/{segment}.ts", content)
        return write(self.folder / name, text.encode())

    def one(self, uri: str, **segments: bytes) -> Path:
        return self.playlist(f"{HEAD}#EXTINF:6,\n{uri}\n{END}", **segments)

    def tags(self, *lines: str, **segments: bytes) -> Path:
        said = "\n".join(lines)
        return self.playlist(f"{HEAD}{said}\n#EXTINF:6,\na.ts\n{END}", **segments)

    def nested(self, uri: str) -> bytes:
        """A playlist, to be named like a segment."""
        return f"{HEAD}#EXTINF:6,\n{uri}\n{END}".encode()

    def film(self, content: bytes | str, name: str = "show.mp4") -> Path:
        raw = content.encode() if isinstance(content, str) else content
        return write(self.folder / name, raw)

    def link(self, name: str, target: Path) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(target)
        return path


def remux(source: Path, suffix: str) -> bytes:
    target = source.with_suffix(suffix)
    if not target.exists():
        program = find_ffmpeg().path
        command = [program, "-nostdin", "-v", "error", "-i", source, "-c", "copy", target]
        subprocess.run(command, check=True, capture_output=True)
    return target.read_bytes()


@pytest.fixture
def lure(tmp_path: Path, make_media, port: Port) -> Lure:
    whole = make_media("lure.mp4", seconds=6)
    secret = tmp_path / "outside" / "secret.ts"
    write(secret, remux(whole, ".ts"))
    folder = tmp_path / "in"
    folder.mkdir()
    return Lure(
        folder, secret, port.url, whole.read_bytes(), remux(whole, ".ts"), remux(whole, ".flv")
    )


@pytest.fixture
def port() -> Iterator[Port]:
    with open_port() as opened:
        yield opened


@pytest.fixture
def watched(lure: Lure) -> Iterator[Watched]:
    with watch(lure.secret) as file:
        yield file


def fifo(lure: Lure, name: str) -> Path:
    path = lure.folder / name
    path.parent.mkdir(exist_ok=True)
    os.mkfifo(path)
    return path


def linked_playlist(lure: Lure) -> Path:
    """A folder whose playlist lies elsewhere."""
    write(lure.secret.parent / "index.m3u8", f"{HEAD}#EXTINF:6,\nsecret.ts\n{END}".encode())
    lure.link("show/index.m3u8", lure.secret.parent / "index.m3u8")
    return lure.folder / "show"


def linked_segment(lure: Lure) -> Path:
    lure.link("show/b.ts", lure.secret)
    return lure.one("b.ts")


def dots_through_a_link(lure: Lure) -> Path:
    """Read as text it stays inside, followed through the link it does not, and the reverse."""
    (lure.folder / "show/deep/er").mkdir(parents=True)
    write(lure.folder / "show/deep/b.ts", lure.ts)
    lure.link("show/way", lure.folder / "show/deep/er")
    lure.link("show/b.ts", lure.secret)
    return lure.one("way/../b.ts")


def long_line(lure: Lure) -> Path:
    """Libav reads 4,095 bytes of a line: those lead outside, the whole line does not."""
    out = "../../outside/secret.ts"
    padding = "./" * ((4095 - len(out)) // 2)
    line = f"{padding}{out}".rjust(4095, ".") if len(padding + out) < 4095 else padding + out
    return lure.one(line + "/../../../in/show/a.ts")


def png(width: int, height: int) -> bytes:
    """A grey picture, all black: a bit a pixel, and a thousandth of that packed."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    packer, line = zlib.compressobj(9), bytes(1 + (width + 7) // 8)
    packed = b"".join(packer.compress(line) for _ in range(height)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    chunks = chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def huge_picture(lure: Lure, width: int, height: int) -> Path:
    """A track of PNG pictures, each a few kilobytes."""
    path, program = lure.folder / "huge.mkv", find_ffmpeg().path
    pictures = lure.film(png(width, height) * 2, "pictures")
    command = [
        program, "-nostdin", "-v", "error", "-f", "png_pipe", "-framerate", "1",
        "-i", pictures, "-i", lure.film(lure.mp4, "sound.mp4"), "-map", "0:v", "-map", "1:a",
        "-c", "copy", path,
    ]  # fmt: skip
    subprocess.run(command, check=False, capture_output=True)
    return path


Case = tuple[Callable[[Lure], Path | str], str]
OUT, MEDIA = r"outside its folder", r"is not a recording that can be read"

POINTERS: dict[str, Case] = {
    "hls to file://": (lambda x: x.one(f"file://{x.secret}"), OUT),
    "hls to an absolute path": (lambda x: x.one(str(x.secret)), OUT),
    "hls to a parent": (lambda x: x.one("../../outside/secret.ts"), OUT),
    "hls to http": (lambda x: x.one(f"{x.url}/a.ts"), OUT),
    "hls to another host": (lambda x: x.one(f"//{x.url.partition('//')[2]}/a.ts"), OUT),
    "hls to concat": (lambda x: x.one(f"concat:a.ts|{x.secret}"), OUT),
    "hls to subfile": (lambda x: x.one(f"subfile,,start,0,end,0,,:{x.secret}"), OUT),
    "hls to data": (lambda x: x.one("data:video/mp2t;base64,R0"), OUT),
    "hls to crypto": (lambda x: x.one(f"crypto:{x.secret}"), OUT),
    "hls to crypto+file": (lambda x: x.one(f"crypto+file:{x.secret}"), OUT),
    "hls through a link": (linked_segment, OUT),
    "hls whose playlist is a link": (linked_playlist, OUT),
    "hls with dots through a link": (dots_through_a_link, OUT),
    "hls with a line that libav cuts": (long_line, r"index\.m3u8.*(too long|outside its folder)"),
    "hls with a blank before its path": (
        lambda x: x.tags(f" #/../../../{x.secret}"),
        r"index\.m3u8",
    ),
    "hls with a bare carriage return": (lambda x: x.tags(f"#x\r{x.secret}"), OUT),
    "hls with a null": (lambda x: x.tags(f"#x\0{x.secret}"), r"index\.m3u8"),
    "hls with a rendition outside": (
        lambda x: x.tags(f'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="b",URI="{x.secret}"'),
        r"index\.m3u8.*EXT-X-MEDIA",
    ),
    "hls with a rendition on the network": (
        lambda x: x.tags(f'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="b",URI="{x.url}/a.m3u8"'),
        r"index\.m3u8.*EXT-X-MEDIA",
    ),
    "hls with a variant behind a remark": (
        lambda x: x.tags(
            "#EXT-X-STREAM-INF:BANDWIDTH=1", "#x", "#EXTINF:6,", "b.ts", b=x.nested(str(x.secret))
        ),
        r"index\.m3u8.*EXT-X-STREAM-INF",
    ),
    "hls with a key on the network": (
        lambda x: x.tags(f'#EXT-X-KEY:METHOD=AES-128,URI="{x.url}/key"'),
        r"is encrypted",
    ),
    "hls with a key that says none": (
        lambda x: x.tags(f'#EXT-X-KEY:METHOD=AES-128,URI="{x.secret}",X="METHOD=NONE"'),
        r"is encrypted",
    ),
    "hls with an initialisation outside": (
        lambda x: x.tags(f'#EXT-X-MAP:URI="{x.secret}"'),
        OUT,
    ),
    "hls with two initialisations in one": (
        lambda x: x.tags(f'#EXT-X-MAP:URI="{x.secret}",URI="a.ts"'),
        r"index\.m3u8.*EXT-X-MAP",
    ),
    "hls with an escaped quote": (
        lambda x: x.tags(rf'#EXT-X-MAP:URI="a\",X=",URI="{x.secret}"'),
        r"index\.m3u8",
    ),
    "hls whose segment is a playlist": (
        lambda x: x.one("b.ts", b=x.nested(str(x.secret))),
        r"b\.ts is a playlist",
    ),
    "hls whose segment is a playlist on the network": (
        lambda x: x.one("b.ts", b=x.nested(f"{x.url}/a.ts")),
        r"b\.ts is a playlist",
    ),
    "hls named mp4": (lambda x: x.film(x.nested(str(x.secret))), MEDIA),
    "hls on the network named mp4": (lambda x: x.film(x.nested(f"{x.url}/a.ts")), MEDIA),
    "hls named ts": (lambda x: x.film(x.nested(str(x.secret)), "show.ts"), MEDIA),
    "ffconcat": (
        lambda x: x.film(f"ffconcat version 1.0\nfile '{x.secret}'\n", "show.ffconcat"),
        MEDIA,
    ),
    "ffconcat named mp4": (
        lambda x: x.film(f"ffconcat version 1.0\nfile '{x.secret}'\n"),
        MEDIA,
    ),
    "ffconcat on the network": (
        lambda x: x.film(f"ffconcat version 1.0\nfile '{x.url}/a.mp4'\n", "show.txt"),
        MEDIA,
    ),
    "dash": (
        lambda x: x.film(
            '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static">'
            f"<Period><AdaptationSet><Representation><BaseURL>{x.url}/</BaseURL>"
            "</Representation></AdaptationSet></Period></MPD>",
            "show.mpd",
        ),
        MEDIA,
    ),
    "session description": (
        lambda x: x.film("v=0\no=- 0 0 IN IP4 127.0.0.1\nm=audio 9 RTP/AVP 0\n", "show.sdp"),
        MEDIA,
    ),
    "mov that refers to a file": (
        lambda x: x.film(refer(x.mp4, f"file://{x.secret}"), "show.mov"),
        r"show\.mov.*another file",
    ),
    "mov that refers to the network": (
        lambda x: x.film(refer(x.mp4, f"{x.url}/a.mov"), "show.mov"),
        r"show\.mov.*another file",
    ),
    "mov that refers by an alias": (
        lambda x: x.film(refer(x.mp4, str(x.secret), kind=b"alis"), "show.mov"),
        r"show\.mov.*another file",
    ),
    "a path of concat": (lambda x: f"concat:{x.secret}|{x.secret}", "does not exist"),
    "a path of subfile": (lambda x: f"subfile,,start,0,end,0,,:{x.secret}", "does not exist"),
    "a path of crypto": (lambda x: f"crypto:{x.secret}", "does not exist"),
    "a path of data": (lambda _x: "data:video/mp4;base64,AAAA", "does not exist"),
    "a path of pipe": (lambda _x: "pipe:0", "does not exist"),
    "a link to nowhere": (lambda x: x.link("show.mp4", x.folder / "gone"), "does not exist"),
    "a link to itself": (lambda x: x.link("show.mp4", x.folder / "show.mp4"), "show.mp4 cannot be"),
}

GREEDY: dict[str, Case] = {
    "a pipe": (lambda x: fifo(x, "show.mp4"), "is not a regular file"),
    "a folder whose playlist is a pipe": (
        lambda x: fifo(x, "show/index.m3u8").parent,
        "without an HLS playlist",
    ),
    "a device": (lambda _x: "/dev/zero", "is not a regular file"),
    "a link to a device": (lambda x: x.link("show.mp4", Path("/dev/zero")), "is not a regular"),
    "thousands of tracks": (
        lambda x: x.film(repeat_tracks(x.mp4, 3000)),
        r"show\.mp4.*tracks",
    ),
    "an index that unpacks to gigabytes": (
        lambda x: x.film(compress_index(x.mp4, promised=400_000_000)),
        r"show\.mp4.*compressed",
    ),
    "a header of a million hours": (
        lambda x: x.film(promise(x.flv, 3.6e9), "show.flv"),
        r"show\.flv.*more than 48 hours",
    ),
    "a clock that jumps by 20 days": (
        lambda x: x.film(jump(x.flv, 20 * 86_400_000), "show.flv"),
        r"show\.flv.*48 hours",
    ),
    "a clock that jumps by 40 hours": (
        lambda x: x.film(jump(x.flv, 40 * 3_600_000), "show.flv"),
        r"of the recording at 40:00:0",
    ),
    "a picture of 256 megapixels": (
        lambda x: huge_picture(x, 16_000, 16_000),
        r"huge\.mkv.*16000x16000, larger than 8K",
    ),
    "a picture of 240 megapixels in a row": (
        lambda x: huge_picture(x, 30_000, 8_000),
        r"huge\.mkv.*30000x8000, larger than 8K",
    ),
    "a playlist of a million hours": (
        lambda x: x.playlist(f"{HEAD}#EXTINF:3.6e9,\na.ts\n{END}"),
        r"index\.m3u8.*more than 48 hours",
    ),
}


@pytest.mark.parametrize("case", [*POINTERS, *GREEDY])
def test_hostile_media_is_refused_and_nothing_else_is_touched(
    case: str, lure: Lure, port: Port, watched: Watched, kandian, show
) -> None:
    make, told = (POINTERS | GREEDY)[case]
    media = make(lure)
    short = lure.film("1\n00:00:00,000 --> 00:00:02,000\n羊毛围巾\n", "short.srt")
    told_options = ("--catalogue", show.catalogue, "--transcript", short, "--encoder", "lsa")
    begun = time.monotonic()
    ran = kandian("index", *told_options, "--id", "show", "--", media)
    assert time.monotonic() - begun < PATIENCE_S
    assert not port.was_asked(), "it went to the network"
    assert not watched.was_opened(), "it opened a file outside"
    assert_refused(ran, told)
    assert not (kandian.workspace / "recordings").exists()


def assert_refused(ran, told: str) -> None:
    assert ran.code == 1, ran.err
    assert ran.out == ""
    assert "unexpected" not in ran.err
    (sentence,) = [line for line in ran.err.splitlines() if line.startswith("kandian: error: ")]
    assert re.search(told, sentence), sentence
    assert len(sentence) < 400


def test_the_watchers_see(lure: Lure, port: Port, watched: Watched) -> None:
    """What the table stands on."""
    assert not port.was_asked()
    assert not watched.was_opened()
    socket.create_connection(port.listener.getsockname()).close()
    shutil.copy(lure.secret, lure.folder / "copy.ts")
    assert port.was_asked()
    assert watched.was_opened()
