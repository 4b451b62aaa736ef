"""A playlist leads to the segments beside it and to nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.errors import InputError
from pipeline.media.hls import read_playlist
from pipeline.media.source import locate_source

HEAD = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:2\n"
END = "#EXT-X-ENDLIST\n"
GOOD = f"{HEAD}#EXTINF:2.0,\na.ts\n#EXTINF:1.5,title, with comma\nsub/b.ts\n{END}"


@pytest.fixture
def folder(tmp_path) -> Path:
    root = tmp_path / "live"
    (root / "sub").mkdir(parents=True)
    for name in ("a.ts", "sub/b.ts", "init.mp4", "notes.txt", "汉字 %20.ts"):
        (root / name).write_bytes(b"x")
    (tmp_path / "secret.ts").write_bytes(b"x")
    (root / "link.ts").symlink_to(tmp_path / "secret.ts")
    return root


def write(folder: Path, text: str, name: str = "index.m3u8") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_segments_come_in_playing_order(folder):
    playlist = read_playlist(write(folder, GOOD), "live")
    assert [file.name for file in playlist.files] == ["a.ts", "b.ts"]
    assert playlist.declared_ms == 3500


def test_the_initialisation_section_counts_and_byte_ranges_count_once(folder):
    text = (
        f'{HEAD}#EXT-X-MAP:URI="init.mp4",BYTERANGE="5@0"\n#EXTINF:2,\n#EXT-X-BYTERANGE:1@0\na.ts\n'
        f"#EXTINF:2,\n#EXT-X-BYTERANGE:1@1\na.ts\n{END}"
    )
    names = [file.name for file in read_playlist(write(folder, text), "live").files]
    assert names == ["init.mp4", "a.ts"]


def test_byte_order_mark_and_crlf_are_borne(folder):
    path = folder / "index.m3u8"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert read_playlist(path, "live").declared_ms == 3500


def test_a_master_playlist_leads_to_its_best_variant(folder):
    write(folder, GOOD.replace("a.ts", "汉字 %20.ts"), "best.m3u8")
    write(folder, GOOD, "worst.m3u8")
    master = write(
        folder,
        '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=100,CODECS="avc1,mp4a"\nworst.m3u8\n'
        "#EXT-X-STREAM-INF:PROGRAM-ID=1,BANDWIDTH=900\nbest.m3u8\n",
        "master.m3u8",
    )
    playlist = read_playlist(master, "live")
    assert playlist.path.name == "best.m3u8"
    assert playlist.files[0].name == "汉字 %20.ts"


def one(uri: str) -> str:
    return f"{HEAD}#EXTINF:2,\n{uri}\n{END}"


REFUSED = {
    "not a playlist": ("hello", "is not an HLS playlist"),
    "empty lines": ("\n\n", "is not an HLS playlist"),
    "no end": (GOOD.replace(END, ""), "no end mark .*still being written or was cut short"),
    "no segments": (HEAD + END, "names no segments"),
    "network": (one("https://example.com/a.ts"), "outside its folder"),
    "file scheme": (one("file:///etc/passwd"), "outside its folder"),
    "concat scheme": (one("concat:a.ts|b.ts"), "outside its folder"),
    "crypto scheme": (one("crypto+file:a.ts"), "outside its folder"),
    "absolute": (one("/etc/passwd"), "outside its folder"),
    "other host": (one("//example.com/a.ts"), "outside its folder"),
    "parent": (one("../secret.ts"), "outside its folder"),
    "parent in the middle": (one("sub/../../secret.ts"), "outside its folder"),
    "symbolic link": (one("link.ts"), "outside its folder"),
    "no media": (one("notes.txt"), "no media segment"),
    "playlist in playlist": (one("index.m3u8"), "no media segment"),
    "missing segment": (one("c.ts"), "misses its segment 'c.ts'; fetch the whole folder again"),
    "map outside": (f'{HEAD}#EXT-X-MAP:URI="/x.mp4"\n#EXTINF:2,\na.ts\n{END}', "outside its"),
    "encrypted": (
        f'{HEAD}#EXT-X-KEY:METHOD=AES-128,URI="k"\n#EXTINF:2,\na.ts\n{END}',
        "is encrypted",
    ),
    "variant outside": ("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n../x.m3u8\n", "outside its"),
}


@pytest.mark.parametrize("label", REFUSED)
def test_other_playlists_are_refused(folder, label):
    text, message = REFUSED[label]
    with pytest.raises(InputError, match=message) as caught:
        locate_source(write(folder, text))
    assert "index.m3u8" in str(caught.value)


def test_a_folder_with_several_playlists_must_be_told_which(folder):
    write(folder, GOOD, "one.m3u8")
    write(folder, GOOD, "two.m3u8")
    with pytest.raises(InputError, match=r"holds 2 playlists \(one.m3u8, two.m3u8\); give"):
        locate_source(folder)
    write(folder, GOOD, "index.m3u8")
    assert locate_source(folder).entry.name == "index.m3u8"


def test_an_empty_segment_is_named(folder):
    (folder / "a.ts").write_bytes(b"")
    write(folder, GOOD)
    with pytest.raises(InputError, match=r"live: a\.ts is empty"):
        locate_source(folder)
