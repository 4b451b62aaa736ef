"""Recognition error rates."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.evaluate.cer import TextErrors, count_text_errors, tokenise

texts = st.text("雾凇洗手 乳,。abC'3", max_size=12)


@pytest.mark.parametrize(
    ("recognised", "true", "language", "edits", "tokens"),
    [
        ("雾凇洗手液", "雾凇洗手液。", "zh", 0, 5),
        ("霧淞 洗手液!", "雾凇洗手液", "zh", 1, 5),
        ("", "雾凇", "zh", 2, 2),
        ("雾凇", "", "zh", 2, 0),
        ("３号链接", "三号链接", "zh", 1, 4),
        ("雲杉ＴＥＡ", "云杉 tea", "zh", 0, 5),
        ("Don't touch, the pine tea", "dont touch the Pine Tea!", "en", 0, 5),
        ("touch pine tree tea", "touch the pine tea", "en", 2, 4),
    ],
    ids=[
        *("punctuation", "one wrong character", "all missing", "nothing true", "numerals"),
        *("script and width", "English case", "English words"),
    ],
)
def test_known_edits(recognised: str, true: str, language: str, edits: int, tokens: int) -> None:
    assert count_text_errors(recognised, true, language=language) == TextErrors(edits, tokens)


@given(texts, st.sampled_from(["zh", "en"]))
def test_a_text_has_no_errors_against_itself(text: str, language: str) -> None:
    assert count_text_errors(text, text, language=language).edits == 0


@given(texts, texts, st.sampled_from(["zh", "en"]))
def test_edits_are_symmetric_and_bounded(a: str, b: str, language: str) -> None:
    there, back = (count_text_errors(x, y, language=language) for x, y in ((a, b), (b, a)))
    assert there.edits == back.edits <= max(there.tokens, back.tokens)
    assert there.edits >= abs(there.tokens - back.tokens)


@given(texts, st.sampled_from(["zh", "en"]))
def test_tokenising_is_idempotent(text: str, language: str) -> None:
    tokens = tokenise(text, language=language)
    assert tokenise(" ".join(tokens), language=language) == tokens


def test_errors_add_before_they_divide() -> None:
    assert (TextErrors(1, 2) + TextErrors(0, 8)).rate == 0.1
    assert TextErrors().rate is None
