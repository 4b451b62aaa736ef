"""The replay is made once per content and settings, and made again when it is not whole."""

from __future__ import annotations

import json
import os
from pathlib import Path

import av
import pytest


@pytest.fixture
def job(show, make_media) -> tuple[object, ...]:
    """Recording with picture and sound, and an imported transcript: no recognition needed."""
    return (*show.job, make_media("show.mp4", seconds=38), "--id", "show")


def run(kandian, *arguments: object) -> str:
    ran = kandian(*arguments)
    assert ran.code == 0, ran.err
    return ran.err


def replay_of(kandian, recording_id: str = "show") -> Path:
    return kandian.workspace / "recordings" / recording_id / "replay.mp4"


def kept_replay(kandian) -> Path:
    (path,) = (kandian.workspace / "stages/replay").glob("*.mp4")
    return path


def media_of(kandian, recording_id: str = "show") -> list[dict]:
    return json.loads(kandian("export", recording_id).out)["recording"]["media"]


def test_the_index_describes_the_replay_that_lies_beside_it(kandian, job) -> None:
    run(kandian, *job)
    (media,) = media_of(kandian)
    replay = replay_of(kandian)
    assert (media["url"], media["mime"]) == ("replay.mp4", "video/mp4")
    assert media["bytes"] == replay.stat().st_size
    with av.open(str(replay)) as container:
        video = container.streams.video[0]
        assert (video.width, video.height) == (media["width"], media["height"]) == (90, 160)
        assert sum(1 for _ in container.decode(video)) == 380


def test_another_catalogue_costs_no_new_transcode(kandian, job, show) -> None:
    run(kandian, *job)
    stages = {name: inode for name, inode in kandian.files().items() if name.startswith("stages")}
    changed_ns = kept_replay(kandian).stat().st_mtime_ns
    text = show.catalogue.read_text(encoding="utf-8").replace("129.00", "119.00")
    show.catalogue.write_text(text, encoding="utf-8")
    assert "already indexed" not in run(kandian, *job)
    assert stages.items() <= kandian.files().items()
    assert kept_replay(kandian).stat().st_mtime_ns == changed_ns


def test_two_ids_of_one_recording_share_one_replay(kandian, job) -> None:
    run(kandian, *job)
    run(kandian, *job[:-1], "other")
    assert replay_of(kandian).samefile(replay_of(kandian, "other"))
    assert replay_of(kandian).samefile(kept_replay(kandian))
    run(kandian, "recordings", "delete", "other")
    assert replay_of(kandian).is_file()


def test_without_transcode_there_is_no_replay_and_later_there_is(kandian, job) -> None:
    run(kandian, *job, "--no-transcode")
    assert media_of(kandian) == []
    assert not replay_of(kandian).exists()
    assert "already indexed" in run(kandian, *job, "--no-transcode")
    assert "already indexed" not in run(kandian, *job)
    assert len(media_of(kandian)) == 1
    assert "already indexed" in run(kandian, *job, "--no-transcode")
    assert len(media_of(kandian)) == 1


def cut(path: Path) -> None:
    """Lose the second half in place, and with it the player's hard link."""
    os.truncate(path, path.stat().st_size // 2)


def cut_facts(path: Path) -> None:
    cut(path.with_suffix(".json"))


def overwrite(path: Path) -> None:
    """Put another file in its place."""
    path.unlink()
    path.write_bytes(b"another")


@pytest.mark.parametrize("damage", [cut, Path.unlink, overwrite, cut_facts])
def test_a_damaged_kept_replay_is_made_again(damage, kandian, job) -> None:
    run(kandian, *job)
    before = media_of(kandian)
    whole = replay_of(kandian).read_bytes()
    damage(kept_replay(kandian))
    run(kandian, *job)
    assert media_of(kandian) == before
    assert kept_replay(kandian).read_bytes() == replay_of(kandian).read_bytes() == whole


@pytest.mark.parametrize("damage", [overwrite, Path.unlink])
def test_a_lost_or_damaged_players_file_is_put_back(damage, kandian, job) -> None:
    run(kandian, *job)
    kept = kept_replay(kandian).stat().st_mtime_ns
    damage(replay_of(kandian))
    assert "already indexed" in run(kandian, *job)
    assert replay_of(kandian).samefile(kept_replay(kandian))
    assert kept_replay(kandian).stat().st_mtime_ns == kept


def test_leftovers_of_a_killed_run_do_no_harm(kandian, job) -> None:
    run(kandian, *job)
    kept, players = kept_replay(kandian), replay_of(kandian)
    leftovers = [
        kept.with_name(f".{kept.name}.partial"),
        kept.with_name(".x.json.abc.tmp"),
        players.with_name(".replay.mp4.4711.tmp"),
    ]
    kept.unlink()
    for path in leftovers:
        path.write_bytes(b"half")
    run(kandian, *job)
    assert not leftovers[0].exists()
    with av.open(str(replay_of(kandian))) as container:
        assert sum(1 for _ in container.decode(video=0)) == 380


def test_a_recording_of_sound_alone_has_a_replay_of_sound(kandian, show, make_media) -> None:
    media = make_media("show.m4a", seconds=38, picture="")
    run(kandian, *show.job, media, "--id", "show")
    (described,) = media_of(kandian)
    assert (described["url"], described["mime"]) == ("replay.m4a", "audio/mp4")
    assert (kandian.workspace / "recordings/show/replay.m4a").is_file()
