"""Media at s3:// is indexed as if it lay here, and leaves nothing behind."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from pipeline.media.tool import find_ffmpeg
from tests.remote.conftest import BUCKET, Bucket


def scratch_files(kandian) -> list[Path]:
    return list((kandian.workspace / "scratch").rglob("*"))


@pytest.fixture
def media(make_media) -> Path:
    return make_media("far.mp4", seconds=41)


def test_an_object_is_indexed_like_a_file(bucket: Bucket, kandian, kandian_in, show, media) -> None:
    url = bucket.put("shows/周五 #1%.mp4", media.read_bytes())
    ran = kandian(*show.job, url, "--no-transcode")
    assert ran.code == 0, ran.err
    here = kandian_in(kandian.workspace.parent / "other")
    assert here(*show.job, media, "--no-transcode").code == 0
    (far,), (near,) = (
        json.loads(one("recordings", "--format", "json").out) for one in (kandian, here)
    )
    assert far["title"] == "周五 #1%"
    assert (far["id"], far["fingerprint"]) == (near["id"], near["fingerprint"])
    assert scratch_files(kandian) == []
    again = kandian(*show.job, url, "--no-transcode")
    assert again.code == 0
    assert "already indexed" in again.err


def test_the_record_names_the_address(bucket: Bucket, kandian, show, media) -> None:
    url = bucket.put("show.mp4", media.read_bytes())
    assert kandian(*show.job, url, "--id", "far").code == 0
    record = json.loads((kandian.workspace / "recordings/far/media.json").read_text())
    assert record["source"] == url


@pytest.mark.parametrize("name", ["hls/show", "hls/show/index.m3u8"], ids=["folder", "playlist"])
def test_a_playlist_comes_with_its_segments(
    name: str, bucket: Bucket, kandian, show, media, tmp_path
) -> None:
    folder = tmp_path / "cut"
    folder.mkdir()
    program = find_ffmpeg().path
    playlist = folder / "index.m3u8"
    subprocess.run(
        [program, "-nostdin", "-v", "error", "-i", media, "-c", "copy", "-hls_time", "10",
         "-hls_playlist_type", "vod", playlist],
        check=True,
    )  # fmt: skip
    for path in folder.iterdir():
        bucket.put(f"hls/show/{path.name}", path.read_bytes())
    bucket.put("hls/show/notes.txt", b"nobody's business")
    bucket.put("hls/show-2/index.m3u8", b"of another show")
    ran = kandian(*show.job, f"s3://{BUCKET}/{name}", "--id", "far", "--no-transcode")
    assert ran.code == 0, ran.err
    (listed,) = json.loads(kandian("recordings", "--format", "json").out)
    assert listed["kind"] == "hls"
    assert listed["duration_ms"] == pytest.approx(41_000, abs=300)


BAD = {
    "no such object": ("gone.mp4", rb"", "neither an object nor a folder"),
    "no playlist": ("folder", None, "neither an object nor a folder"),
    "empty": ("empty.mp4", b"", "is empty"),
    "no media": ("notes.mp4", b"not a film\n" * 99, "not a recording"),
    "a step upward": ("a/../../b.mp4", None, "a step of dots"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_used_is_told(case: str, bucket: Bucket, kandian, show) -> None:
    name, content, told = BAD[case]
    if case in {"empty", "no media"}:
        bucket.put(name, content)
    bucket.put("folder/notes.txt", b"x")
    ran = kandian(*show.job, f"s3://{BUCKET}/{name}")
    assert ran.code in {1, 2}
    assert told in ran.err
    assert "Traceback" not in ran.err
    assert scratch_files(kandian) == []


@pytest.mark.parametrize("url", ["http://127.0.0.1/a.mp4", "gs://b/a.mp4", "file:///etc/passwd"])
def test_other_addresses_are_refused(url: str, kandian, show) -> None:
    ran = kandian(*show.job, url)
    assert ran.code == 2
    assert "addresses are not read" in ran.err


def test_what_was_fetched_is_used_until_the_object_changes(
    bucket: Bucket, kandian, show, media, monkeypatch
) -> None:
    """A run that fails after its download does not download again."""
    from pipeline.remote.storage import Storage

    fetched: list[str] = []
    real = Storage.fetch

    def fetch(self, file, target, *, on_bytes) -> None:
        fetched.append(file.etag)
        real(self, file, target, on_bytes=on_bytes)

    monkeypatch.setattr(Storage, "fetch", fetch)
    url = bucket.put("show.mp4", media.read_bytes())
    wrong = ("--ffmpeg", "/nowhere/ffmpeg")
    assert kandian(*show.job, url, *wrong).code == 3
    assert kandian(*show.job, url, *wrong).code == 3
    assert len(fetched) == 1
    bucket.put("show.mp4", media.read_bytes() + bytes(8))
    assert kandian(*show.job, url, *wrong).code == 3
    assert len(fetched) == 2
    kept = [path for path in scratch_files(kandian) if path.is_file()]
    assert [path.stat().st_size for path in kept] == [media.stat().st_size + 8]


def test_half_a_download_is_not_taken(bucket: Bucket, kandian, show, media, monkeypatch) -> None:
    from s3fs import S3FileSystem

    url = bucket.put("show.mp4", media.read_bytes())

    def get_file(_self, _path: str, target: str, **_options: object) -> None:
        Path(target).write_bytes(media.read_bytes()[:5000])
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(S3FileSystem, "get_file", get_file)
        assert kandian(*show.job, url, "--no-transcode").code == 130
    assert [path for path in scratch_files(kandian) if path.is_file()] == []
    assert kandian(*show.job, url, "--no-transcode").code == 0


def test_an_object_that_changes_while_it_is_fetched_is_not_taken(
    bucket: Bucket, kandian, show, media, monkeypatch
) -> None:
    from s3fs import S3FileSystem

    url = bucket.put("show.mp4", media.read_bytes())
    real = S3FileSystem.get_file

    def get_file(self, *arguments, **options) -> None:
        real(self, *arguments, **options)
        bucket.put("show.mp4", media.read_bytes()[::-1])

    monkeypatch.setattr(S3FileSystem, "get_file", get_file)
    ran = kandian(*show.job, url)
    assert ran.code == 1
    assert "changed while it was fetched; try again" in ran.err
    assert [path for path in scratch_files(kandian) if path.is_file()] == []
