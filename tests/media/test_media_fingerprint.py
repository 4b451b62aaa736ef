"""The content is the identity: names do not matter, every byte does."""

from __future__ import annotations

import hashlib
import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import InputError
from pipeline.media.fingerprint import fingerprint

PLAYLIST = "#EXTM3U\n#EXTINF:1,\na.ts\n#EXTINF:1,\nb.ts\n#EXT-X-ENDLIST\n"


@given(content=st.binary(min_size=1, max_size=2000))
def test_a_file_has_the_digest_that_everybody_computes(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("fp") / "x.mp4"
    path.write_bytes(content)
    assert fingerprint(path) == f"sha256:{hashlib.sha256(content).hexdigest()}"


def write_hls(folder, first=b"abc", second=b"def"):
    folder.mkdir()
    (folder / "index.m3u8").write_text(PLAYLIST)
    (folder / "a.ts").write_bytes(first)
    (folder / "b.ts").write_bytes(second)
    return folder


def test_the_name_of_the_folder_does_not_matter(tmp_path):
    one = write_hls(tmp_path / "one")
    assert fingerprint(shutil.copytree(one, tmp_path / "two")) == fingerprint(one)
    assert fingerprint(one / "index.m3u8") == fingerprint(one)


def test_every_byte_of_every_segment_matters(tmp_path):
    prints = {
        fingerprint(write_hls(tmp_path / "one")),
        fingerprint(write_hls(tmp_path / "first", first=b"abd")),
        fingerprint(write_hls(tmp_path / "second", second=b"deg")),
        fingerprint(write_hls(tmp_path / "moved", first=b"abcd", second=b"ef")),
        fingerprint(write_hls(tmp_path / "swapped", first=b"def", second=b"abc")),
    }
    assert len(prints) == 5


def test_other_files_in_the_folder_do_not_matter(tmp_path):
    folder = write_hls(tmp_path / "one")
    before = fingerprint(folder)
    (folder / "notes.txt").write_text("x")
    assert fingerprint(folder) == before


def test_what_is_not_there_has_none(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        fingerprint(tmp_path / "nothing.mp4")
