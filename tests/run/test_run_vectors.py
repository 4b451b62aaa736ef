"""Vectors that are kept are the vectors that the encoder gives."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.detect.encoder import LsaEncoder, Vectors
from pipeline.run.vectors import RememberingEncoder, remember
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


TEXTS = st.lists(st.text(max_size=5), max_size=8)


@given(rounds=st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=4))
def test_remembered_vectors_are_the_encoders_own(rounds, tmp_path_factory) -> None:
    path = tmp_path_factory.mktemp("vectors") / "kept.npz"
    for spoken, sold in rounds:
        own = CountingEncoder().encode(spoken, sold)
        kept = RememberingEncoder(CountingEncoder(), path).encode(spoken, sold)
        for left, right in zip(own, kept, strict=True):
            assert left.dtype == right.dtype
            assert np.array_equal(left, right)


def test_only_new_texts_are_encoded(tmp_path: Path) -> None:
    path = tmp_path / "kept.npz"
    RememberingEncoder(CountingEncoder(), path).encode(["你好", "三号"], ["茶"])
    again = CountingEncoder()
    RememberingEncoder(again, path).encode(["三号", "你好", "新话"], ["茶"])
    assert again.asked == ["新话"]


def test_what_is_said_and_what_is_sold_are_kept_apart(tmp_path: Path) -> None:
    spoken, sold = RememberingEncoder(CountingEncoder(), tmp_path / "kept.npz").encode(
        ["茶"], ["茶"]
    )
    assert not np.array_equal(spoken, sold)


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04", b"not an archive at all"])
def test_a_damaged_file_is_made_again(damage: bytes, tmp_path: Path) -> None:
    path = tmp_path / "kept.npz"
    path.write_bytes(damage)
    encoder = CountingEncoder()
    RememberingEncoder(encoder, path).encode(["你好"], [])
    assert encoder.asked == ["你好"]
    RememberingEncoder(encoder, path).encode(["你好"], [])
    assert encoder.asked == ["你好"]


def test_a_file_cut_anywhere_is_made_again(tmp_path: Path) -> None:
    path = tmp_path / "kept.npz"
    RememberingEncoder(CountingEncoder(), path).encode(["你好", "三号"], ["茶"])
    whole = path.read_bytes()
    for length in range(0, len(whole), 97):
        path.write_bytes(whole[:length])
        rows, _ = RememberingEncoder(CountingEncoder(), path).encode(["你好"], [])
        assert np.array_equal(rows, _rows(["你好"], 1.0))


def test_an_encoder_that_looks_at_all_texts_together_is_left_alone(tmp_path: Path) -> None:
    encoder = LsaEncoder()
    assert remember(encoder, Workspace(tmp_path), "sha256:00") is encoder
