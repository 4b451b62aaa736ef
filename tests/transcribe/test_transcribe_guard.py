from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.span import Span
from models.transcript import Flag, Word
from pipeline.transcribe.guard import Evidence, compression_ratio, find_suspects

SURE = Evidence(-0.2, 0.05, 0.9)
UNSURE = Evidence(-1.4, 0.05, 0.9)
SILENT = Evidence(-0.2, 0.9, 0.9)
NO_VOICE = Evidence(-0.2, 0.05, 0.1)
UNKNOWN = Evidence(None, None, None)


def spoken(text: str, *, rate: float = 5.0) -> tuple[Word, ...]:
    """One word a character, at so many characters a second."""
    step_ms = round(1_000 / rate)
    return tuple(
        Word(Span(n * step_ms, (n + 1) * step_ms), character) for n, character in enumerate(text)
    )


def flagged(text: str, evidence: Evidence, *, rate: float = 5.0) -> list[tuple[str, Flag]]:
    return [
        (text[suspect.first : suspect.last], suspect.flag)
        for suspect in find_suspects(spoken(text, rate=rate), evidence)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "点赞关注订阅转发都来一波",
        "左上角点个关注，加一下粉丝团，转发给你姐妹",
        "谢谢大家的关注，谢谢支持",
        "三号链接三号链接三号链接，三号链接",
        "买它买它买它买它买它",
        "五四三二一，上车上车上车上车",
        "哈哈哈哈哈哈",
        "感谢观看直播的宝宝，谢谢观看",
        "字幕上写着价格",
    ],
)
def test_what_hosts_really_say_is_believed(text: str) -> None:
    assert flagged(text, SURE) == []
    assert flagged(text, UNKNOWN) == []


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("请不吝点赞 订阅 转发 打赏支持明镜与点点栏目", Flag.PHANTOM),
        ("請不吝點贊 訂閱 轉發 打賞支持明鏡與點點欄目", Flag.PHANTOM),
        ("字幕由 Amara.org 社群提供", Flag.PHANTOM),
        ("中文字幕由志愿者提供", Flag.PHANTOM),
        ("字幕志愿者 杨茜茜", Flag.PHANTOM),
        ("优优独播剧场——YoYo Television Series Exclusive", Flag.PHANTOM),
        ("以下是普通话的句子，简体中文，带标点。", Flag.PROMPT_ECHO),
        ("以下是普通話的句子", Flag.PROMPT_ECHO),
    ],
)
@pytest.mark.parametrize("evidence", [SURE, UNSURE, UNKNOWN], ids=["sure", "unsure", "unknown"])
def test_signatures_are_flagged_whatever_the_evidence(
    text: str, flag: Flag, evidence: Evidence
) -> None:
    assert flag in {kind for _, kind in flagged(text, evidence)}


@pytest.mark.parametrize("text", ["谢谢观看", "感谢收看", "下集再见", "Thank you for watching!"])
@pytest.mark.parametrize(
    "evidence", [UNSURE, SILENT, NO_VOICE], ids=["unsure", "silent", "no voice"]
)
def test_polite_endings_are_phantoms_only_on_weak_evidence(text: str, evidence: Evidence) -> None:
    assert {kind for _, kind in flagged(text, evidence)} == {Flag.PHANTOM}
    assert flagged(text, SURE) == []


@pytest.mark.parametrize(
    ("evidence", "rate", "flags"),
    [
        pytest.param(SURE, 5.0, [], id="a host who repeats himself"),
        pytest.param(UNSURE, 5.0, [Flag.LOOP], id="a decoder that doubts itself"),
        pytest.param(NO_VOICE, 5.0, [Flag.LOOP], id="nobody speaks"),
        pytest.param(SURE, 14.0, [Flag.LOOP], id="faster than anybody speaks"),
    ],
)
def test_repetition_needs_a_second_witness(
    evidence: Evidence, rate: float, flags: list[Flag]
) -> None:
    found = flagged("拍三号链接" * 6, evidence, rate=rate)
    assert found == [("拍三号链接" * 6, flag) for flag in flags]


def test_only_the_phantom_is_flagged_not_what_was_said_around_it() -> None:
    text = "这款还有三十单，字幕由 Amara.org 社群提供 我们接着讲"
    assert flagged(text, SURE) == [("字幕由 Amara.org 社群提供", Flag.PHANTOM)]


def test_three_repeats_are_no_loop_even_when_in_doubt() -> None:
    assert flagged("三号链接" * 3, UNSURE) == []


@given(st.text("三号链接买它好的，。 a", max_size=60), st.sampled_from([SURE, UNSURE, UNKNOWN]))
def test_suspects_are_sorted_disjoint_and_inside(text: str, evidence: Evidence) -> None:
    suspects = find_suspects(spoken(text), evidence)
    bounds = [bound for suspect in suspects for bound in (suspect.first, suspect.last)]
    assert bounds == sorted(bounds)
    assert all(0 <= suspect.first < suspect.last <= len(text) for suspect in suspects)


def test_loops_compress_and_speech_does_not() -> None:
    assert compression_ratio("我们这款锅卖了四年了老粉都知道特别轻还不粘" * 12) > 2.4
    assert compression_ratio("我们这款锅卖了四年了，老粉都知道，特别轻还不粘。") < 2.4
    assert compression_ratio("") == 0
