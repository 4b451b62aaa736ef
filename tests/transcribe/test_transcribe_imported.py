from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import InputError
from models.span import Span
from models.transcript import Flag, Transcript
from pipeline.language.script import Script
from pipeline.transcribe import imported as imported_module
from pipeline.transcribe.cue import split_tokens
from pipeline.transcribe.imported import parse_transcript, read_transcript

SRT = "1\n00:00:01,000 --> 00:00:03,500\n三号鏈接\n\n2\n00:00:04,000 --> 00:00:06,000\n拍下就送\n"
VTT = (
    "WEBVTT\n\nNOTE made by hand\n\nintro\n00:01.000 --> 00:03.500 align:start\n<v 主播>三号鏈接\n"
)
WHISPER = {
    "language": "zh",
    "segments": [
        {
            "start": 1.0,
            "end": 2.0,
            "text": " 三号链接",
            "avg_logprob": -0.3,
            "no_speech_prob": 0.1,
            "words": [
                {"start": 1.0, "end": 1.4, "word": "三号", "probability": 0.9},
                {"start": 1.4, "end": 2.0, "word": "链接"},
            ],
        }
    ],
}
FUNASR = [
    {
        "key": "a",
        "text": "<|zh|><|NEUTRAL|>大家好，看 one 号",
        "timestamp": [[0, 200], [200, 400], [400, 600], [900, 1100], [1100, 1500], [1500, 1700]],
    }
]


def read(content: str | bytes, tmp_path: Path, *, language: str | None = None) -> Transcript:
    path = tmp_path / "transcript.any"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_transcript(path, language=language, script=Script.SIMPLIFIED)


def clock(time_ms: int, mark: str) -> str:
    seconds, rest = divmod(time_ms, 1_000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{mark}{rest:03d}"


LINE = st.text(
    st.characters(codec="utf-8", categories=["L", "N", "P"], exclude_characters="<>&{}"),
    min_size=1,
    max_size=12,
).filter(lambda line: "--" not in line and not line.isdecimal() and not line.isdigit())
CUES = st.lists(
    st.tuples(
        st.integers(0, 9_000_000), st.integers(1, 12_000), st.lists(LINE, min_size=1, max_size=2)
    ),
    min_size=1,
    max_size=5,
)


@given(CUES)
def test_subrip_gives_back_what_was_written(cues: list[tuple[int, int, list[str]]]) -> None:
    text = "\n".join(
        f"{n}\n{clock(start, ',')} --> {clock(start + size, ',')}\n" + "\n".join(lines) + "\n"
        for n, (start, size, lines) in enumerate(cues, start=1)
    )
    found = parse_transcript(text, "a.srt").cues
    assert [cue.span for cue in found] == [Span(start, start + size) for start, size, _ in cues]
    assert [cue.raw_text for cue in found] == ["\n".join(lines) for _, _, lines in cues]


@given(CUES, st.sampled_from(["\n", "\r\n", "\r"]), st.sampled_from(["", "\ufeff"]))
def test_webvtt_gives_back_what_was_written(
    cues: list[tuple[int, int, list[str]]], newline: str, mark: str
) -> None:
    blocks = [
        f"{clock(start, '.')} --> {clock(start + size, '.')}\n" + "\n".join(lines)
        for start, size, lines in cues
    ]
    text = mark + "\n\n".join(["WEBVTT", *blocks]) + "\n"
    found = parse_transcript(text.replace("\n", newline), "a.vtt").cues
    assert [cue.span for cue in found] == [Span(start, start + size) for start, size, _ in cues]
    assert [cue.raw_text for cue in found] == ["\n".join(lines) for _, _, lines in cues]


@pytest.mark.parametrize(
    ("content", "kind", "start_ms", "text"),
    [
        pytest.param(SRT, "srt", 1_000, "三号链接", id="srt"),
        pytest.param("\ufeff" + SRT.replace("\n", "\r\n"), "srt", 1_000, "三号链接", id="crlf"),
        pytest.param(SRT.replace("1\n00", "00"), "srt", 1_000, "三号链接", id="no numbers"),
        pytest.param(VTT, "webvtt", 1_000, "三号链接", id="webvtt"),
        pytest.param(json.dumps(WHISPER), "whisper-json", 1_000, "三号链接", id="whisper"),
        pytest.param(json.dumps(FUNASR), "funasr-json", 0, "大家好，看 one 号", id="funasr"),
        pytest.param(json.dumps(FUNASR[0]), "funasr-json", 0, "大家好，看 one 号", id="alone"),
    ],
)
def test_formats_are_told_by_content(
    content: str, kind: str, start_ms: int, text: str, tmp_path: Path
) -> None:
    transcript = read(content, tmp_path)
    assert transcript.provenance.engine == f"import:{kind}"
    assert transcript.utterances[0].span.start_ms == start_ms
    assert transcript.utterances[0].text == text
    assert transcript.language == "zh"


def test_raw_text_keeps_the_script_of_the_file(tmp_path: Path) -> None:
    first = read(SRT, tmp_path).utterances[0]
    assert (first.text, first.raw_text) == ("三号链接", "三号鏈接")


def test_whisper_words_and_confidence_are_kept(tmp_path: Path) -> None:
    (utterance,) = read(json.dumps(WHISPER), tmp_path).utterances
    assert [(word.text, word.span) for word in utterance.words] == [
        ("三号", Span(1_000, 1_400)),
        ("链接", Span(1_400, 2_000)),
    ]
    assert utterance.average_log_probability == -0.3
    assert utterance.no_speech_probability == 0.1


def test_words_without_times_get_what_lies_between(tmp_path: Path) -> None:
    words = [
        {"word": "only", "start": 0.0, "end": 0.4},
        {"word": " 39.90"},
        {"word": " now", "start": 1.0, "end": 1.2},
    ]
    document = {"segments": [{"start": 0, "end": 1.2, "text": "only 39.90 now", "words": words}]}
    (utterance,) = read(json.dumps(document), tmp_path).utterances
    assert utterance.words[1].span == Span(400, 1_000)


def test_funasr_tokens_keep_their_own_times(tmp_path: Path) -> None:
    words = [w for u in read(json.dumps(FUNASR), tmp_path).utterances for w in u.words]
    times = {word.text.strip(): word.span for word in words}
    assert times["好，"].start_ms == 400
    assert times["看"] == Span(900, 1_100)
    assert times["one"] == Span(1_100, 1_500)
    assert times["号"] == Span(1_500, 1_700)


def test_funasr_sentences_become_utterances(tmp_path: Path) -> None:
    sentences = [
        {"text": "第一句。", "start": 0, "end": 1_500},
        {"text": "第二句。", "start": 1_600, "end": 3_000},
    ]
    transcript = read(json.dumps([{"text": "", "sentence_info": sentences}]), tmp_path)
    assert [u.text for u in transcript.utterances] == ["第一句。", "第二句。"]


def test_a_long_cue_is_cut_and_its_time_shared_out(tmp_path: Path) -> None:
    text = "今天给大家带来这款不粘锅，" * 12
    srt = f"1\n00:00:00,000 --> 00:01:00,000\n{text}\n"
    utterances = read(srt, tmp_path).utterances
    assert "".join(u.text for u in utterances) == text
    assert utterances[0].span.start_ms == 0
    assert utterances[-1].span.end_ms == 60_000
    assert all(u.span.duration_ms <= 12_000 for u in utterances)
    assert all(u.text.endswith("，") for u in utterances)


def test_a_minute_without_punctuation_is_cut_too(tmp_path: Path) -> None:
    srt = f"1\n00:00:00,000 --> 00:01:00,000\n{'这款真的很好用' * 40}\n"
    utterances = read(srt, tmp_path).utterances
    assert all(u.span.duration_ms <= 12_000 for u in utterances)
    assert sum(len(u.text) for u in utterances) == 280


def test_entries_may_lie_in_any_order(tmp_path: Path) -> None:
    first, second = SRT.strip().split("\n\n")
    assert read(f"{second}\n\n{first}\n", tmp_path).utterances == read(SRT, tmp_path).utterances


def test_phantoms_are_flagged_in_imports_too(tmp_path: Path) -> None:
    srt = "1\n00:00:00,000 --> 00:00:03,000\n字幕由 Amara.org 社群提供\n\n" + SRT
    transcript = read(srt, tmp_path)
    assert [u.flag for u in transcript.utterances] == [Flag.PHANTOM, None, None]


@pytest.mark.parametrize(
    ("text", "asked", "expected"),
    [
        ("这款 vitamin C serum 很好用", None, "zh"),
        ("this serum is lovely", None, "en"),
        ("this serum is lovely", "auto", "en"),
        ("this serum is lovely", "zh", "zh"),
    ],
)
def test_language_is_guessed_when_nobody_says(
    text: str, asked: str | None, expected: str, tmp_path: Path
) -> None:
    srt = f"1\n00:00:00,000 --> 00:00:03,000\n{text}\n"
    assert read(srt, tmp_path, language=asked).language == expected


def segments(*entries: object) -> str:
    return json.dumps({"segments": list(entries)})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"", "is empty", id="empty"),
        pytest.param(b" \n\n", "is empty", id="blank"),
        pytest.param("三号链接".encode("gbk") + b"\n", "not UTF-8 .line 1.", id="gbk"),
        pytest.param("hello there", "no transcript that Kandian reads", id="prose"),
        pytest.param("{]", "line 1: broken JSON", id="broken json"),
        pytest.param("[" * 100_000, "nested too deeply|broken JSON", id="deep json"),
        pytest.param("{}", "neither whisper's", id="other json"),
        pytest.param("[1, 2]", "neither whisper's", id="list of numbers"),
        pytest.param("WEBVTT\n", "no text", id="no cues"),
        pytest.param("WEBVTT\n\nwords\nmore\n", "line 3: 'words'", id="vtt without a time"),
        pytest.param("WEBVTT\n\n1 --> 2\nx\n", "line 3: '1 --> 2'", id="vtt with odd times"),
        pytest.param(SRT.replace("04,000", "xx"), "line 6", id="srt with odd times"),
        pytest.param(SRT.replace("03,500", "00,500"), "line 2: the end 0.5 s", id="srt, end first"),
        pytest.param(SRT.replace("00:00:03", "99:00:03"), "line 2: .* 48 hours", id="too late"),
        pytest.param(
            "00:00:04,000 --> 00:00:03,000\n拍下就送\n", "line 1: the end 3 s", id="one, end first"
        ),
        pytest.param(
            SRT.replace("00:00:0", "99:00:0"), "line 2: .* 48 hours", id="all of it too late"
        ),
        pytest.param(SRT.replace("00:00:01", "-00:00:01"), "line 2: .*negative", id="below 0"),
        pytest.param(SRT.replace("00:00:06", "00:61:06"), "line 6: minutes", id="srt, 61 minutes"),
        pytest.param("junk\n" + SRT, "line 1: text before", id="srt with a preface"),
        pytest.param(segments(3), "segment 1 must be an object", id="segment no object"),
        pytest.param(segments({"start": 0, "end": 1}), "segment 1: 'text'", id="no text"),
        pytest.param(
            segments({"start": "0", "end": 1, "text": "a"}),
            "segment 1: 'start'",
            id="quoted",
        ),
        pytest.param(
            '{"segments":[{"start":NaN,"end":1,"text":"a"}]}',
            "segment 1: 'start'",
            id="nan",
        ),
        pytest.param(
            segments({"start": 0, "end": 1e400, "text": "a"}).replace("Infinity", "1e999"),
            "segment 1: 'end'",
            id="infinite",
        ),
        pytest.param(
            segments({"start": 0, "end": 1, "text": "a"}, {"start": 5, "end": 4, "text": "b"}),
            "segment 2: the end 4 s comes before",
            id="end first",
        ),
        pytest.param(
            segments({"start": -3, "end": 4, "text": "b"}), "segment 1: .*negative", id="negative"
        ),
        pytest.param(
            segments({"start": 0, "end": 9e6, "text": "b"}),
            "48 hours",
            id="in ms",
        ),
        pytest.param(
            json.dumps([{"text": "好", "timestamp": [[1]]}]), "entry 1: time 1", id="half a pair"
        ),
        pytest.param(
            json.dumps([{"text": "好", "timestamp": []}]), "entry 1: it has a text", id="no times"
        ),
    ],
)
def test_bad_transcripts_are_refused_with_the_place(
    content: str | bytes, message: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=message):
        read(content, tmp_path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no transcript at"):
        read_transcript(tmp_path / "none.srt", language=None, script=Script.SIMPLIFIED)


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_transcript(tmp_path, language=None, script=Script.SIMPLIFIED)


def test_a_huge_file_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imported_module, "MAX_BYTES", 10)
    with pytest.raises(InputError, match="up to 32 MiB"):
        read(SRT, tmp_path)


def test_an_unknown_language_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no language 'klingon'"):
        read(SRT, tmp_path, language="klingon")


@given(
    st.sampled_from(["", "WEBVTT\n\n", "00:00:01,000 --> 00:00:02,000\n", "[", '{"segments":']),
    st.text(max_size=100),
)
def test_any_text_is_read_or_refused_by_name(start: str, text: str) -> None:
    try:
        parse_transcript(start + text, "any")
    except InputError as error:
        message = str(error)
    else:
        message = "any: read"
    assert message.startswith("any: ")


@given(st.text(max_size=40))
def test_tokens_join_to_the_text(text: str) -> None:
    assert "".join(split_tokens(text)) == text.rstrip()
