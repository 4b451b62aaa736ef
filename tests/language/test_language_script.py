from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.language.script import Script, uniform_script

HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF)
MIXED = st.text(st.one_of(HAN, st.characters(codec="utf-8")), max_size=40)


@pytest.mark.parametrize(
    ("text", "script", "expected"),
    [
        pytest.param("這個鏈接還有貨", Script.SIMPLIFIED, "这个链接还有货", id="to simplified"),
        pytest.param("这個连接还有貨", Script.SIMPLIFIED, "这个连接还有货", id="mixed"),
        pytest.param("头发出发", Script.TRADITIONAL, "頭髮出發", id="the phrase decides"),
        pytest.param(
            "SPF50+ 89.9 元！", Script.SIMPLIFIED, "SPF50+ 89.9 元！", id="the rest stays"
        ),
        pytest.param("", Script.SIMPLIFIED, "", id="empty"),
    ],
)
def test_script_is_made_uniform(text: str, script: Script, expected: str) -> None:
    assert uniform_script(text, script) == expected


@given(text=MIXED, script=st.sampled_from(Script))
def test_length_is_kept_so_that_times_stay_valid(text: str, script: Script) -> None:
    assert len(uniform_script(text, script)) == len(text)


@given(text=st.text(st.characters(max_codepoint=0x2E7F, codec="utf-8"), max_size=40))
def test_text_without_han_is_left_alone(text: str) -> None:
    assert uniform_script(text, Script.SIMPLIFIED) == text
