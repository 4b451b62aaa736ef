"""HLS packages: pieces that begin at keyframes, cover everything and need nothing else."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from fractions import Fraction
from io import BytesIO
from pathlib import Path

import av
import pytest

from models.errors import ConfigError, InputError, ToolError
from models.recording import Rendition
from pipeline.media import package as packaging
from pipeline.media.boxes import find_box, iter_boxes, read_index
from pipeline.media.outline import read_outline
from pipeline.media.package import package_hls
from pipeline.media.package_check import require_good_package
from pipeline.media.playlist import MediaPlaylist, parse_master, parse_media
from pipeline.media.source import locate_source

ROOT = Path(__file__).parents[2]
RATE = 25
SECONDS = 12
SOURCES = ("-f", "lavfi", "-i", "testsrc=s=90x160:r=25", "-f", "lavfi", "-i", "sine=f=440")
KEYFRAMES = "0,0.8,2,4.4,4.92,9.32"
CUTS = (0, 2, 4.4, 9.32)
"""0.8 and 4.92 are too near to the cut before them."""
AAC = ("-c:a", "aac", "-b:a", "48k", "-movflags", "+faststart")
FORCED = ("-force_key_frames", KEYFRAMES, "-pix_fmt", "yuv420p", "-t", str(SECONDS))
ENCODERS = {
    "h264": ("-c:v", "libx264", "-preset", "veryfast", "-sc_threshold", "0", "-g", "999"),
    "hevc": ("-c:v", "libx265", "-preset", "ultrafast",
             "-x265-params", "log-level=none:open-gop=0:keyint=999:scenecut=0:min-keyint=1"),
    "av1": ("-c:v", "libsvtav1", "-preset", "11", "-crf", "45", "-g", "999"),
    "open": ("-c:v", "libx265", "-preset", "ultrafast",
             "-x265-params", "log-level=none:open-gop=1"),
}  # fmt: skip


@pytest.fixture(scope="session")
def make_replay(clips):
    """Make a finished replay of a kind, once a session."""

    def make(kind: str) -> Path:
        if kind == "sound":
            arguments = ("-f", "lavfi", "-i", "sine=f=440", "-t", str(SECONDS), *AAC)
        else:
            arguments = (*SOURCES, *ENCODERS[kind], *FORCED, *AAC)
        return clips.cached(f"package-{kind}.mp4", lambda path: clips.run(*arguments, path))

    return make


@pytest.fixture(scope="session")
def packaged(make_replay, tmp_path_factory):
    """Package renditions of these kinds, once a session."""
    made: dict[tuple[str, ...], tuple[Path, Rendition]] = {}

    def make(*kinds: str) -> tuple[Path, Rendition]:
        if kinds not in made:
            folder = tmp_path_factory.mktemp("package") / "hls"
            made[kinds] = folder, package_hls([make_replay(kind) for kind in kinds], folder)
        return made[kinds]

    return make


CHOICES = [("h264",), ("h264", "av1"), ("av1", "hevc", "h264"), ("sound",)]
choices = pytest.mark.parametrize("kinds", CHOICES, ids="-".join)


def playlists_of(folder: Path) -> dict[str, MediaPlaylist]:
    names = parse_master((folder / "master.m3u8").read_text())
    return {name: parse_media((folder / name).read_text()) for name in names}


def iter_alone(folder: Path, playlist: MediaPlaylist):
    """Yield every piece as somebody has it who asked for nothing but it and the beginning."""
    data = (folder / playlist.file).read_bytes()
    for piece in playlist.segments:
        alone = data[: playlist.init_size] + data[piece.offset : piece.offset + piece.size]
        yield piece, av.open(BytesIO(alone), format="mov")


@choices
def test_the_pieces_cover_the_replay_and_the_file(packaged, kinds) -> None:
    folder, rendition = packaged(*kinds)
    named = set()
    for name, playlist in playlists_of(folder).items():
        size = (folder / playlist.file).stat().st_size
        offset, now = playlist.init_size, Fraction(0)
        for piece in playlist.segments:
            assert (piece.offset, piece.start) == (offset, now)
            offset, now = piece.offset + piece.size, piece.end
        assert offset == size
        assert abs(now - SECONDS) <= Fraction(1, RATE)
        named |= {name, playlist.file, "master.m3u8"}
    assert {path.name for path in folder.iterdir()} == named
    assert rendition.bytes == sum(path.stat().st_size for path in folder.iterdir())
    assert rendition.url == "hls/master.m3u8"
    assert rendition.mime == "application/vnd.apple.mpegurl"
    assert abs(rendition.duration_ms - SECONDS * 1000) <= 1000 / RATE


@choices
def test_every_piece_is_shown_without_the_others(packaged, make_replay, kinds) -> None:
    folder, _ = packaged(*kinds)
    for name, playlist in playlists_of(folder).items():
        kind = name.removesuffix(".m3u8")
        whole = decode(make_replay(kind))
        pictures = []
        for piece, container in iter_alone(folder, playlist):
            with container:
                shown = decode_container(container)
                if kind != "sound":
                    assert abs(shown[0][0] - piece.start) < Fraction(1, 1000)
                    assert shown[0][2], "a keyframe"
                pictures += shown
        if kind == "sound":
            assert len(pictures) == len(whole) - 1, "all but what primes the decoder"
        else:
            assert pictures == whole


def decode(path: Path) -> list[tuple[Fraction, bytes, bool]]:
    with av.open(path) as container:
        return decode_container(container)


def decode_container(container) -> list[tuple[Fraction, bytes, bool]]:
    """Return time, content and kind of every picture, or of every packet of sound alone."""
    if container.streams.video:
        return [
            (frame.pts * frame.time_base, frame.to_ndarray().tobytes(), bool(frame.key_frame))
            for frame in container.decode(video=0)
        ]
    return [(p.pts * p.time_base, bytes(p), True) for p in container.demux(audio=0) if p.size]


@pytest.mark.parametrize("kinds", CHOICES[:3], ids="-".join)
def test_pieces_begin_at_the_keyframes_that_are_far_enough_apart(packaged, kinds) -> None:
    folder, _ = packaged(*kinds)
    for playlist in playlists_of(folder).values():
        assert [float(piece.start) for piece in playlist.segments] == pytest.approx(CUTS)


def test_sound_goes_with_the_picture_of_its_time(packaged) -> None:
    folder, _ = packaged("h264")
    (playlist,) = playlists_of(folder).values()
    for piece, container in iter_alone(folder, playlist):
        with container:
            times = [p.pts * p.time_base for p in container.demux(audio=0) if p.size]
        packet = Fraction(1024, 44_100)
        assert piece.start - packet < times[0] <= piece.start
        if piece is not playlist.segments[-1]:
            assert times[-1] + packet <= piece.end < times[-1] + 2 * packet


def test_sound_alone_is_cut_every_few_seconds(packaged) -> None:
    folder, rendition = packaged("sound")
    (playlist,) = playlists_of(folder).values()
    lengths = [float(piece.end - piece.start) for piece in playlist.segments]
    assert all(4 <= length < 4.1 for length in lengths[:-1])
    assert (rendition.codecs, rendition.width, rendition.height) == ("mp4a.40.2", 0, 0)
    assert playlist.file.endswith(".m4a")
    assert "RESOLUTION" not in (folder / "master.m3u8").read_text()


@choices
def test_what_players_are_told_is_true(packaged, kinds) -> None:
    folder, rendition = packaged(*kinds)
    text = (folder / "master.m3u8").read_text()
    order = [kind for kind in ("h264", "hevc", "av1", "sound") if kind in kinds]
    assert re.findall(r"^\w+\.m3u8$", text, re.MULTILINE) == [f"{kind}.m3u8" for kind in order]
    told = re.findall(r'BANDWIDTH=(\d+),AVERAGE-BANDWIDTH=(\d+),CODECS="([^"]+)"', text)
    targets = set()
    for (peak, average, codecs), (name, playlist) in zip(
        told, playlists_of(folder).items(), strict=True
    ):
        media = (folder / name).read_text()
        targets.add(int(re.findall(r"#EXT-X-TARGETDURATION:(\d+)", media)[0]))
        size = sum(piece.size for piece in playlist.segments)
        assert int(average) == pytest.approx(size * 8 / SECONDS, rel=0.01)
        assert int(peak) >= int(average)
        assert codecs.split(",")[-1] == "mp4a.40.2"
        assert codecs.startswith(
            {"h": "avc1.6", "a": "av01.0.", "s": "mp4a"}[name[0]] if name[1] != "e" else "hvc1.1.6."
        )
        for line in ("VERSION:7", "PLAYLIST-TYPE:VOD", "INDEPENDENT-SEGMENTS", "ENDLIST"):
            assert f"#EXT-X-{line}\n" in media
    longest = max(
        float(piece.end - piece.start)
        for playlist in playlists_of(folder).values()
        for piece in playlist.segments
    )
    assert targets == {round(longest)}, "the same for all renditions"
    assert rendition.codecs == told[0][2]
    if "sound" not in kinds:
        assert text.count("RESOLUTION=90x160,FRAME-RATE=25.000") == len(kinds)
        assert (rendition.width, rendition.height) == (90, 160)


def test_pieces_say_their_time_without_an_edit_list(packaged) -> None:
    """hls.js begins a piece with its first picture, Shaka with the time of its decoding."""
    folder, _ = packaged("h264")
    (playlist,) = playlists_of(folder).values()
    data = (folder / playlist.file).read_bytes()
    assert b"elst" not in data[: playlist.init_size]
    for piece, container in iter_alone(folder, playlist):
        with container:
            packets = [p for p in container.demux(video=0) if p.size]
        assert min(p.pts * p.time_base for p in packets) == piece.start
        assert all(p.pts >= p.dts >= 0 for p in packets)
        moof = find_box(data[piece.offset : piece.offset + piece.size], b"moof")
        decode = int.from_bytes(find_box(moof, b"traf", b"tfdt")[4:])
        assert decode * packets[0].time_base == piece.start
        assert sum(p.duration for p in packets) * packets[0].time_base == piece.end - piece.start
        assert max((p.pts + p.duration) * p.time_base for p in packets) == piece.end


def test_hevc_is_called_as_apple_wants_it(packaged) -> None:
    folder, _ = packaged("av1", "hevc", "h264")
    playlist = playlists_of(folder)["hevc.m3u8"]
    head = (folder / playlist.file).read_bytes()[: playlist.init_size]
    assert b"hvc1" in head
    assert b"hev1" not in head


@choices
def test_our_own_reader_and_libav_take_it(packaged, kinds) -> None:
    folder, _ = packaged(*kinds)
    source = locate_source(folder)
    assert source.declared_ms == pytest.approx(SECONDS * 1000, abs=1000 / RATE)
    with av.open(source.url, options=source.input_options()) as container:
        if kinds != ("sound",):
            assert sum(1 for _ in container.decode(video=0)) == SECONDS * RATE


def test_equal_renditions_give_equal_packages(packaged, make_replay, tmp_path: Path) -> None:
    folder, rendition = packaged("h264")
    assert package_hls([make_replay("h264")], tmp_path / "hls") == rendition
    assert read_all(tmp_path / "hls") == read_all(folder)


def read_all(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize(
    "name", ["晚场 100%", 'it\'s "quoted"', "a#b?c", "-v", "%d", "line\nbreak"]
)
def test_the_folder_may_be_called_anything(packaged, make_replay, tmp_path: Path, name) -> None:
    folder = tmp_path / name / "hls"
    folder.parent.mkdir()
    package_hls([make_replay("h264")], folder)
    assert read_all(folder) == read_all(packaged("h264")[0])
    assert [path.name for path in folder.parent.iterdir()] == ["hls"]


def test_an_older_package_is_replaced_whole(packaged, make_replay, tmp_path: Path) -> None:
    package_hls([make_replay("h264"), make_replay("av1")], tmp_path / "hls")
    package_hls([make_replay("h264")], tmp_path / "hls")
    assert read_all(tmp_path / "hls") == read_all(packaged("h264")[0])
    assert [path.name for path in tmp_path.iterdir()] == ["hls"]


KILLED = """
import os, sys
from pathlib import Path
from pipeline.media import {module} as module
from pipeline.media.package import package_hls
real = module.{name}
def killing(*arguments, **options):
    if {when}:
        os.kill(os.getpid(), 9)
    return real(*arguments, **options)
module.{name} = killing
package_hls([Path(sys.argv[1])], Path(sys.argv[2]))
"""
MOMENTS = {
    "in-the-second-piece": ("package", "make_fragment", "arguments[0] == 2"),
    "before-the-playlists": ("package", "format_media", "True"),
    "before-the-check": ("package", "require_good_package", "True"),
    "before-the-rename": ("artifact", "replace_folder", "True"),
}


@pytest.mark.parametrize("moment", MOMENTS.values(), ids=MOMENTS)
@pytest.mark.parametrize("old", [False, True], ids=["new", "replaced"])
def test_a_kill_leaves_nothing_half(packaged, make_replay, tmp_path: Path, moment, old) -> None:
    folder = tmp_path / "hls"
    if old:
        package_hls([make_replay("sound")], folder)
    before = read_all(folder) if old else None
    code = KILLED.format(**dict(zip(("module", "name", "when"), moment, strict=True)))
    ran = subprocess.run(
        [sys.executable, "-c", code, make_replay("h264"), folder],
        cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, check=False,
    )  # fmt: skip
    assert ran.returncode == -9
    assert (read_all(folder) if folder.exists() else None) == before
    package_hls([make_replay("h264")], folder)
    assert read_all(folder) == read_all(packaged("h264")[0])
    assert [path.name for path in tmp_path.iterdir()] == ["hls"]


def test_trouble_leaves_everything_as_it_was(make_replay, tmp_path: Path, monkeypatch) -> None:
    def refuse(*_: object) -> None:
        raise ToolError("no")

    monkeypatch.setattr(packaging, "require_good_package", refuse)
    with pytest.raises(ToolError):
        package_hls([make_replay("h264")], tmp_path / "hls")
    assert list(tmp_path.iterdir()) == []


def test_progress_ends_at_the_end(make_replay, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    kinds = ("h264", "av1")
    package_hls(
        [make_replay(kind) for kind in kinds], tmp_path / "hls", report=lambda *at: told.append(at)
    )
    assert told == sorted(told)
    assert told[-1] == (2 * SECONDS * 1000, 2 * SECONDS * 1000)


def test_keyframes_that_pictures_reach_back_over_begin_no_piece(make_replay) -> None:
    outline = read_outline(make_replay("open"))
    assert outline.openings[0] == 0
    with av.open(outline.path) as container:
        keys = [p.pts * p.time_base for p in container.demux(video=0) if p.size and p.is_keyframe]
    assert len(outline.openings) < len(keys)
    assert set(outline.openings) <= set(keys)


def test_tracks_that_do_not_start_together_keep_their_times(clips, tmp_path: Path) -> None:
    late = clips.cached(
        "package-late.mp4",
        lambda path: clips.run(
            "-itsoffset", "0.04", *SOURCES, *ENCODERS["h264"], *FORCED, *AAC, path
        ),
    )
    package_hls([late], tmp_path / "hls")
    (playlist,) = playlists_of(tmp_path / "hls").values()
    assert times_of(tmp_path / "hls" / playlist.file) == times_of(late)


def times_of(path: Path) -> list[Fraction]:
    with av.open(path) as container:
        found = [
            (p.stream_index, p.pts * p.time_base)
            for p in container.demux()
            if p.size and p.pts is not None and p.pts >= 0
        ]
    return sorted(found)


def remade(clips, name: str, *options: str | Path) -> Path:
    return clips.cached(name, lambda path: clips.run(*options, path))


def test_what_cannot_be_cut_is_refused(clips, make_replay, tmp_path: Path) -> None:
    base = make_replay("h264")
    silent = remade(clips, "package-silent.mp4", "-i", base, "-an", "-c", "copy")
    other = remade(clips, "package-other.mkv", "-i", base, "-c", "copy")
    shifted = remade(
        clips, "package-shifted.mp4", "-itsoffset", "1", "-i", base, "-c", "copy",
        "-copyts", "-avoid_negative_ts", "disabled",
    )  # fmt: skip
    junk = tmp_path / "junk.mp4"
    junk.write_bytes(b"junk" * 99)
    for paths, sentence in (
        ((), "no rendition"),
        ((silent,), "has no sound"),
        ((other,), "without a time"),
        ((shifted,), "begins at 1.*encode it again"),
        ((junk,), "not a recording that can be read"),
        ((base, make_replay("sound")), "with and without a picture"),
    ):
        with pytest.raises(InputError, match=sentence):
            package_hls(paths, tmp_path / "hls")
    assert [path.name for path in tmp_path.iterdir()] == ["junk.mp4"]


def test_a_folder_that_is_not_there_is_a_matter_of_configuration(make_replay, tmp_path) -> None:
    with pytest.raises(ConfigError, match="cannot be written to"):
        package_hls([make_replay("sound")], tmp_path / "nowhere" / "hls")


def damage_playlist(folder: Path, old: str, new: str) -> None:
    path = folder / "h264.m3u8"
    text = path.read_text()
    assert re.search(old, text)
    path.write_text(re.sub(old, new, text, count=1))


def cut_media(folder: Path) -> None:
    (media,) = folder.glob("*.mp4")
    os.truncate(media, media.stat().st_size - 1)


def change_media(folder: Path) -> None:
    (media,) = folder.glob("*.mp4")
    data = bytearray(media.read_bytes())
    data[-1] ^= 1
    media.write_bytes(data)


DAMAGE = {
    "a-byte-short": cut_media,
    "another-byte": change_media,
    "a-piece-left-out": lambda folder: damage_playlist(folder, r"#EXTINF:2\.4.*\n.*\n.*\n", ""),
    "another-length": lambda folder: damage_playlist(folder, r"EXTINF:2\.000000", "EXTINF:2.2"),
    "another-moment": lambda folder: (
        damage_playlist(folder, r"EXTINF:2\.0", "EXTINF:2.2"),
        damage_playlist(folder, r"EXTINF:2\.4", "EXTINF:2.2"),
    ),
    "another-file": lambda folder: damage_playlist(folder, r"(?<=\n)h264-\w+\.mp4", "other.mp4"),
    "no-end": lambda folder: damage_playlist(folder, "#EXT-X-ENDLIST\n", ""),
    "too-short-a-target": lambda folder: damage_playlist(folder, "(?<=TION:)5", "4"),
    "no-master": lambda folder: (folder / "master.m3u8").write_text("#EXTM3U\n"),
    "a-way-out": lambda folder: damage_playlist(folder, r'URI="', 'URI="../'),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_package_that_is_not_as_it_should_be_is_found_out(
    make_replay, tmp_path: Path, damage
) -> None:
    replay = make_replay("h264")
    package_hls([replay], tmp_path / "hls")
    outlines = [read_outline(replay)]
    require_good_package(tmp_path / "hls" / "master.m3u8", outlines)
    damage(tmp_path / "hls")
    with pytest.raises(ToolError):
        require_good_package(tmp_path / "hls" / "master.m3u8", outlines)


def test_boxes_of_impossible_length_are_refused(make_replay, tmp_path: Path) -> None:
    index = read_index(make_replay("h264"))
    assert {b"mvhd", b"trak"} <= {kind for kind, _ in iter_boxes(index)}
    assert find_box(index, b"trak", b"mdia", b"nope") is None
    with pytest.raises(InputError, match="impossible length"):
        list(iter_boxes(index[:-1]))
    forged = tmp_path / "forged.mp4"
    forged.write_bytes(b"\x00\x00\x00\x01moov\xff\xff\xff\xff\xff\xff\xff\xff")
    with pytest.raises(InputError, match="no MP4 file"):
        read_index(forged)
