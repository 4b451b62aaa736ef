"""A workspace with replays, and the real `kandian serve` answering over it on loopback."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from pipeline.store.location import make_sqlite_url
from pipeline.store.store import Store, open_store
from tests.conftest import CATALOGUE, QUICK, Kandian, MakeMedia, format_srt

SHOW, HOSTILE, SILENT, GONE = "晚场-1", "hostile", "sound.only", "gone"
"""The recordings: with a replay; with a hostile catalogue; without picture; deleted."""
SLASHED = "SKU/9 红?#%"
"""A product id as shops have them."""
SCRIPT = '<img src=x onerror=alert(1)>"--> </script>'
HOSTILE_CATALOGUE = f"""\
id,title,aliases,link_no,price
P1,"{SCRIPT.replace('"', '""')}",羊毛围巾|灰围巾,1,129.00
{SLASHED},铸铁炒锅 32cm,铸铁炒锅|炒锅,2,259.00
"""
COVER, SHEET = b"\xff\xd8 cover \xff\xd9", b"\xff\xd8 sheet \xff\xd9"
THUMBNAILS = "WEBVTT\n\n00:00.000 --> 00:05.000\nthumbnails-1.jpg#xywh=0,0,90,160\n"
PLAYLIST = "#EXTM3U\n#EXT-X-ENDLIST\n"
LONG_FILE, LONG_BYTES = "hls/long.ts", 64 << 20
"""More than the buffers of a connection take: who sends it waits for who reads it."""
SECRET = b"only for the shop"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server answered; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        assert self.headers["content-type"].partition(";")[0].endswith("json"), self.headers
        return json.loads(self.body)


class Site:
    """A running server; it is asked with addresses exactly as they are given."""

    def __init__(self, port: int, process: subprocess.Popen[str]) -> None:
        self.port = port
        self.process = process

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(self, address: str, method: str = "GET", **headers: str) -> Answer:
        """Ask; `if_none_match="x"` is the header If-None-Match."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request(method, address, headers=named)
            response = connection.getresponse()
            fields = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, fields, response.read())
        finally:
            connection.close()

    def read(self, recording_id: str, what: str, **headers: str) -> Answer:
        """Ask about a recording."""
        return self.ask(f"/api/recordings/{quote(recording_id, safe='')}/{what}", **headers)


@dataclass(frozen=True, slots=True)
class Place:
    """A workspace that was indexed."""

    kandian: Kandian
    root: Path

    @property
    def database_url(self) -> str:
        return self.kandian.database_url or make_sqlite_url(self.root / "kandian.db")

    def folder(self, recording_id: str) -> Path:
        return self.root / "recordings" / recording_id

    def store(self) -> Store:
        return open_store(self.database_url)


def index_place(root: Path, make_media: MakeMedia, database_url: str | None = None) -> Place:
    """Index four recordings with the real command, and delete the last one."""
    kandian = Kandian(root / "ws", database_url)
    transcript, catalogue, hostile = (root / name for name in ("a.srt", "c.csv", "h.csv"))
    transcript.write_text(format_srt(), encoding="utf-8")
    catalogue.write_text(CATALOGUE, encoding="utf-8")
    hostile.write_text(HOSTILE_CATALOGUE, encoding="utf-8")
    video = make_media("show.mp4", seconds=41)
    sound = make_media("show.m4a", seconds=41, picture="")
    jobs = (
        (SHOW, catalogue, (video, "--title", "周三晚场")),
        (HOSTILE, hostile, ("--title", SCRIPT)),
        (SILENT, catalogue, (sound,)),
        (GONE, catalogue, ()),
    )
    # The same words with one more blank line: another content, so another recording.
    for number, (name, products, rest) in enumerate(jobs):
        own = transcript.with_name(f"{number}.srt")
        own.write_text(transcript.read_text(encoding="utf-8") + "\n" * number, encoding="utf-8")
        job = ("index", *rest, "--transcript", own, "--catalogue", products, "--id", name, *QUICK)
        ran = kandian(*job)
        assert ran.code == 0, ran.err
    assert kandian("recordings", "delete", GONE).code == 0
    return Place(kandian, kandian.workspace)


def add_pictures(folder: Path, highlight_id: str) -> None:
    """Lay the files beside a replay that the media stage would make."""
    for name, content in (
        (f"covers/{highlight_id}.jpg", COVER),
        ("thumbnails.vtt", THUMBNAILS.encode()),
        ("thumbnails-1.jpg", SHEET),
        ("hls/master.m3u8", PLAYLIST.encode()),
        ("hls/720/piece-0001.m4s", b"piece"),
        ("hls/h264.m3u8", PLAYLIST.encode()),
        ("hls/h264-5f2c01ab.mp4", b"pieces"),
        ("hls/sound-5f2c01ab.m4a", b"sounds"),
        ("replay-av1.mp4", b"smaller"),
        ("replay-mine.mp4", SECRET),
        (".hls.partial/master.m3u8", SECRET),
        ("hls/.h264.mp4.partial", SECRET),
        ("hls/notes.sh", SECRET),
        ("secret.txt", SECRET),
    ):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


@contextmanager
def serving(kandian: Kandian, *options: str) -> Iterator[Site]:
    """Run `kandian serve` as a process of its own, on a free port, until the block ends."""
    command = kandian.command("serve", "--port", 0, *options)
    with subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        # A test run in the background of a shell inherits that interrupts are ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    ) as process:
        assert process.stderr is not None
        first = process.stderr.readline()
        said = re.search(r"http://127\.0\.0\.1:(\d+)/", first)
        if said is None:
            pytest.fail(f"kandian serve did not start: {first}{process.stderr.read()}")
        try:
            yield Site(int(said[1]), process)
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            rest = process.communicate(timeout=30)[1]
    assert "Traceback" not in rest, rest
    assert "ERROR" not in rest, rest


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory, make_media: MakeMedia) -> Place:
    """A workspace that no test changes."""
    made = index_place(tmp_path_factory.mktemp("web"), make_media)
    with made.store() as store:
        highlight = store.document(SHOW, with_review=False).highlights[0]
    add_pictures(made.folder(SHOW), highlight.id)
    with (made.folder(SHOW) / LONG_FILE).open("wb") as file:
        file.truncate(LONG_BYTES)
    outside = made.root.parent / "outside"
    outside.mkdir()
    (outside / "replay.mp4").write_bytes(SECRET)
    made.folder(HOSTILE).joinpath("replay.mp4").symlink_to(outside / "replay.mp4")
    made.folder(HOSTILE).joinpath("covers").symlink_to(made.folder(SHOW) / "covers")
    made.folder(HOSTILE).joinpath("hls").symlink_to(outside)
    os.mkfifo(made.folder(HOSTILE) / "thumbnails.vtt")
    return made


@pytest.fixture(scope="session")
def site(place: Place) -> Iterator[Site]:
    """The server over the workspace that no test changes."""
    with serving(place.kandian) as running:
        yield running


@pytest.fixture(scope="session")
def read(site: Site) -> Callable[..., Answer]:
    """Ask about a recording: `read(SHOW, "index")`."""
    return site.read
