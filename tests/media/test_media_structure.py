"""The law: a file of a container that knows its length is never taken for whole when it is cut."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.media.structure import find_cut

KNOW_THEIR_LENGTH = ["mp4", "faststart", "mov", "mkv"]
KNOW_THEIR_PIECES = ["fragmented", "flv", "live-flv", "ts", "m2ts"]
HEAD_BYTES = 400
"""Shorter pieces of a file are no recognisable recording; probing refuses them."""


@pytest.mark.parametrize("kind", [*KNOW_THEIR_LENGTH, *KNOW_THEIR_PIECES, "live-mkv"])
def test_whole_files_are_whole(clips, kind):
    assert find_cut(clips.container(kind)) is None


def test_whole_sound_is_whole(clips):
    assert find_cut(clips.from_lavfi("sound.wav", picture="")) is None


@pytest.mark.parametrize("kind", KNOW_THEIR_LENGTH)
def test_every_cut_is_seen(clips, tmp_path, kind):
    whole = clips.container(kind).read_bytes()
    cut = tmp_path / "cut"
    for length in random.Random(1).sample(range(HEAD_BYTES, len(whole)), 60):
        cut.write_bytes(whole[:length])
        assert find_cut(cut), length


def test_every_cut_of_a_wav_is_seen(clips, tmp_path):
    whole = clips.from_lavfi("sound.wav", picture="").read_bytes()
    cut = tmp_path / "cut"
    for length in random.Random(1).sample(range(HEAD_BYTES, len(whole)), 20):
        cut.write_bytes(whole[:length])
        assert find_cut(cut), length


@pytest.mark.parametrize("kind", KNOW_THEIR_PIECES)
def test_cuts_inside_a_piece_are_seen(clips, tmp_path, kind):
    whole = clips.container(kind).read_bytes()
    cut = tmp_path / "cut"
    lengths = random.Random(1).sample(range(HEAD_BYTES, len(whole)), 60)
    seen = 0
    for length in lengths:
        cut.write_bytes(whole[:length])
        seen += find_cut(cut) is not None
    # A cut between two pieces cannot be seen: TS pieces are 188 bytes, FLV tags here some 47.
    assert seen >= 55


@pytest.mark.parametrize("promise", [0, 0xFFFFFFFF])
def test_a_streamed_wav_promises_nothing(clips, tmp_path, promise):
    whole = clips.from_lavfi("sound.wav", picture="").read_bytes()
    at = whole.find(b"data") + 4
    path = tmp_path / "streamed.wav"
    path.write_bytes(whole[:at] + promise.to_bytes(4, "little") + whole[at + 4 :])
    assert find_cut(path) is None


def test_an_mp4_without_index_is_cut(clips, tmp_path):
    whole = clips.container("mp4").read_bytes()
    path = tmp_path / "unfinished.mp4"
    path.write_bytes(whole[: whole.find(b"moov") - 4])
    assert find_cut(path) == "its index (the moov box) is missing"


MAGICS = [
    b"\0\0\0\x18ftypisom",
    b"\x1a\x45\xdf\xa3\x84abcd\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff",
    b"FLV\x01\x05\0\0\0\x09\0\0\0\0",
    b"G" + b"\0" * 187 + b"G",
    b"RIFF\0\0\0\0WAVE",
    b"",
]


@given(magic=st.sampled_from(MAGICS), rest=st.binary(max_size=600))
def test_no_bytes_confuse_it(magic, rest):
    with tempfile.NamedTemporaryFile() as file:
        file.write(magic + rest)
        file.flush()
        answer = find_cut(Path(file.name))
    assert answer is None or answer.endswith(("missing", "header"))
