"""Covers and previews lie beside the index, follow it, and never stand in its way."""

from __future__ import annotations

import json
from pathlib import Path

import av
import pytest
import webvtt

from pipeline.media.tool import find_ffmpeg

FOLDER = "recordings/show"


@pytest.fixture
def job(show, make_media) -> tuple[object, ...]:
    return (*show.job, make_media("show.mp4", seconds=38), "--id", "show")


def run(kandian, *arguments: object, code: int = 0) -> str:
    ran = kandian(*arguments)
    assert ran.code == code, ran.err
    return ran.err


def highlights(kandian) -> dict[str, str]:
    """Return the published highlights: product and id."""
    text = (kandian.workspace / FOLDER / "index.json").read_text(encoding="utf-8")
    return {item["product_id"]: item["id"] for item in json.loads(text)["highlights"]}


def pictures(kandian, place: str = FOLDER) -> dict[str, int]:
    """Return the pictures of the recording, or those kept by a stage, with their inodes."""
    return {
        name.removeprefix(f"{place}/"): inode
        for name, inode in kandian.files().items()
        if name.startswith(place) and ("covers/" in name or "thumbnails" in name or ".jpg" in name)
    }


def cover(kandian, product_id: str) -> Path:
    return kandian.workspace / FOLDER / "covers" / f"{highlights(kandian)[product_id]}.jpg"


def rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_every_highlight_has_a_cover_and_every_moment_a_preview(kandian, job) -> None:
    assert "thumbnails.vtt" in run(kandian, *job)
    ids = highlights(kandian)
    assert set(ids) == {"P1", "P2"}
    assert set(pictures(kandian)) == {
        *(f"covers/{highlight_id}.jpg" for highlight_id in ids.values()),
        "thumbnails.vtt",
        "thumbnails-1.jpg",
    }
    captions = list(webvtt.read(kandian.workspace / FOLDER / "thumbnails.vtt"))
    assert (captions[0].start, captions[-1].end) == ("00:00:00.000", "00:00:38.000")
    assert len(captions) == 8
    for name, size in (("thumbnails-1.jpg", (720, 160)), (cover(kandian, "P1"), (90, 160))):
        with av.open(str(kandian.workspace / FOLDER / name), format="mjpeg") as container:
            (picture,) = container.decode(video=0)
        assert (picture.width, picture.height) == size


def test_running_again_makes_nothing(kandian, job) -> None:
    run(kandian, *job)
    files = kandian.files()
    assert "already indexed" in run(kandian, *job)
    assert kandian.files() == files


def test_another_catalogue_makes_only_the_covers_that_changed(kandian, job, show) -> None:
    rows = show.catalogue.read_text(encoding="utf-8")
    show.catalogue.write_text(
        "".join(row for row in rows.splitlines(keepends=True) if not row.startswith("P2")), "utf-8"
    )
    run(kandian, *job)
    before, kept = pictures(kandian), pictures(kandian, "stages")
    assert set(highlights(kandian)) == {"P1"}
    show.catalogue.write_text(rows, encoding="utf-8")
    run(kandian, *job)
    assert set(highlights(kandian)) == {"P1", "P2"}
    new = pictures(kandian).keys() - before.keys()
    assert new == {f"covers/{cover(kandian, 'P2').name}"}
    assert before.items() <= pictures(kandian).items()
    assert kept.items() <= pictures(kandian, "stages").items()
    assert len(pictures(kandian, "stages")) == len(kept) + 1


def test_the_cover_of_a_highlight_that_is_gone_goes_too(kandian, job, show) -> None:
    run(kandian, *job)
    gone, stays = cover(kandian, "P2"), cover(kandian, "P1")
    rewrite(show.catalogue, "P2,", "X2,")
    rewrite(show.catalogue, "铸铁炒锅|炒锅", "")
    rewrite(show.catalogue, "铸铁炒锅 无涂层 32cm,灶台边", "雨伞,晴天")
    rewrite(show.catalogue, "259.00,2", "59.00,9")
    run(kandian, *job)
    assert "P2" not in highlights(kandian)
    assert not gone.exists()
    assert stays.exists()


DAMAGE = {
    "lost": Path.unlink,
    "cut": lambda path: path.write_bytes(path.read_bytes()[:-9]),
    "empty": lambda path: path.write_bytes(b""),
}


@pytest.mark.parametrize("stage", ["cover", "thumbnails"])
@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_kept_picture_is_made_again(damage: str, stage: str, kandian, job) -> None:
    run(kandian, *job)
    kept = min((kandian.workspace / "stages" / stage).glob("*.jpg"))
    whole = kept.read_bytes()
    DAMAGE[damage](kept)
    assert "already indexed" in run(kandian, *job)
    assert kept.read_bytes() == whole


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("name", ["cover", "thumbnails-1.jpg", "thumbnails.vtt"])
def test_a_lost_or_damaged_players_picture_is_put_back(name, damage, kandian, job) -> None:
    run(kandian, *job)
    path = cover(kandian, "P1") if name == "cover" else kandian.workspace / FOLDER / name
    whole, kept = path.read_bytes(), pictures(kandian, "stages")
    DAMAGE[damage](path)
    assert "already indexed" in run(kandian, *job)
    assert path.read_bytes() == whole
    assert pictures(kandian, "stages") == kept


def test_pictures_of_a_longer_replay_do_not_stay(kandian, job) -> None:
    run(kandian, *job)
    stray = [kandian.workspace / FOLDER / name for name in ("thumbnails-2.jpg", "covers/hl_00.jpg")]
    for path in stray:
        path.write_bytes(b"old")
    run(kandian, *job)
    assert not any(path.exists() for path in stray)


def test_corrections_take_the_covers_with_them(kandian, job) -> None:
    run(kandian, *job)
    first, second = cover(kandian, "P1"), cover(kandian, "P2")
    before = first.read_bytes()
    run(kandian, "highlight", "move", "show", first.stem, "--from", "0:12")
    assert first.read_bytes() != before
    run(kandian, "highlight", "remove", "show", second.stem)
    assert not second.exists()
    span = ("--from", "0:30", "--to", "0:36")
    run(kandian, "highlight", "add", "show", "--product", "P4", *span)
    assert cover(kandian, "P4").exists()


NO_PICTURES = {
    "text alone": ("text alone", lambda _make: ()),
    "sound alone": ("sound alone", lambda make: (make("s.m4a", seconds=38, picture=""),)),
    "no replay": (
        "no replay",
        lambda make: (make("show.mp4", seconds=38), "--no-transcode"),
    ),
}


@pytest.mark.parametrize("case", NO_PICTURES)
def test_where_there_is_nothing_to_see_pictures_are_left_out(
    case: str, kandian, show, make_media
) -> None:
    reason, media = NO_PICTURES[case]
    said = run(kandian, *show.job, *media(make_media), "--id", "show")
    assert f"no pictures: the recording is {reason}" in said or (
        case == "no replay" and "no pictures: there is no replay" in said
    )
    assert pictures(kandian) == {}


@pytest.fixture
def moody_ffmpeg(tmp_path: Path) -> Path:
    """An ffmpeg that takes no pictures while a file named `mood` lies beside it."""
    path, mood = tmp_path / "ffmpeg", tmp_path / "mood"
    mood.touch()
    path.write_text(
        f'#!/bin/sh\ncase "$*" in *mjpeg*) [ -e "{mood}" ] && {{ echo no mood >&2; exit 7; }};; '
        f'esac\nexec {find_ffmpeg().path} "$@"\n'
    )
    path.chmod(0o755)
    return path


def test_an_index_is_not_lost_with_its_pictures(kandian, job, moody_ffmpeg: Path) -> None:
    job = (*job, "--ffmpeg", moody_ffmpeg, "--format", "json")
    ran = kandian(*job)
    assert ran.code == 1
    assert "show: the index is stored, its pictures: 3 of 3 not made: ffmpeg failed" in ran.err
    assert [item["product_id"] for item in json.loads(ran.out)] == ["P1", "P2"]
    assert set(highlights(kandian)) == {"P1", "P2"}
    assert pictures(kandian) == pictures(kandian, "stages") == {}

    (moody_ffmpeg.parent / "mood").unlink()
    assert "already indexed" in run(kandian, *job)
    assert len(pictures(kandian)) == 4


def test_a_batch_goes_on_and_tells_which_pictures_are_missing(
    kandian, show, make_media, moody_ffmpeg: Path, tmp_path: Path
) -> None:
    manifest = tmp_path / "batch.csv"
    media = make_media("show.mp4", seconds=38)
    manifest.write_text(
        "media,catalogue,id,transcript\n"
        f"{media},{show.catalogue},show,{show.transcript}\n"
        f",{show.catalogue},text,{show.transcript}\n",
        encoding="utf-8",
    )
    quick = ("--encoder", "lsa", "--language", "zh", "--format", "json")
    ran = kandian("batch", manifest, "--ffmpeg", moody_ffmpeg, *quick)
    assert ran.code == 1
    assert "2 recordings, 0 not indexed, 1 without all their pictures" in ran.err
    lines = json.loads(ran.out)
    assert [(line["recording_id"], line["outcome"]) for line in lines] == [
        ("show", "done"),
        ("text", "done"),
    ]
    assert "3 of 3 not made" in lines[0]["reason"]
    assert lines[1]["reason"] is None
