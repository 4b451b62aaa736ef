"""Vectors that are kept are the vectors that the encoder gives."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.detect.encoder import LsaEncoder, Vectors
from pipeline.run.vectors import RememberingEncoder, VectorFile, remember
from pipeline.run.workspace import Workspace


class CountingEncoder:
    """Gives every text a vector of its own and counts how many it was asked for."""

    name = "counting"
    version = "1"
    pointwise = True

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, spoken: Sequence[str], sold: Sequence[str]) -> tuple[Vectors, Vectors]:
        self.asked += [*spoken, *sold]
        return _rows(spoken, 1.0), _rows(sold, -1.0)


def _rows(texts: Sequence[str], sign: float) -> Vectors:
    if not texts:
        return np.zeros((0, 1), np.float32)
    return np.array([[sign * len(text), sum(map(ord, text))] for text in texts], np.float32)


TEXTS = st.lists(st.text(st.characters(), max_size=5), max_size=8)
"""Half surrogate pairs among them."""


def _remembering(encoder: CountingEncoder, folder: Path) -> RememberingEncoder:
    return RememberingEncoder(encoder, folder / "spoken.npz", folder / "sold.npz")


@given(rounds=st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=4))
def test_remembered_vectors_are_the_encoders_own(rounds, tmp_path_factory) -> None:
    folder = tmp_path_factory.mktemp("vectors")
    for spoken, sold in rounds:
        own = CountingEncoder().encode(spoken, sold)
        kept = _remembering(CountingEncoder(), folder).encode(spoken, sold)
        for left, right in zip(own, kept, strict=True):
            assert left.dtype == right.dtype
            assert np.array_equal(left, right)


def test_only_new_texts_are_encoded(tmp_path: Path) -> None:
    _remembering(CountingEncoder(), tmp_path).encode(["你好", "三号"], ["茶"])
    again = CountingEncoder()
    _remembering(again, tmp_path).encode(["三号", "你好", "新话"], ["茶"])
    assert again.asked == ["新话"]


def test_what_is_said_and_what_is_sold_are_kept_apart(tmp_path: Path) -> None:
    spoken, sold = _remembering(CountingEncoder(), tmp_path).encode(["茶"], ["茶"])
    assert not np.array_equal(spoken, sold)


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04", b"not an archive at all"])
def test_a_damaged_file_is_made_again(damage: bytes, tmp_path: Path) -> None:
    for name in ("spoken.npz", "sold.npz"):
        (tmp_path / name).write_bytes(damage)
    encoder = CountingEncoder()
    for _ in range(2):
        _remembering(encoder, tmp_path).encode(["你好"], ["茶"])
        assert encoder.asked == ["你好", "茶"]


def test_a_file_cut_anywhere_is_made_again(tmp_path: Path) -> None:
    _remembering(CountingEncoder(), tmp_path).encode(["你好", "三号"], ["茶"])
    path = tmp_path / "spoken.npz"
    whole = path.read_bytes()
    for length in range(0, len(whole), 97):
        path.write_bytes(whole[:length])
        rows, _ = _remembering(CountingEncoder(), tmp_path).encode(["你好"], [])
        assert np.array_equal(rows, _rows(["你好"], 1.0))


def test_an_encoder_that_looks_at_all_texts_together_is_left_alone(tmp_path: Path) -> None:
    encoder = LsaEncoder()
    assert remember(encoder, Workspace(tmp_path), "sha256:00") is encoder


def test_what_is_sold_is_shared_by_recordings_and_what_is_said_is_not(tmp_path: Path) -> None:
    first, second = CountingEncoder(), CountingEncoder()
    remember(first, Workspace(tmp_path), "sha256:00").encode(["你好"], ["茶", "杯"])
    remember(second, Workspace(tmp_path), "sha256:11").encode(["你好"], ["茶", "新茶", "杯"])
    assert second.asked == ["你好", "新茶"]


def test_another_version_of_the_encoder_shares_nothing(tmp_path: Path) -> None:
    newer = CountingEncoder()
    newer.version = "2"
    for encoder in (CountingEncoder(), newer):
        remember(encoder, Workspace(tmp_path), "sha256:00").encode(["你好"], ["茶"])
        assert encoder.asked == ["你好", "茶"]


class Encoding:
    """Encodes one side, as a `VectorFile` asks for it, and notes what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        return _rows(texts, 1.0)


@given(
    rounds=st.lists(st.lists(st.sampled_from("abcdefgh"), max_size=8), min_size=1, max_size=6),
    limit=st.integers(1, 6),
)
def test_a_file_keeps_no_more_than_its_limit_and_answers_all_the_same(
    rounds, limit, tmp_path_factory
) -> None:
    path = tmp_path_factory.mktemp("vectors") / "kept.npz"
    for texts in rounds:
        rows = VectorFile(path, limit).recall(texts, Encoding())
        assert np.array_equal(rows, _rows(texts, 1.0))
        if texts:
            with np.load(path) as kept:
                assert len(kept["names"]) <= limit


def test_the_least_recently_used_texts_go_first(tmp_path: Path) -> None:
    file = VectorFile(tmp_path / "kept.npz", limit=4)
    for texts in ("abcd", "a", "ef"):
        file.recall(texts, Encoding())
    again = Encoding()
    file.recall("adef", again)
    assert again.asked == []
    file.recall("b", again)
    assert again.asked == ["b"]


def test_a_file_is_not_written_again_for_what_it_knows(tmp_path: Path) -> None:
    file = VectorFile(tmp_path / "kept.npz")
    file.recall("abc", Encoding())
    before = file.path.stat()
    file.recall("ca", Encoding())
    assert file.path.stat().st_ino == before.st_ino
    assert file.path.stat().st_mtime_ns == before.st_mtime_ns


def test_what_another_process_adds_meanwhile_is_kept(tmp_path: Path) -> None:
    file = VectorFile(tmp_path / "kept.npz")

    def encode_while_another_adds(texts: Sequence[str]) -> Vectors:
        file.recall(["theirs"], Encoding())
        return _rows(texts, 1.0)

    file.recall(["ours"], encode_while_another_adds)
    again = Encoding()
    file.recall(["ours", "theirs"], again)
    assert again.asked == []


def test_two_processes_that_write_leave_a_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "kept.npz"
    with ThreadPoolExecutor(4) as pool:
        writers = [
            pool.submit(VectorFile(path).recall, [f"{writer}:{turn}"], Encoding())
            for turn in range(10)
            for writer in range(4)
        ]
    assert all(len(writer.result()) == 1 for writer in writers)
    with np.load(path) as kept:
        assert len(kept["names"]) == len(kept["rows"]) >= 1
