"""The replay is made once per content and settings, and made again when it is not whole."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import av
import pytest

from models.decision import MediaRecord, Verdict
from models.decision_json import parse_media_record
from pipeline.media.tool import find_ffmpeg


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


@pytest.fixture
def rich_job(show, tmp_path) -> tuple[object, ...]:
    """A picture with far more bits than it needs, long enough for pitches."""
    media = tmp_path / "rich.mp4"
    subprocess.run(
        [find_ffmpeg().path, "-nostdin", "-v", "error", "-t", "38", "-f", "lavfi", "-i",
         "testsrc2=s=160x284:r=12,noise=alls=10:allf=t+u", "-t", "38", "-f", "lavfi", "-i", "sine",
         "-c:v", "libx264", "-preset", "ultrafast", "-crf", "12", "-c:a", "aac", media],
        check=True,
    )  # fmt: skip
    return (*show.job, media, "--id", "show")


def record_of(kandian) -> MediaRecord:
    path = kandian.workspace / "recordings/show/media.json"
    return parse_media_record(path.read_text(encoding="utf-8"), name="media.json")


def test_every_pitch_begins_with_a_keyframe(kandian, rich_job) -> None:
    """Seeking to a highlight, the keyframe to decode from is the frame to be shown."""
    run(kandian, *rich_job)
    starts = [item["start_ms"] for item in json.loads(kandian("export", "show").out)["highlights"]]
    assert starts
    with av.open(str(replay_of(kandian))) as container:
        for start_ms in starts:
            container.seek(start_ms * 1000, backward=True)
            first = next(container.decode(video=0))
            assert 0 <= start_ms - first.time * 1000 < 100


def test_the_record_says_why_the_replay_is_as_it_is(kandian, rich_job) -> None:
    run(kandian, *rich_job)
    (made,) = record_of(kandian).renditions
    assert made.rendition.url == "replay.mp4"
    assert made.decision.verdict is Verdict.ENCODED
    assert made.decision.search.cpu_s <= made.decision.search.budget_s
    assert all(check.passed for check in made.decision.checks)


def test_another_codec_is_added_and_stays(kandian, rich_job) -> None:
    run(kandian, *rich_job)
    run(kandian, *rich_job, "--also", "av1")
    both = ["replay.mp4", "replay-av1.mp4"]
    assert [media["url"] for media in media_of(kandian)] == both
    assert media_of(kandian)[1]["codecs"].startswith("av01.")
    assert "already indexed" in run(kandian, *rich_job)
    assert [media["url"] for media in media_of(kandian)] == both


def test_a_room_remembers_where_its_last_search_ended(kandian, rich_job) -> None:
    run(kandian, *rich_job, "--room", "studio 3")
    first = record_of(kandian).renditions[0].decision.search
    kept_replay(kandian).unlink()
    run(kandian, *rich_job, "--room", "studio 3")
    again = record_of(kandian).renditions[0].decision.search
    assert again.probes[0].crf == first.chosen.crf
    assert len(again.probes) <= len(first.probes)


@pytest.mark.parametrize("quality", ["superb", "39", "nan", "100"])
def test_a_quality_that_is_none_is_told(kandian, job, quality) -> None:
    ran = kandian(*job, "--quality", quality)
    assert ran.code == 2
    assert "small, standard, high" in ran.err


def test_packaged_as_hls_it_is_served_beside_the_file(kandian, job) -> None:
    run(kandian, *job, "--package", "hls")
    file, package = media_of(kandian)
    assert file["url"] == "replay.mp4"
    assert (package["url"], package["mime"]) == (
        "hls/master.m3u8",
        "application/vnd.apple.mpegurl",
    )
    folder = kandian.workspace / "recordings/show/hls"
    assert sum(path.stat().st_size for path in folder.iterdir()) == package["bytes"]
    assert "#EXT-X-STREAM-INF" in (folder / "master.m3u8").read_text()
    assert "already indexed" in run(kandian, *job)
    assert len(media_of(kandian)) == 2, "what there is, players are told about"


def test_a_package_that_lost_a_file_is_made_again(kandian, job) -> None:
    run(kandian, *job, "--package", "hls")
    before = media_of(kandian)
    (kept,) = [path for path in (kandian.workspace / "stages/hls").iterdir() if path.is_dir()]
    (kept / "master.m3u8").unlink()
    run(kandian, *job, "--package", "hls")
    assert media_of(kandian) == before
    assert (kandian.workspace / "recordings/show/hls/master.m3u8").is_file()


def test_another_codec_joins_the_package(kandian, rich_job) -> None:
    run(kandian, *rich_job, "--package", "hls", "--also", "av1")
    master = (kandian.workspace / "recordings/show/hls/master.m3u8").read_text()
    assert "avc1." in master
    assert "av01." in master


def test_what_cannot_be_encoded_is_told_before_hours_of_recognition(
    kandian, job, monkeypatch
) -> None:
    """Where no card encodes, nothing is made at all; what an earlier run made needs no card."""
    program = find_ffmpeg().path
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    ran = kandian(*job, "--encode-on", "nvenc", "--ffmpeg", program)
    assert ran.code == 3
    assert "leave --encode-on out to encode on the processor" in ran.err
    assert not [name for name in kandian.files() if name.startswith("stages")]
    run(kandian, *job)
    assert kandian(*job, "--encode-on", "nvenc", "--no-transcode").code == 0
