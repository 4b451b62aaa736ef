"""Files: whole and in parts, by known names only, never from outside the workspace."""

from __future__ import annotations

import itertools
import socket
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.web.beneath import open_beneath
from pipeline.web.library import Folder
from pipeline.web.page_routes import PAGE_FOLDER, list_page_files
from tests.web.conftest import (
    COVER,
    HOSTILE,
    LONG_FILE,
    PLAYLIST,
    SECRET,
    SHEET,
    SHOW,
    SILENT,
    THUMBNAILS,
    Answer,
    Place,
    Site,
)

Read = Callable[..., Answer]
REPLAY = f"/media/{quote(SHOW)}/replay.mp4"
LONG = f"/media/{quote(SHOW)}/{LONG_FILE}"


@pytest.fixture(scope="session")
def replay(place: Place) -> bytes:
    return (place.folder(SHOW) / "replay.mp4").read_bytes()


def test_the_whole_replay_and_what_is_told_of_it(site: Site, replay: bytes) -> None:
    answer = site.ask(REPLAY)
    assert (answer.status, answer.body) == (200, replay)
    head = site.ask(REPLAY, "HEAD")
    assert (head.status, head.body) == (200, b"")
    told = ("content-length", "content-type", "etag", "last-modified", "accept-ranges")
    assert [head.headers[name] for name in told] == [answer.headers[name] for name in told]
    assert int(head.headers["content-length"]) == len(replay)
    assert head.headers["accept-ranges"] == "bytes"


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_range_is_those_bytes(data: st.DataObject, site: Site, replay: bytes) -> None:
    size = len(replay)
    first = data.draw(st.integers(0, size - 1) | st.integers(0, 3))
    last = data.draw(st.integers(first, 2 * size) | st.none())
    answer = site.ask(REPLAY, range=f"bytes={first}-{'' if last is None else last}")
    end = size if last is None else min(last + 1, size)
    assert answer.status == 206
    assert answer.body == replay[first:end]
    assert answer.headers["content-range"] == f"bytes {first}-{end - 1}/{size}"
    assert int(answer.headers["content-length"]) == end - first


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.integers(1, 10**9), max_size=5))
def test_parts_put_together_are_the_file(cuts: list[int], site: Site, replay: bytes) -> None:
    size = len(replay)
    edges = sorted({0, size, *(cut % size for cut in cuts)})
    parts = [
        site.ask(REPLAY, range=f"bytes={start}-{end - 1}").body
        for start, end in itertools.pairwise(edges)
    ]
    assert b"".join(parts) == replay


def test_a_suffix_is_the_end_of_the_file(site: Site, replay: bytes) -> None:
    assert site.ask(REPLAY, range="bytes=-100").body == replay[-100:]
    assert site.ask(REPLAY, range=f"bytes=-{10 * len(replay)}").body == replay


def test_a_range_beyond_the_end_is_416(site: Site, replay: bytes) -> None:
    for text in (f"bytes={len(replay)}-", "bytes=-0"):
        answer = site.ask(REPLAY, range=text)
        assert answer.status == 416
        assert answer.headers["content-range"] == f"bytes */{len(replay)}"
        assert "error" in answer.json


@pytest.mark.parametrize("text", ["bytes=5-2", "bytes=0-1,4-5", "lines=1-2", "bytes=x"])
def test_a_range_that_is_not_understood_gives_the_whole(
    text: str, site: Site, replay: bytes
) -> None:
    answer = site.ask(REPLAY, range=text)
    assert (answer.status, answer.body) == (200, replay)
    assert "content-range" not in answer.headers


def test_if_range_gives_the_part_of_the_same_file_only(site: Site, replay: bytes) -> None:
    headers = site.ask(REPLAY, "HEAD").headers
    tag, time_of = headers["etag"], headers["last-modified"]
    for value, status in (
        (tag, 206),
        (time_of, 206),
        (f"W/{tag}", 200),
        ('"other"', 200),
        ("Mon, 01 Jan 2001 00:00:00 GMT", 200),
    ):
        answer = site.ask(REPLAY, range="bytes=0-9", if_range=value)
        assert (answer.status, answer.body) == (
            (206, replay[:10]) if status == 206 else (200, replay)
        )


def test_who_has_the_file_is_told_so_before_any_range(site: Site) -> None:
    headers = site.ask(REPLAY, "HEAD").headers
    for condition in (
        {"if_none_match": headers["etag"]},
        {"if_none_match": headers["etag"], "range": "bytes=0-1"},
        {"if_modified_since": headers["last-modified"]},
    ):
        answer = site.ask(REPLAY, **condition)
        assert (answer.status, answer.body) == (304, b"")
        assert answer.headers["etag"] == headers["etag"]


def test_head_knows_no_ranges(site: Site, replay: bytes) -> None:
    head = site.ask(REPLAY, "HEAD", range="bytes=0-1")
    assert (head.status, head.headers["content-length"]) == (200, str(len(replay)))


def test_a_viewer_who_leaves_leaves_nothing_open(site: Site) -> None:
    folder = Path(f"/proc/{site.process.pid}/fd")

    def count() -> int:
        return sum(_is_long(link) for link in folder.iterdir())

    for _ in range(5):
        with socket.create_connection(("127.0.0.1", site.port)) as viewer:
            viewer.sendall(f"GET {LONG} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            assert viewer.recv(1000)
            assert count()
    deadline = time.monotonic() + 10
    while count():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert site.ask(REPLAY, "HEAD").status == 200


def _is_long(link: Path) -> bool:
    try:
        return link.readlink().name == Path(LONG_FILE).name
    except OSError:
        return False


def test_pictures_previews_and_hls_are_served_where_they_are(site: Site, read: Read) -> None:
    (highlight, *_) = read(SHOW, "index").json["highlights"]
    media = f"/media/{quote(SHOW)}"
    base = f"/api/recordings/{quote(SHOW)}"
    for address, content_type, content in (
        (f"{base}/covers/{highlight['id']}.jpg", "image/jpeg", COVER),
        (f"{base}/thumbnails.vtt", "text/vtt; charset=utf-8", THUMBNAILS.encode()),
        (f"{base}/thumbnails-1.jpg", "image/jpeg", SHEET),
        (f"{media}/hls/master.m3u8", "application/vnd.apple.mpegurl", PLAYLIST.encode()),
        (f"{media}/hls/720/piece-0001.m4s", "video/iso.segment", b"piece"),
        (f"{media}/hls/h264.m3u8", "application/vnd.apple.mpegurl", PLAYLIST.encode()),
        (f"{media}/hls/h264-5f2c01ab.mp4", "video/mp4", b"pieces"),
        (f"{media}/replay-av1.mp4", "video/mp4", b"smaller"),
        (f"{media}/hls/sound-5f2c01ab.m4a", "audio/mp4", b"sounds"),
    ):
        answer = site.ask(address)
        assert (answer.status, answer.body) == (200, content), address
        assert answer.headers["content-type"] == content_type
        assert (answer.headers["cache-control"] == "no-cache") == (address[-4:] in {".vtt", "m3u8"})
        part = site.ask(address, range="bytes=1-2")
        assert (part.status, part.body) == (206, content[1:3])
        assert part.headers["content-range"] == f"bytes 1-2/{len(content)}"


def test_what_a_recording_does_not_have_is_absent(site: Site, read: Read) -> None:
    for answer in (
        site.ask(f"/media/{SILENT}/replay.mp4"),
        site.ask(f"/media/{SILENT}/hls/master.m3u8"),
        site.ask(f"/media/{SILENT}/replay-hevc.mp4"),
        read(SILENT, "thumbnails.vtt"),
        read(SILENT, "covers/hl_0.jpg"),
    ):
        assert answer.status == 404
        assert SILENT in answer.json["error"]


PREFIXES = ("/", "/r/x/", f"/media/{quote(SHOW)}/", f"/media/{quote(SHOW)}/hls/", "/media/",
            "/api/recordings/", f"/api/recordings/{quote(SHOW)}/",
            f"/api/recordings/{quote(SHOW)}/covers/")  # fmt: skip
TRAPS = (
    "../kandian.db", "../../kandian.db", "../../../../../../etc/passwd", "..%2f..%2fkandian.db",
    "%2e%2e/%2e%2e/kandian.db", "%2e%2e%2f%2e%2e%2fkandian.db", "..%5c..%5ckandian.db",
    "%252e%252e%252fkandian.db", "....//....//kandian.db", "/etc/passwd", "%2fetc%2fpasswd",
    "//etc/passwd", "secret.txt", "%00", "replay.mp4%00", "replay.mp4/", "replay.mp4/..",
    "%00.jpg", "hl_0%00.jpg", "index.json", "index.vtt", "notes.sh", "hls/notes.sh", ".", "..",
    "%2e%2e", "covers/../secret.txt", "covers/..%2fsecret.txt", "a/b/c.m4s", "%ff%fe", "~root",
    "C:%5cWindows%5cwin.ini", "file:///etc/passwd", "page_routes.py", "../page_routes.py",
    "..%2f__init__.py", ".page", "%E2%80%AEjpg.exe", "replay-mine.mp4",
    "replay-av1%2f..%2fsecret.txt", ".hls.partial/master.m3u8",
    "hls/../.hls.partial/master.m3u8", "..%2f.hls.partial%2fmaster.m3u8", "hls/.h264.mp4.partial",
)  # fmt: skip


@pytest.mark.parametrize("trap", TRAPS)
def test_no_address_leads_to_a_file_that_is_not_meant(trap: str, site: Site) -> None:
    for prefix in PREFIXES:
        answer = site.ask(prefix + trap)
        # An HLS name that breaks its pattern is told as a parameter; a page is no file of the shop.
        assert answer.status in ({404, 422} if "media" in prefix or "api" in prefix else {404}) or (
            answer.status in {200, 308} and _is_page(answer)
        ), (prefix + trap, answer)
        assert SECRET not in answer.body
        assert b"SQLite" not in answer.body
        assert b"root:" not in answer.body
        if answer.status in {404, 422}:
            assert list(answer.json) == ["error"]


def _is_page(answer: Answer) -> bool:
    page = (PAGE_FOLDER / "index.html").read_bytes()
    return answer.body == page or answer.headers.get("location", "").startswith("/r/")


def test_links_out_of_and_inside_the_workspace_are_not_followed(
    site: Site, place: Place, read: Read
) -> None:
    (highlight, *_) = read(SHOW, "index").json["highlights"]
    folder = place.folder(HOSTILE)
    for file, answer in (
        ("replay.mp4", site.ask(f"/media/{HOSTILE}/replay.mp4")),
        ("hls/replay.mp4", site.ask(f"/media/{HOSTILE}/hls/replay.mp4")),
        (f"covers/{highlight['id']}.jpg", read(HOSTILE, f"covers/{highlight['id']}.jpg")),
    ):
        assert (folder / file).is_file(), "the link leads to a file, or this test shows nothing"
        assert answer.status == 404


def test_a_pipe_in_the_place_of_a_file_is_absent_at_once(read: Read) -> None:
    begun = time.monotonic()
    assert read(HOSTILE, "thumbnails.vtt").status == 404
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "a/..", "../b", "a//b", "/b", "a\x00", "a\\b", "missing", "a/x", "x" * 300],
)
def test_nothing_but_plain_steps_is_opened(name: str, tmp_path: Path) -> None:
    (tmp_path / "root" / "a").mkdir(parents=True)
    (tmp_path / "b").write_text("b")
    assert open_beneath(Folder(tmp_path / "root", ()), name) is None


@pytest.mark.parametrize("step", ["..", "", "a/../..", "."])
def test_nothing_is_opened_by_odd_steps_to_the_folder(step: str, tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "b").write_text("b")
    assert open_beneath(Folder(tmp_path / "root", (step,)), "b") is None


def test_the_root_may_be_a_link_itself(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "b").write_text("b")
    (tmp_path / "root").symlink_to(tmp_path / "real")
    file = open_beneath(Folder(tmp_path / "root", ()), "b")
    assert file is not None
    with file:
        assert (file.read(0, 10), file.size) == (b"b", 1)


def test_the_start_is_a_list_and_every_recording_has_a_page(site: Site) -> None:
    for address, name in (
        ("/", "recordings.html"),
        ("/index.html", "index.html"),
        (f"/r/{quote(SHOW)}/", "index.html"),
    ):
        page = (PAGE_FOLDER / name).read_bytes()
        answer = site.ask(address)
        assert (answer.status, answer.body) == (200, page)
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert site.ask(address, if_none_match=answer.headers["etag"]).status == 304
    bare = site.ask(f"/r/{quote(SHOW)}")
    assert (bare.status, bare.headers["location"]) == (308, f"/r/{quote(SHOW)}/")


def test_every_file_of_the_page_is_served_beside_it(site: Site) -> None:
    files = list_page_files(PAGE_FOLDER)
    assert "index.html" in files
    for name, content_type in files.items():
        for prefix in ("/", f"/r/{quote(SHOW)}/"):
            answer = site.ask(prefix + quote(name))
            assert (answer.status, answer.body) == (200, (PAGE_FOLDER / name).read_bytes())
            assert answer.headers["content-type"] == content_type


def test_only_known_kinds_of_page_files_are_listed(tmp_path: Path) -> None:
    for name in ("index.html", "vendor/hls.js", "a.py", "b.html~", "LICENSE", "c.css"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    (tmp_path / "d.js").symlink_to(tmp_path / "a.py")
    assert sorted(list_page_files(tmp_path)) == ["c.css", "index.html", "vendor/hls.js"]
