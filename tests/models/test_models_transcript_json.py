"""A transcript written down comes back equal; whatever else comes back is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import InputError
from models.span import Span
from models.transcript import Flag, Provenance, Transcript, Utterance, Word
from models.transcript_json import SCHEMA, format_transcript, parse_transcript

NASTY = ("双十一", "a\u2028b\x85c", "\x00\x1b[2J", "😀e\u0301", '"\\/', "\r\n", " ", "0")
texts = st.sampled_from(NASTY) | st.text(max_size=8)
probabilities = st.none() | st.floats(allow_nan=False, allow_infinity=False)


@st.composite
def spans(draw: st.DrawFn) -> Span:
    start_ms = draw(st.integers(0, 10**9))
    return Span(start_ms, start_ms + draw(st.integers(1, 10**6)))


words = st.builds(Word, spans(), texts.filter(bool), probabilities)


@st.composite
def utterances(draw: st.DrawFn) -> Utterance:
    said = tuple(draw(st.lists(words, max_size=4)))
    return Utterance(
        span=draw(spans()),
        text="".join(word.text for word in said) if said else draw(texts),
        raw_text=draw(texts),
        words=said,
        average_log_probability=draw(probabilities),
        no_speech_probability=draw(probabilities),
        flag=draw(st.none() | st.sampled_from(Flag)),
    )


transcripts = st.builds(
    Transcript,
    language=texts,
    utterances=st.lists(utterances(), max_size=4).map(
        lambda items: tuple(sorted(items, key=lambda item: item.span.start_ms))
    ),
    provenance=st.builds(Provenance, texts, texts, texts, texts),
)


@given(transcripts)
def test_parse_gives_back_what_format_wrote(transcript: Transcript) -> None:
    assert parse_transcript(format_transcript(transcript), name="t") == transcript


@given(transcripts)
def test_format_is_idempotent_and_a_utf8_file_can_hold_it(transcript: Transcript) -> None:
    text = format_transcript(transcript)
    assert format_transcript(parse_transcript(text, name="t")) == text
    assert parse_transcript(text.encode().decode(), name="t") == transcript


EXAMPLE = Transcript(
    language="zh",
    utterances=(
        Utterance(Span(0, 900), "围巾", "圍巾", (Word(Span(0, 900), "围巾", 0.5),), -0.25, 0.01),
        Utterance(Span(1000, 2000), "谢谢观看", "谢谢观看", flag=Flag.PHANTOM),
    ),
    provenance=Provenance("faster-whisper", "base", "ab", "{}"),
)


@given(st.data())
def test_every_cut_document_is_refused(data: st.DataObject) -> None:
    text = format_transcript(EXAMPLE)
    length = data.draw(st.integers(0, len(text.rstrip()) - 1))
    with pytest.raises(InputError, match=f"kept.json is not a {SCHEMA} document"):
        parse_transcript(text[:length], name="kept.json")


def change(**changes: Any) -> Any:
    return lambda document: document.update(changes)


def change_utterance(**changes: Any) -> Any:
    return lambda document: document["utterances"][0].update(changes)


WRONG = {
    "other-schema": change(schema="kandian.transcript/2"),
    "no-schema": lambda document: document.pop("schema"),
    "no-language": lambda document: document.pop("language"),
    "utterances-no-list": change(utterances=7),
    "utterance-no-object": change(utterances=[[]]),
    "provenance-no-object": change(provenance="base"),
    "provenance-field-more": lambda document: document["provenance"].update(more=1),
    "provenance-field-less": lambda document: document["provenance"].pop("model"),
    "no-text": lambda document: document["utterances"][0].pop("text"),
    "words-join-to-other-text": change_utterance(text="毛巾"),
    "word-too-short": change_utterance(words=[[0, 900, "围巾"]]),
    "word-without-text": change_utterance(words=[[0, 900, "", 0.5]]),
    "ends-before-its-start": change_utterance(start_ms=900),
    "negative-start": change_utterance(start_ms=-1),
    "text-for-a-time": change_utterance(start_ms="0"),
    "unknown-flag": change_utterance(flag="odd"),
    "unsorted": lambda document: document["utterances"].reverse(),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_document_of_another_shape_is_refused(case: str) -> None:
    document = json.loads(format_transcript(EXAMPLE))
    WRONG[case](document)
    with pytest.raises(InputError, match=r"^t is not a kandian\.transcript/1 document: "):
        parse_transcript(json.dumps(document), name="t")


@pytest.mark.parametrize("text", ["", "[]", "null", "7", '"kandian"', "{}", "[" * 100_000])
def test_what_is_no_document_at_all_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"^t is not a kandian\.transcript/1 document: "):
        parse_transcript(text, name="t")
