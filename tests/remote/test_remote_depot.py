"""A workspace in an object storage: what one machine did, every other one finds."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.errors import LeaseLostError
from models.remote import RemoteUrl
from pipeline.run import delivery, pictures, replays
from pipeline.run.bench import Bench
from pipeline.run.deposit import deposit_recording
from pipeline.run.job import JobSettings, Observer
from pipeline.run.toolbox import Toolbox
from pipeline.run.workspace import open_workspace
from pipeline.store.store import open_store
from tests.remote.conftest import BUCKET, DEPOT, Bucket, Done, Machine

HOME = "live/ws"
SHOWN = f"{HOME}/recordings/周五"


def forbid_work(patch: pytest.MonkeyPatch) -> None:
    """Make everything that costs time fail, had anybody to do it."""

    def refuse(*_arguments: object, **_options: object) -> None:
        raise AssertionError("this was done before")

    for module, names in {
        replays: ("make_rendition",),
        delivery: ("package_hls",),
        pictures: ("make_cover", "make_sheet"),
    }.items():
        for name in names:
            patch.setattr(module, name, refuse)


def test_another_machine_does_nothing_again(
    done: Done, left: Machine, bucket: Bucket, monkeypatch
) -> None:
    before = bucket.list()
    forbid_work(monkeypatch)
    ran = left(*done.job)
    assert ran.code == 0, ran.err
    assert "already indexed" in ran.err
    assert bucket.list() == before
    names = {str(one.relative_to(left.mirror)) for one in left.mirror.rglob("*") if one.is_file()}
    shown = {name for name in names if name.startswith("recordings/")}
    assert shown | {"recordings/周五/published.json"} == {
        key.removeprefix(f"{HOME}/") for key in before if key.startswith(SHOWN)
    }


def test_work_is_done_where_there_is_nothing(done: Done, machine: Machine, monkeypatch) -> None:
    forbid_work(monkeypatch)
    assert machine(*done.job).code == 1


def test_what_a_depot_holds_is_what_the_manifest_says(done: Done) -> None:
    stages = {key.split("/")[3] for key in done.objects if key.startswith(f"{HOME}/stages/")}
    assert stages == {"replay", "hls", "cover", "thumbnails"}
    record = json.loads(done.objects[f"{SHOWN}/published.json"])
    assert {"replay.mp4", "hls/master.m3u8", "media.json", "index.json"} <= record["files"].keys()
    for name, told in record["files"].items():
        content = done.objects[f"{SHOWN}/{name}"]
        assert (told["bytes"], told["sha256"]) == (
            len(content),
            hashlib.sha256(content).hexdigest(),
        )


@pytest.mark.parametrize(
    ("gone", "damaged"),
    [
        pytest.param(
            ("stages/hls/*/*.m3u8", "recordings/周五/replay.mp4"),
            ("stages/replay/*.mp4", "recordings/周五/index.json"),
            id="replay",
        ),
        pytest.param(("stages/cover/*.jpg",), ("stages/replay/*.files.json",), id="bill"),
    ],
)
def test_what_was_harmed_is_made_again(
    done: Done, left: Machine, bucket: Bucket, gone: tuple[str, ...], damaged: tuple[str, ...]
) -> None:
    def find(pattern: str) -> str:
        return next(key for key in done.objects if Path(key).match(f"{HOME}/{pattern}"))

    for key in map(find, gone):
        bucket.client.delete_object(Bucket=BUCKET, Key=key)
    for key in map(find, damaged):
        bucket.put(key, b"x" + done.objects[key][1:-1] + b"x")
    ran = left(*done.job)
    assert ran.code == 0, ran.err
    assert bucket.list().keys() == done.objects.keys()
    for place, told in list_promises(bucket):
        content = bucket.get(place)["Body"].read()
        assert (len(content), hashlib.sha256(content).hexdigest()) == told, place


def list_promises(bucket: Bucket) -> Iterator[tuple[str, tuple[int, str]]]:
    """Every object that a bill or a record tells of, and what it is to be."""
    for key in bucket.list():
        folder = SHOWN if key.endswith("published.json") else HOME
        if key.endswith(("published.json", ".files.json")):
            for name, told in json.loads(bucket.get(key)["Body"].read())["files"].items():
                yield f"{folder}/{name}", (told["bytes"], told["sha256"])


def test_what_a_mirror_lost_or_mixed_up_is_fetched(
    done: Done, left: Machine, bucket: Bucket, monkeypatch
) -> None:
    left(*done.job)
    before = bucket.list()
    forbid_work(monkeypatch)
    (replay,) = left.mirror.glob("stages/replay/*.mp4")
    (facts,) = (one for one in left.mirror.glob("stages/replay/*.json") if "files" not in one.name)
    whole = replay.read_bytes()
    facts.write_bytes(b"?" * facts.stat().st_size)
    replay.unlink()
    replay.write_bytes(b"?" * len(whole))
    assert left(*done.job).code == 0
    assert replay.read_bytes() == whole
    assert bucket.list() == before


def test_commands_find_what_they_need(done: Done, left: Machine, bucket: Bucket, tmp_path) -> None:
    assert left("export", "周五", "--format", "site", "-o", tmp_path / "site").code == 0
    assert (tmp_path / "site/replay.mp4").read_bytes() == done.objects[f"{SHOWN}/replay.mp4"]
    shutil.rmtree(left.disk)
    ran = left("media", "report", "周五")
    assert ran.code == 0, ran.err
    ran = left("publish", "--to", f"s3://{BUCKET}/cdn")
    assert ran.code == 0, ran.err
    assert "cdn/周五/index.json" in bucket.list()
    assert "cdn/周五/media.json" not in bucket.list()
    assert 'kandian_replays{codec="h264"' in left("metrics").out
    assert left("find", "--product", "P1").code == 0


def test_a_correction_reaches_the_depot(
    done: Done, left: Machine, bucket: Bucket, tmp_path: Path
) -> None:
    (first, *_rest) = json.loads(left("highlight", "list", "周五", "--format", "json").out)
    ran = left("highlight", "remove", "周五", first["id"])
    assert ran.code == 0, ran.err
    index = json.loads(bucket.get(f"{SHOWN}/index.json")["Body"].read())
    assert first["id"] not in [one["id"] for one in index["highlights"]]
    assert index["removed"] == [first["id"]]
    assert f"{SHOWN}/covers/{first['id']}.jpg" not in bucket.list()
    assert f"{SHOWN}/replay.mp4" in bucket.list()
    (tmp_path / "console.csv").write_text("product_id,start\nP3,0:21\n", encoding="utf-8")
    ran = left("highlight", "import", "周五", tmp_path / "console.csv")
    assert ran.code == 0, ran.err
    index = json.loads(bucket.get(f"{SHOWN}/index.json")["Body"].read())
    assert "P3" in [one["product_id"] for one in index["highlights"]]
    before = bucket.list()
    assert left(*done.job).code == 0
    assert bucket.list() == before


def test_deleting_takes_away_what_players_read(left: Machine, bucket: Bucket) -> None:
    assert left("recordings", "delete", "周五").code == 0
    assert bucket.list(f"{HOME}/recordings") == {}
    assert left("recordings", "--format", "json").out.strip() == "[]"


def test_gc_clears_the_depot_and_only_when_told_to(left: Machine, bucket: Bucket) -> None:
    left("recordings", "delete", "周五")
    before = bucket.list()
    assert before
    ran = left("gc", "--keep", "0h", "--format", "json")
    listed = json.loads(ran.out)
    assert {one["what"] for one in listed} == {"orphan"}, ran.err
    assert all(one["bytes"] > 0 for one in listed)
    assert bucket.list() == before
    assert left("gc", "--keep", "0h", "--yes").code == 0
    assert bucket.list() == {}
    assert "nothing to remove" in left("gc", "--keep", "0h").err


def test_gc_on_a_machine_without_files_leaves_what_lives(left: Machine, bucket: Bucket) -> None:
    before = bucket.list()
    ran = left("gc", "--keep", "0h", "--yes", "--format", "json")
    assert json.loads(ran.out) == [], ran.err
    assert bucket.list() == before


def test_gc_finds_what_nobody_knows(left: Machine, bucket: Bucket) -> None:
    before = bucket.list()
    bucket.put(f"{HOME}/stages/replay/0123.mp4", b"left by a run that was killed")
    bucket.put(f"{HOME}/stages/vectors/0123.npz", b"of another encoder")
    ran = left("gc", "--keep", "0h", "--yes", "--format", "json")
    assert sorted(one["what"] for one in json.loads(ran.out)) == ["unknown file", "vectors"]
    assert bucket.list() == before


def test_gc_finishes_a_deletion_that_was_killed(left: Machine, bucket: Bucket) -> None:
    with open_store(left.database) as store:
        store.delete_recording("周五")
    ran = left("gc", "--keep", "90d", "--yes", "--format", "json")
    assert [one["what"] for one in json.loads(ran.out)] == ["deleted recording"], ran.err
    assert bucket.list(f"{HOME}/recordings") == {}


def test_gc_clears_a_mirror_of_what_can_be_fetched(
    done: Done, left: Machine, bucket: Bucket, monkeypatch
) -> None:
    left(*done.job)
    before = bucket.list()
    ran = left("gc", "--keep", "0h", "--yes", "--format", "json")
    assert {one["what"] for one in json.loads(ran.out)} == {"copy in the mirror"}, ran.err
    assert not [one for one in left.mirror.rglob("*.mp4") if one.is_file()]
    assert bucket.list() == before
    forbid_work(monkeypatch)
    assert left(*done.job).code == 0


def test_gc_leaves_the_unknown_while_any_machine_works(left: Machine, bucket: Bucket) -> None:
    bucket.put(f"{HOME}/stages/replay/0123.mp4", b"just being made")
    with open_store(left.database) as store:
        store.take_lease("somewhere else", "another machine", for_ms=60_000)
    ran = left("gc", "--keep", "0h", "--yes", "--format", "json")
    assert json.loads(ran.out) == [], ran.err
    assert f"{HOME}/stages/replay/0123.mp4" in bucket.list()


def test_old_recordings_go_everywhere(left: Machine, bucket: Bucket) -> None:
    ran = left("gc", "--older-than", "0h", "--format", "json")
    assert [one["what"] for one in json.loads(ran.out)] == ["expired recording"]
    assert left("gc", "--older-than", "0h", "--keep", "0h", "--yes").code == 0
    assert bucket.list() == {}


def test_whoever_lost_a_recording_deposits_nothing(
    done: Done, left: Machine, bucket: Bucket, monkeypatch
) -> None:
    left(*done.job)
    monkeypatch.setenv("KANDIAN_MIRROR", str(left.disk))
    workspace = open_workspace(RemoteUrl(BUCKET, HOME))
    (workspace.recording_folder("周五") / "index.json").write_text("{}", encoding="utf-8")
    before = bucket.list()
    with open_store(left.database) as store:
        lease = store.take_lease("it", "A", for_ms=0)
        assert lease is not None
        assert store.take_lease("it", "B", for_ms=60_000) is not None
        late = Bench(Toolbox(JobSettings()), workspace, store.under(lease), Observer())
        with pytest.raises(LeaseLostError):
            deposit_recording(late, "周五")
    assert bucket.list() == before


def test_a_depot_needs_a_database_that_machines_share(kandian_in, tmp_path) -> None:
    for more in ((), ("--db", f"sqlite:///{tmp_path}/x.db")):
        ran = kandian_in(DEPOT)(*more, "recordings")
        assert ran.code == 3
        assert "needs a PostgreSQL database" in ran.err
        assert len(ran.err.splitlines()) == 2  # and that doctor tells more
    assert list(tmp_path.iterdir()) == []


def test_serve_names_what_to_do_instead(left: Machine) -> None:
    ran = left("serve")
    assert ran.code == 2
    assert "kandian publish --to" in ran.err


def test_a_bucket_that_is_not_there_is_told(machine: Machine, show) -> None:
    ran = Machine(machine.disk, machine.database, "s3://no-such-bucket/ws")(*show.job)
    assert ran.code == 3
    assert "s3://no-such-bucket/ws" in ran.err
    assert len(ran.err.splitlines()) == 2  # and that doctor tells more


def test_missing_credentials_are_told(machine: Machine, show, monkeypatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    ran = machine(*show.job)
    assert ran.code == 3
    assert "needs credentials" in ran.err
    assert len(ran.err.splitlines()) == 2


def test_an_address_of_another_kind_is_refused(kandian_in) -> None:
    ran = kandian_in("http://host/ws")("recordings")
    assert ran.code == 2
    assert "s3://" in ran.err
