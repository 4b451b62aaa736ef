"""gc takes what nobody needs, all of it, and nothing else, whenever it is killed."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from pipeline.run import collect as collecting
from pipeline.run.workspace import CHECKPOINT_OWNER
from tests.conftest import CATALOGUE, QUICK, Kandian, MakeMedia, Show, format_srt

NOW = ("gc", "--keep", "0h", "--format", "json")


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def indexed(
    request: pytest.FixtureRequest, make_media: MakeMedia, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Kandian]:
    """A workspace with one recording that has a replay, covers and previews; only copied."""
    folder = tmp_path_factory.mktemp("indexed")
    transcript, catalogue = folder / "show.srt", folder / "catalogue.csv"
    transcript.write_text(format_srt(), encoding="utf-8")
    catalogue.write_text(CATALOGUE, encoding="utf-8")
    job = ("--transcript", transcript, "--catalogue", catalogue, *QUICK, "--id", "show")
    with contextlib.ExitStack() as stack:
        url = None
        if request.param == "postgres":
            empty = request.getfixturevalue("empty_index")
            url = stack.enter_context(request.getfixturevalue("postgres").database(empty))
        kandian = Kandian(folder / "ws", url)
        ran = kandian("index", make_media("gc.mp4", seconds=42), *job)
        assert ran.code == 0, ran.err
        yield kandian


@pytest.fixture
def shop(request: pytest.FixtureRequest, indexed: Kandian, tmp_path: Path) -> Iterator[Kandian]:
    # With its hard links: a replay lies in two places and is one file.
    subprocess.run(["/bin/cp", "-a", indexed.workspace, tmp_path / "ws"], check=True)
    if indexed.database_url is None:
        yield Kandian(tmp_path / "ws")
        return
    template = make_url(indexed.database_url).database
    with request.getfixturevalue("postgres").database(template) as url:
        yield Kandian(tmp_path / "ws", url)


def found(kandian: Kandian, *options: str) -> list[tuple[str, str]]:
    ran = kandian(*NOW, *options)
    assert ran.code == 0, ran.err
    return sorted((item["what"], item["name"].split("/")[0]) for item in json.loads(ran.out))


def test_what_a_living_recording_shows_is_no_waste(shop: Kandian) -> None:
    before = shop.files()
    assert found(shop, "--yes") == []
    assert shop.files() == before


def test_nothing_goes_without_yes(shop: Kandian) -> None:
    assert shop("recordings", "delete", "show").code == 0
    before = shop.files()
    assert found(shop)
    assert shop.files() == before


def test_a_deleted_recording_leaves_nothing_but_its_tombstone(shop: Kandian) -> None:
    assert shop("recordings", "delete", "show").code == 0
    assert {what for what, _ in found(shop, "--yes")} == {"orphan"}
    assert [name for name in shop.files() if not name.endswith(".npz")] == []
    assert found(shop, "--yes") == []


def test_young_things_stay(shop: Kandian) -> None:
    assert shop("recordings", "delete", "show").code == 0
    before = shop.files()
    assert json.loads(shop("gc", "--yes", "--format", "json").out) == []
    assert shop.files() == before


def test_what_killed_runs_left_goes(shop: Kandian) -> None:
    stages = shop.workspace / "stages"
    (stages / "replay" / ("0" * 32 + ".mp4")).write_bytes(b"never recorded")
    (stages / "replay" / ".x.mp4.partial").write_bytes(b"killed")
    (shop.workspace / "recordings" / "show" / ".replay.mp4.77.tmp").write_bytes(b"killed")
    assert found(shop, "--yes") == [
        ("temporary file", "recordings"),
        ("temporary file", "stages"),
        ("unknown file", "stages"),
    ]
    assert found(shop) == []


def test_an_older_replay_is_an_old_key(shop: Kandian, show: Show, make_media: MakeMedia) -> None:
    media = make_media("gc.mp4", seconds=42)
    other = show.job[1:]
    assert shop("index", media, *other, "--id", "show", "--quality", "70").code == 0
    # The two replays may be copies of one recording; then both lie in its folder.
    replays = list((shop.workspace / "stages" / "replay").glob("*.mp4"))
    shown = (shop.workspace / "recordings" / "show" / "replay.mp4").stat()
    olds = [one for one in replays if one.stat().st_size != shown.st_size]
    found(shop, "--yes")
    assert [one for one in olds if one.exists()] == []
    kept = shop.files()
    assert shop("index", media, *other, "--id", "show", "--quality", "70").code == 0
    assert shop.files() == kept


def test_what_a_run_works_on_is_left_alone(shop: Kandian) -> None:
    (row,) = json.loads(shop("recordings", "--format", "json").out)
    lock = shop.workspace / "locks" / f"{row['fingerprint'].removeprefix('sha256:')}.lock"
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        refused = shop("recordings", "delete", "show")
        assert refused.code == 1
        assert "a run is working on show" in refused.err
        ran = shop(*NOW, "--yes", "--older-than", "0h")
        assert json.loads(ran.out) == []
        assert ran.err.count("left alone") == 2
    assert json.loads(shop("recordings", "--format", "json").out)


@pytest.mark.parametrize("owner", ["sha256:abc", None], ids=["known", "unknown"])
def test_checkpoints_that_nobody_took_up(owner: str | None, shop: Kandian) -> None:
    folder = shop.workspace / "checkpoints" / "key"
    folder.mkdir(parents=True)
    (folder / "audio.wav").write_bytes(bytes(1000))
    if owner:
        (folder / CHECKPOINT_OWNER).write_text(owner)
    assert json.loads(shop("gc", "--yes", "--format", "json").out) == []
    assert found(shop, "--yes") == [("checkpoint", "checkpoints")]
    assert not folder.exists()


def test_retention_deletes_old_broadcasts_and_players_learn(
    shop: Kandian, show: Show, tmp_path: Path
) -> None:
    new = tmp_path / "new.srt"
    new.write_text(show.transcript.read_text() + "\n", encoding="utf-8")
    job = ("index", "--transcript", new, "--catalogue", show.catalogue, *QUICK)
    assert shop(*job, "--id", "old", "--started-at", "2020-01-01T20:00:00Z").code == 0
    before = shop.files()
    listed = ("--keep", "9999w", "--older-than", "90d")
    assert found(shop, *listed) == [("expired recording", "recordings")]
    assert shop.files() == before
    assert found(shop, *listed, "--yes") == [("expired recording", "recordings")]
    kept = json.loads(shop("recordings", "--format", "json").out)
    assert [one["id"] for one in kept] == ["show"]
    assert not (shop.workspace / "recordings" / "old").exists()


def test_the_database_of_another_workspace_is_refused(shop: Kandian, tmp_path: Path) -> None:
    before = shop.files()
    other = f"sqlite:///{tmp_path / 'other.db'}"
    ran = shop("--db", other, *NOW, "--yes")
    assert ran.code == 1
    assert "name the database that belongs to it" in ran.err
    assert shop.files() == before


@pytest.mark.parametrize("after", range(4))
def test_killed_anywhere_the_next_gc_ends_it(
    after: int, shop: Kandian, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shop("recordings", "delete", "show").code == 0
    whole, calls = collecting._delete, iter(range(100))

    def killed(path: Path) -> None:
        if next(calls) == after:
            raise KeyboardInterrupt
        whole(path)

    monkeypatch.setattr(collecting, "_delete", killed)
    assert shop(*NOW, "--yes").code == 130
    monkeypatch.undo()
    found(shop, "--yes")
    assert [name for name in shop.files() if not name.endswith(".npz")] == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["term", "ctrl-c"])
def test_a_signal_waits_for_what_is_being_removed(
    number: int, shop: Kandian, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shop("recordings", "delete", "show").code == 0
    everything = found(shop)
    whole = collecting._delete

    def signalled(path: Path) -> None:
        os.kill(os.getpid(), number)
        whole(path)

    monkeypatch.setattr(collecting, "_delete", signalled)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    assert shop(*NOW, "--yes").code == 130
    signal.signal(signal.SIGINT, before)
    monkeypatch.undo()
    assert not list(shop.workspace.rglob(f"*{collecting.GONE_SUFFIX}"))
    assert len(found(shop)) == len(everything) - 1


@pytest.mark.parametrize("text", ["12h", "90d", "8w"])
def test_ages(text: str, kandian: Kandian) -> None:
    assert kandian("gc", "--keep", text).code == 0


@pytest.mark.parametrize("text", ["90", "-1d", "1y", "d", "99999999d"])
def test_what_is_no_age_is_refused(text: str, kandian: Kandian) -> None:
    assert kandian("gc", "--keep", text).code == 2


def test_fetched_media_goes_unless_a_run_holds_it(shop: Kandian) -> None:
    folder = shop.workspace / "scratch" / "of-some-url"
    (folder / "content").mkdir(parents=True)
    (folder / "content" / "show.flv").write_bytes(b"half")
    lock = shop.workspace / "locks" / f"{folder.name}.lock"
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        found(shop, "--yes")
        assert folder.exists()
    assert found(shop, "--yes") == [("fetched media", "scratch")]
    assert not folder.exists()
