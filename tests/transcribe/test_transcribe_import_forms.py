"""Imported transcripts as programs really write them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.span import Span
from models.transcript import Transcript
from pipeline.language.script import Script
from pipeline.transcribe.imported import parse_transcript, read_transcript

ROLLING = (
    "WEBVTT\nKind: captions\nLanguage: zh\n\n"
    "00:00:00.000 --> 00:00:02.000 align:start\n \n先看<00:00:01.000><c>一号链接</c>\n\n"
    "00:00:02.000 --> 00:00:02.010\n先看一号链接\n \n\n"
    "00:00:02.010 --> 00:00:04.000\n先看一号链接\n羊毛围巾\n"
)


def read(content: str, folder: Path) -> Transcript:
    path = folder / "transcript.any"
    path.write_text(content, encoding="utf-8")
    return read_transcript(path, language=None, script=Script.SIMPLIFIED)


def subrip(*cues: tuple[str, str, str]) -> str:
    return "\n".join(f"{start} --> {end}\n{text}\n" for start, end, text in cues)


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        pytest.param("00:00:00,000", Span(4_000, 6_500), id="zero"),
        pytest.param("99:59:59,999", Span(4_000, 6_500), id="beyond every broadcast"),
        pytest.param("23:59:59,000", Span(4_000, 6_500), id="length of a day"),
        pytest.param("00:00:09,000", Span(4_000, 9_000), id="possible"),
    ],
)
def test_the_end_of_the_last_cue_need_not_be_right(
    end: str, expected: Span, tmp_path: Path
) -> None:
    text = subrip(("00:00:01,000", "00:00:03,500", "三号链接"), ("00:00:04,000", end, "拍下"))
    assert read(text, tmp_path).utterances[-1].span == expected


@given(end_ms=st.integers(0, 359_999_000))
def test_whatever_the_last_end_is_the_cue_before_stays(end_ms: int) -> None:
    seconds, rest = divmod(end_ms, 1_000)
    end = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d},{rest:03d}"
    text = subrip(("00:00:01,000", "00:00:03,500", "三号"), ("00:00:04,000", end, "拍下"))
    first, last = parse_transcript(text, "a.srt").cues
    assert first.span == Span(1_000, 3_500)
    assert last.span.start_ms == 4_000
    assert last.span.duration_ms <= 12_000


def test_a_line_of_spaces_inside_a_webvtt_cue_is_text(tmp_path: Path) -> None:
    texts = [utterance.text for utterance in read(ROLLING, tmp_path).utterances]
    assert texts == ["先看一号链接", "先看一号链接", "先看一号链接羊毛围巾"]


def test_a_line_of_spaces_between_webvtt_cues_parts_them(tmp_path: Path) -> None:
    text = "WEBVTT\n  \n00:01.000 --> 00:02.000\n一号\n \n2\n00:02.000 --> 00:03.000\n二号\n"
    assert [u.text for u in read(text, tmp_path).utterances] == ["一号", "二号"]


@pytest.mark.parametrize(
    ("written", "text"),
    [
        pytest.param("<i>桂花</i>乌龙", "桂花乌龙", id="html"),
        pytest.param('<font color="#fff">桂花乌龙</font>', "桂花乌龙", id="font"),
        pytest.param("{\\an8\\fs20}桂花乌龙", "桂花乌龙", id="ass-override"),
        pytest.param("桂花\\N乌龙", "桂花乌龙", id="ass-line-break"),
        pytest.param("good\\Nmorning", "good morning", id="ass-line-break-in-english"),
        pytest.param("A&amp;B", "A&B", id="entity"),
        pytest.param("主播：桂花乌龙 [音乐]", "主播：桂花乌龙 [音乐]", id="labels-and-notes-stay"),
    ],
)
def test_markup_goes_from_the_text_and_stays_in_the_raw_text(
    written: str, text: str, tmp_path: Path
) -> None:
    (utterance,) = read(subrip(("00:00:01,000", "00:00:03,500", written)), tmp_path).utterances
    assert (utterance.text, utterance.raw_text) == (text, written)


def test_empty_cues_are_no_utterances(tmp_path: Path) -> None:
    text = subrip(
        ("00:00:01,000", "00:00:02,000", ""),
        ("00:00:02,000", "00:00:03,000", "三号"),
        ("00:00:03,000", "00:00:04,000", "&nbsp;"),
    )
    assert [u.text for u in read(text, tmp_path).utterances] == ["三号"]
