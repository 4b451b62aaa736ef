"""Chapters go into a copy of the replay, and nothing else of it changes."""

from __future__ import annotations

import subprocess
from pathlib import Path

import av
import pytest

from models.errors import InputError, ResourceError, ToolError
from pipeline.media import chapters
from pipeline.media.chapters import Chapter, embed_chapters, read_chapters
from pipeline.media.source import locate_source

TOLD = (
    (0, 1_200, "周三 晚场"),
    (1_200, 3_001, "a=b;c#d\\e <b> '😀' \"x\""),
    (3_001, 6_000, "护" * 85),
)


def described(*chapters: tuple[int, int, str]) -> str:
    special = str.maketrans({char: f"\\{char}" for char in "=;#\\"})
    return ";FFMETADATA1\ntitle=show\n" + "".join(
        f"[CHAPTER]\nTIMEBASE=1/1000\nSTART={start}\nEND={end}\ntitle={title.translate(special)}\n"
        for start, end, title in chapters
    )


def packets(path: Path) -> list[tuple[object, ...]]:
    with av.open(str(path)) as container:
        tracks = [track for track in container.streams if track.type in ("video", "audio")]
        return [
            (packet.stream_index, packet.pts, packet.dts, packet.is_keyframe, bytes(packet))
            for packet in container.demux(tracks)
            if packet.size
        ]


@pytest.mark.parametrize("name", ["plain.mp4", "-dash 'and' %03d 护手霜.mp4"])
def test_chapters_are_read_back_and_every_packet_is_kept(clips, ffmpeg, tmp_path, name) -> None:
    target = tmp_path / name
    embed_chapters(clips.base, described(*TOLD), target, ffmpeg=ffmpeg)
    assert read_chapters(target) == tuple(Chapter(*chapter) for chapter in TOLD)
    assert packets(target) == packets(clips.base)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_ffmpeg_itself_writes_the_same_chapters_out(clips, ffmpeg, tmp_path) -> None:
    target, out = tmp_path / "film.mp4", tmp_path / "out.txt"
    embed_chapters(clips.base, described(*TOLD), target, ffmpeg=ffmpeg)
    subprocess.run(
        [ffmpeg.path, "-nostdin", "-v", "error", "-i", target, "-f", "ffmetadata", out], check=True
    )
    lines = out.read_text(encoding="utf-8").splitlines()
    ticks = [int(line[11:]) for line in lines if line.startswith("TIMEBASE=1/")]
    starts = [int(line[6:]) for line in lines if line.startswith("START=")]
    assert [round(start * 1000 / tick) for start, tick in zip(starts, ticks, strict=True)] == [
        start for start, _, _ in TOLD
    ]
    titles = [line for line in lines if line.startswith("title=")]
    assert titles == [line for line in described(*TOLD).splitlines() if line.startswith("title=")]


def test_pictures_out_of_order_keep_their_times(clips, ffmpeg, tmp_path) -> None:
    source = clips.from_lavfi(
        "b-frames.mp4", "-c:v", "libx264", "-preset", "fast", "-bf", "2", "-c:a", "aac"
    )
    target = tmp_path / "film.mp4"
    embed_chapters(source, described(*TOLD), target, ffmpeg=ffmpeg)
    assert packets(target) == packets(source)


def test_sound_alone_has_chapters_too(clips, ffmpeg, tmp_path) -> None:
    source = clips.from_lavfi("sound.m4a", "-c:a", "aac", picture="")
    target = tmp_path / "show.m4a"
    embed_chapters(source, described(*TOLD), target, ffmpeg=ffmpeg)
    assert len(read_chapters(target)) == 3
    assert packets(target) == packets(source)


def test_older_chapters_are_replaced(clips, ffmpeg, tmp_path) -> None:
    first, second, third = (tmp_path / f"{number}.mp4" for number in (1, 2, 3))
    embed_chapters(clips.base, described(*TOLD), first, ffmpeg=ffmpeg)
    embed_chapters(first, described((0, 6_000, "one")), second, ffmpeg=ffmpeg)
    assert read_chapters(second) == (Chapter(0, 6_000, "one"),)
    embed_chapters(first, described(), third, ffmpeg=ffmpeg)
    assert read_chapters(third) == ()
    assert packets(third) == packets(clips.base)


def test_more_chapters_than_nero_knows_are_all_there(clips, ffmpeg, tmp_path) -> None:
    many = tuple((at * 20, at * 20 + 20, f"t{at}") for at in range(300))
    target = tmp_path / "film.mp4"
    embed_chapters(clips.base, described(*many), target, ffmpeg=ffmpeg)
    assert read_chapters(target) == tuple(Chapter(*chapter) for chapter in many)


def test_the_copy_starts_playing_before_it_is_loaded(clips, ffmpeg, tmp_path) -> None:
    target = tmp_path / "film.mp4"
    embed_chapters(clips.base, described(*TOLD), target, ffmpeg=ffmpeg)
    raw = target.read_bytes()
    assert raw.index(b"moov") < raw.index(b"mdat")


def test_the_replay_itself_is_never_written_over(clips, ffmpeg, tmp_path) -> None:
    replay, linked = tmp_path / "replay.mp4", tmp_path / "linked.mp4"
    replay.write_bytes(clips.base.read_bytes())
    linked.hardlink_to(replay)
    for target in (replay, linked):
        with pytest.raises(InputError, match="is the replay itself; name another"):
            embed_chapters(replay, described(*TOLD), target, ffmpeg=ffmpeg)
    assert replay.read_bytes() == clips.base.read_bytes()


def test_a_device_is_no_place_for_a_film(clips, ffmpeg) -> None:
    with pytest.raises(InputError, match="no regular file"):
        embed_chapters(clips.base, described(*TOLD), Path("/dev/full"), ffmpeg=ffmpeg)


# Each: chapters that MP4 cannot hold, though ffmpeg reports success.
NOT_AS_ASKED = {
    "the first one begins late": ((1_000, 2_000, "a"),),
    "not in order": ((5_000, 6_000, "a"), (0, 900, "b")),
    "a title of 70,000 characters": ((0, 6_000, "a" * 70_000),),
}


@pytest.mark.parametrize("case", NOT_AS_ASKED)
def test_chapters_that_came_out_otherwise_leave_the_old_file(case, clips, ffmpeg, tmp_path) -> None:
    target = tmp_path / "film.mp4"
    target.write_bytes(b"old")
    with pytest.raises(ToolError, match="chapters that are not the"):
        embed_chapters(clips.base, described(*NOT_AS_ASKED[case]), target, ffmpeg=ffmpeg)
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["film.mp4"]


def test_a_packet_that_came_out_otherwise_leaves_no_file(
    clips, ffmpeg, tmp_path, monkeypatch
) -> None:
    longer = clips.from_lavfi("other.mp4", *("-c:v", "libx264", "-c:a", "aac", "-t", "2"))
    real = chapters.open_input
    monkeypatch.setattr(chapters, "open_input", lambda _source: real(locate_source(longer)))
    with pytest.raises(ToolError, match="holds other packets"):
        embed_chapters(clips.base, described(*TOLD), tmp_path / "film.mp4", ffmpeg=ffmpeg)
    assert list(tmp_path.iterdir()) == []


def test_chapters_in_another_format_are_refused(clips, ffmpeg, tmp_path) -> None:
    with pytest.raises(InputError, match="no ffmpeg metadata"):
        embed_chapters(clips.base, "WEBVTT\n", tmp_path / "film.mp4", ffmpeg=ffmpeg)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_told_before_the_copy(clips, ffmpeg, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("pipeline.media.artifact.RESERVE_BYTES", 1 << 60)
    with pytest.raises(ResourceError, match="free some space"):
        embed_chapters(clips.base, described(*TOLD), tmp_path / "film.mp4", ffmpeg=ffmpeg)
    assert list(tmp_path.iterdir()) == []
