"""ffmpeg reads a file that was cut short and reports success; we do not.

The measured table behind it: cut at 60 %, mp4, mkv, ts, flv and fragmented mp4 all give status 0.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from models.errors import InputError
from pipeline.media.audio import extract_audio
from pipeline.media.completeness import check_whole
from pipeline.media.probe import probe

REMEDY = "; fetch the file again"


def extract(path: Path, target: Path, ffmpeg):
    return extract_audio(path, probe(path), target, ffmpeg=ffmpeg)


def refuse(path: Path, target: Path, ffmpeg) -> str:
    with pytest.raises(InputError) as caught:
        extract(path, target, ffmpeg)
    assert list(target.parent.glob(f"*{target.name}*")) == [], "something was left behind"
    message = str(caught.value)
    assert message.startswith(path.name)
    assert message.endswith(REMEDY)
    return message


def cut(source: Path, folder: Path, share: float) -> Path:
    path = folder / f"cut{source.suffix}"
    whole = source.read_bytes()
    # Odd, so that no cut falls between two packets of a transport stream.
    path.write_bytes(whole[: int(len(whole) * share) | 1])
    return path


SAYS = {
    "mp4": r"is cut short: \d+ bytes of its last box \((mdat|moov)\) are missing",
    "faststart": r"is cut short: it holds \d\.\d s of the 6\.0 s its header promises",
    "mov": r"is cut short: \d+ bytes of its last box \((mdat|moov)\) are missing",
    "mkv": r"is cut short: it holds \d\.\d s of the 6\.0 s its header promises",
    "flv": r"is cut short: it holds \d\.\d s of the 6\.0 s|\d+ bytes of its last tag are missing",
    "live-flv": r"is cut short after \d\.\d s: \d+ bytes of its last tag are missing",
    "fragmented": r"is cut short( after \d\.\d s)?: \d+ bytes of its last box \(\w+\) are missing",
    "ts": r"is cut short after \d\.\d s: \d+ bytes of its last packet are missing",
    "m2ts": r"is cut short after \d\.\d s: \d+ bytes of its last packet are missing",
}


@pytest.mark.parametrize("share", [0.45, 0.6, 0.8])
@pytest.mark.parametrize("kind", SAYS)
def test_cut_recordings_are_refused(clips, tmp_path, ffmpeg, kind, share):
    message = refuse(cut(clips.container(kind), tmp_path, share), tmp_path / "out.wav", ffmpeg)
    with pytest.raises(AssertionError, match=SAYS[kind]):
        raise AssertionError(message)


def test_the_last_percent_counts_too(clips, tmp_path, ffmpeg):
    for kind in ("faststart", "mkv", "flv", "ts", "fragmented"):
        refuse(cut(clips.container(kind), tmp_path, 0.995), tmp_path / "out.wav", ffmpeg)


def test_a_cut_is_seen_without_decoding_too(clips, tmp_path):
    whole = clips.container("mkv")
    check_whole(whole, probe(whole))
    path = cut(whole, tmp_path, 0.6)
    with pytest.raises(InputError, match=r"of the 6\.0 s its header promises"):
        check_whole(path, probe(path))


def test_cut_sound_is_refused(clips, tmp_path, ffmpeg):
    path = cut(clips.from_lavfi("sound.wav", picture=""), tmp_path, 0.6)
    assert "bytes of its sound are missing" in refuse(path, tmp_path / "out.wav", ffmpeg)


def test_a_hole_in_place_of_the_end_is_refused(clips, tmp_path, ffmpeg):
    """A download into a file of full size that never got its second half."""
    whole = clips.container("faststart").read_bytes()
    path = tmp_path / "hole.mp4"
    path.write_bytes(whole[: len(whole) // 2] + bytes(len(whole) - len(whole) // 2))
    assert "is damaged" in refuse(path, tmp_path / "out.wav", ffmpeg)


def test_noise_all_over_is_refused(clips, tmp_path, ffmpeg):
    path = clips.remux("noisy.mkv", "-bsf:a", "noise=amount=20")
    assert "is damaged" in refuse(path, tmp_path / "out.wav", ffmpeg)


def test_one_bad_packet_is_borne(clips, tmp_path, ffmpeg):
    whole = bytearray(clips.container("ts").read_bytes())
    at = len(whole) // 2 // 188 * 188
    whole[at + 100 : at + 160] = b"\x55" * 60
    path = tmp_path / "scratched.ts"
    path.write_bytes(whole)
    extract = extract_audio(path, probe(path), tmp_path / "out.wav", ffmpeg=ffmpeg)
    assert extract.duration_ms == pytest.approx(6030, abs=60)


LEGITIMATE = {
    "sound ends 3 s early": ("[1:a]atrim=end=3[a]", "[0:v]null[v]", 3000, 6000),
    "picture ends 3 s early": ("[1:a]anull[a]", "[0:v]trim=end=3[v]", 6000, 6000),
}


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "flv", "ts"])
@pytest.mark.parametrize("label", LEGITIMATE)
def test_a_track_that_ends_early_is_no_cut(clips, tmp_path, ffmpeg, label, suffix):
    sound, picture, sound_ms, media_ms = LEGITIMATE[label]
    path = clips.from_lavfi(
        f"{label}.{suffix}", "-filter_complex", f"{sound};{picture}", "-map", "[v]", "-map", "[a]",
        "-c:v", "libx264", "-preset", "ultrafast", "-bf", "0", "-c:a", "aac",
    )  # fmt: skip
    done = extract(path, tmp_path / "out.wav", ffmpeg)
    assert done.duration_ms == pytest.approx(sound_ms, abs=80)
    assert done.media_ms == pytest.approx(media_ms, abs=80)


def test_subtitles_that_end_late_are_no_cut(clips, tmp_path, ffmpeg):
    def make(path: Path) -> None:
        text = clips.folder / "late.srt"
        text.write_text("1\n00:00:01,000 --> 00:00:09,000\nhello\n")
        clips.run("-i", clips.base, "-i", text, "-map", "0", "-map", "1", "-c", "copy", path)

    assert (
        extract(clips.cached("subtitled.mkv", make), tmp_path / "out.wav", ffmpeg).media_ms > 8000
    )


def test_an_hls_folder_whose_last_segment_is_cut_is_refused(clips, tmp_path, ffmpeg):
    folder = copy_hls(clips.container("hls"), tmp_path / "cut")
    last = max(folder.glob("*.ts"))
    last.write_bytes(last.read_bytes()[:-1000])
    refuse(folder, tmp_path / "out.wav", ffmpeg)


def test_an_hls_folder_that_holds_less_than_its_playlist_says_is_refused(clips, tmp_path, ffmpeg):
    folder = copy_hls(clips.container("hls"), tmp_path / "short")
    first, *_, last = sorted(folder.glob("*.ts"))
    last.write_bytes(first.read_bytes()[: 188 * 8])
    message = refuse(folder, tmp_path / "out.wav", ffmpeg)
    assert "s its playlist promises" in message


def copy_hls(source: Path, target: Path) -> Path:
    target.mkdir()
    for file in source.iterdir():
        (target / file.name).write_bytes(file.read_bytes())
    return target


def test_two_recordings_in_one_flv_are_refused(clips, tmp_path, ffmpeg):
    """A clock that starts again in a container whose clocks nobody mends would swallow sound."""
    whole = clips.container("live-flv").read_bytes()
    path = tmp_path / "joined.flv"
    path.write_bytes(whole + whole[13:])
    with pytest.raises(InputError, match=r"clock of the .* in joined\.flv jumps back by"):
        extract(path, tmp_path / "out.wav", ffmpeg)
