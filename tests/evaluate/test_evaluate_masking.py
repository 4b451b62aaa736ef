"""Masked transcripts keep their times."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from models.span import Span
from models.transcript import Flag, Provenance, Transcript, Utterance, Word
from pipeline.evaluate.masking import mask_transcript
from pipeline.language.masking import mask_links

PROVENANCE = Provenance("import:srt", "", "", "{}")


def say(*texts: str, start_ms: int = 0) -> Utterance:
    """Say words of 100 ms each."""
    words = tuple(
        Word(Span(start_ms + 100 * i, start_ms + 100 * (i + 1)), text, 0.9 - 0.1 * i)
        for i, text in enumerate(texts)
    )
    text = "".join(texts)
    return Utterance(Span(start_ms, start_ms + 100 * max(len(texts), 1)), text, text, words)


def transcript(*utterances: Utterance) -> Transcript:
    return Transcript("zh", utterances, PROVENANCE)


def test_the_words_of_a_mask_become_one_over_their_time() -> None:
    (masked,) = mask_transcript(transcript(say("请", "拍", "三", "号链", "接吧", "好"))).utterances
    assert [(w.text, w.span.start_ms, w.span.end_ms) for w in masked.words] == [
        ("请", 0, 100),
        ("拍", 100, 200),
        ("那个链接吧", 200, 500),
        ("好", 500, 600),
    ]
    assert masked.words[2].probability == 0.9 - 0.1 * 4
    assert masked.text == masked.raw_text == "请拍那个链接吧好"


def test_an_utterance_without_words_is_masked_too() -> None:
    spoken = Utterance(Span(0, 900), "拍三号", "拍三號", flag=Flag.LOOP)
    (masked,) = mask_transcript(transcript(spoken)).utterances
    assert masked == Utterance(Span(0, 900), "拍那个", "拍那个", flag=Flag.LOOP)


def test_two_masks_in_one_word_are_both_written() -> None:
    (masked,) = mask_transcript(transcript(say("一号茶", "二号杯三号链", "接"))).utterances
    assert [w.text for w in masked.words] == ["那个茶", "那个杯那个链接"]


pieces = st.sampled_from(
    ["三", "号", "链接", "拍", "link", " three", "茶", "3号链", "接", " ", "个"]
)
utterances = st.lists(pieces, min_size=1, max_size=10).map(lambda texts: say(*texts))
transcripts = st.lists(utterances, max_size=3).map(lambda spoken: transcript(*spoken))


@given(transcripts)
def test_text_is_masked_and_spans_stay(spoken: Transcript) -> None:
    masked = mask_transcript(spoken)
    for before, after in zip(spoken.utterances, masked.utterances, strict=True):
        assert after.span == before.span
        assert after.text == mask_links(before.text)
        assert "".join(word.text for word in after.words) == after.text
        starts = [word.span.start_ms for word in after.words]
        assert starts == sorted(starts)
        assert after.words[0].span.start_ms == before.words[0].span.start_ms
        assert after.words[-1].span.end_ms == before.words[-1].span.end_ms
        assert len(after.character_times()) == len(after.text)


@given(transcripts)
def test_masking_twice_is_masking_once(spoken: Transcript) -> None:
    once = mask_transcript(spoken)
    assert mask_transcript(once) == once
