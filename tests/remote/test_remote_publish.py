"""What is published is what players read here: all of it, nothing else, the index last."""

from __future__ import annotations

import importlib.util
import json
import shutil
from pathlib import Path

import pytest

from tests.conftest import CATALOGUE, QUICK, Kandian, format_srt
from tests.remote.conftest import BUCKET, Bucket

TO = ("--to", f"s3://{BUCKET}/shop")


@pytest.fixture(scope="module")
def made(tmp_path_factory, make_media) -> Path:
    """A workspace with one packaged recording, to be copied."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "show.srt").write_text(format_srt(), encoding="utf-8")
    (folder / "shop.csv").write_text(CATALOGUE, encoding="utf-8")
    ran = Kandian(folder / "ws")(
        "index", make_media("far.mp4", seconds=41), "--transcript", folder / "show.srt",
        "--catalogue", folder / "shop.csv", *QUICK, "--id", "周五", "--package", "hls",
    )  # fmt: skip
    assert ran.code == 0, ran.err
    return folder / "ws"


@pytest.fixture
def indexed(made: Path, kandian: Kandian) -> Kandian:
    shutil.copytree(made, kandian.workspace)
    return kandian


def publish(kandian, *arguments: object, code: int = 0) -> list[dict]:
    ran = kandian("publish", *TO, "--format", "json", *arguments)
    assert ran.code == code, ran.err
    return json.loads(ran.out)


def test_everything_that_players_read_is_there(indexed, bucket: Bucket) -> None:
    (row,) = publish(indexed)
    assert row["outcome"] == "published"
    folder = indexed.workspace / "recordings/周五"
    local = {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}
    kept_back = {"media.json"}
    there = {key.removeprefix("shop/周五/") for key in bucket.list()}
    assert there == local.keys() - kept_back | {"published.json"}
    assert {"replay.mp4", "hls/master.m3u8", "index.json"} <= there
    for name in there - {"published.json"}:
        assert bucket.get(f"shop/周五/{name}")["Body"].read() == local[name].read_bytes()
    types = {
        "index.json": "application/json",
        "index.vtt": "text/vtt; charset=utf-8",
        "replay.mp4": "video/mp4",
        "hls/master.m3u8": "application/vnd.apple.mpegurl",
    }
    for name, mime in types.items():
        told = bucket.get(f"shop/周五/{name}")
        assert (told["ContentType"], told["CacheControl"]) == (mime, "no-cache")


def test_only_what_changed_is_sent(indexed, bucket: Bucket) -> None:
    publish(indexed)
    before = bucket.list()
    (row,) = publish(indexed)
    assert (row["outcome"], row["files"]) == ("unchanged", 0)
    assert bucket.list() == before
    (first, *_rest) = json.loads(indexed("highlight", "list", "周五", "--format", "json").out)
    assert indexed("highlight", "remove", "周五", first["id"]).code == 0
    (row,) = publish(indexed)
    assert row["outcome"] == "published"
    changed = {key for key, told in bucket.list().items() if before.get(key) != told}
    names = {key.removeprefix("shop/周五/") for key in changed}
    assert {"index.json", "published.json"} <= names
    assert "replay.mp4" not in names


def test_a_deleted_recording_is_taken_away(indexed, bucket: Bucket) -> None:
    bucket.put("shop/other/index.json", b"{}")
    publish(indexed)
    assert indexed("recordings", "delete", "周五").code == 0
    (row,) = publish(indexed)
    assert row["outcome"] == "removed"
    assert set(bucket.list()) == {"shop/other/index.json"}
    assert publish(indexed) == []


@pytest.mark.parametrize("sent", [0, 1, 5])
def test_an_interrupted_run_shows_no_index_without_its_files(
    sent: int, indexed, bucket: Bucket, monkeypatch
) -> None:
    from pipeline.remote.storage import Storage

    calls: list[str] = []
    real = Storage.send

    def send(self, path, url, **options) -> None:
        if len(calls) == sent:
            raise KeyboardInterrupt
        calls.append(url.name)
        real(self, path, url, **options)

    with monkeypatch.context() as patch:
        patch.setattr(Storage, "send", send)
        assert indexed("publish", *TO).code == 130
    assert "shop/周五/index.json" not in bucket.list()
    assert publish(indexed)[0]["outcome"] == "published"
    assert "shop/周五/index.json" in bucket.list()
    assert publish(indexed)[0]["outcome"] == "unchanged"


def test_what_an_interrupted_run_sent_is_taken_away_with_the_recording(
    indexed, bucket: Bucket, monkeypatch
) -> None:
    from pipeline.remote.storage import Storage

    with monkeypatch.context() as patch:
        patch.setattr(Storage, "list_below", interrupt)
        assert indexed("publish", *TO).code == 130
    assert "shop/周五/index.json" in bucket.list()
    assert indexed("recordings", "delete", "周五").code == 0
    assert publish(indexed)[0]["outcome"] == "removed"
    assert bucket.list() == {}


def interrupt(*_arguments: object) -> None:
    raise KeyboardInterrupt


def test_a_recording_that_changes_meanwhile_is_not_called_published(
    indexed, bucket: Bucket, monkeypatch
) -> None:
    from pipeline.remote.storage import Storage

    real = Storage.send

    def send(self, path, url, **options) -> None:
        real(self, path, url, **options)
        if url.name == "replay.mp4":
            path.write_bytes(path.read_bytes()[::-1])

    with monkeypatch.context() as patch:
        patch.setattr(Storage, "send", send)
        (row,) = publish(indexed, code=1)
    assert row["outcome"] == "failed"
    assert publish(indexed)[0]["outcome"] == "published"
    replay = indexed.workspace / "recordings/周五/replay.mp4"
    assert bucket.get("shop/周五/replay.mp4")["Body"].read() == replay.read_bytes()


@pytest.mark.usefixtures("bucket")
def test_an_unknown_recording_is_told(indexed) -> None:
    (row,) = publish(indexed, "gone", code=1)
    assert row["outcome"] == "failed"


FAULTS = {
    "no bucket": ({}, "s3://no-such-bucket/x", 1, "no-such-bucket"),
    "no credentials": (
        {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""},
        f"s3://{BUCKET}/x",
        3,
        "needs credentials",
    ),
    "nobody there": (
        {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"},
        f"s3://{BUCKET}/x",
        1,
        "cannot be reached",
    ),
    "no address": ({}, "shop/x", 2, "write s3://BUCKET/NAME"),
}


@pytest.mark.usefixtures("bucket")
@pytest.mark.parametrize("case", FAULTS)
def test_faults_of_the_storage_are_told(case: str, indexed, monkeypatch) -> None:
    environment, url, code, told = FAULTS[case]
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    ran = indexed("publish", "--to", url)
    assert ran.code == code, ran.err
    assert told in ran.err
    assert "Traceback" not in ran.err


def test_without_s3fs_it_is_said_what_to_install(indexed, monkeypatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "s3fs" else find(name)
    )
    ran = indexed("publish", *TO)
    assert ran.code == 3
    assert "pip install 'kandian[s3]'" in ran.err
