"""Transcripts without link numbers, to see whether products are known by more than those."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from models.span import Span
from models.transcript import Transcript, Utterance, Word
from pipeline.language.masking import Mask, iter_masks, mask_links


def mask_transcript(transcript: Transcript) -> Transcript:
    """Return the transcript with the number of every link taken away, all times kept.

    Masked are `text` and `raw_text`. The words that a mask touches become one word over their
    time, which keeps the lowest of their probabilities; every other word and every utterance's
    span and flag stay. Masking twice changes nothing more.
    """
    return replace(transcript, utterances=tuple(map(_mask_utterance, transcript.utterances)))


def _mask_utterance(utterance: Utterance) -> Utterance:
    masks = tuple(iter_masks(utterance.text))
    return replace(
        utterance,
        text=mask_links(utterance.text),
        raw_text=mask_links(utterance.raw_text),
        words=_mask_words(utterance.words, masks),
    )


def _mask_words(words: Sequence[Word], masks: Sequence[Mask]) -> tuple[Word, ...]:
    """Write the masks into the words; words share no mask afterwards.

    words     [请 拍][三][号 链][接 吧]
    mask            [---------)
    result    [请 拍][那 个 链 接 吧]
    """
    masked: list[Word] = []
    group: list[Word] = []
    group_start = end = 0
    for word in words:
        group.append(word)
        end += len(word.text)
        if any(mask.start < end < mask.end for mask in masks):
            continue
        masked.append(_join(group, group_start, masks))
        group, group_start = [], end
    return tuple(masked)


def _join(words: Sequence[Word], start: int, masks: Sequence[Mask]) -> Word:
    """Return words that begin at `start` of their utterance as one, with the masks inside them."""
    text = "".join(word.text for word in words)
    inside = [mask for mask in masks if start <= mask.start < start + len(text)]
    if not inside:
        return words[0]
    for mask in reversed(inside):
        text = text[: mask.start - start] + mask.text + text[mask.end - start :]
    known = [word.probability for word in words if word.probability is not None]
    span = Span(min(word.span.start_ms for word in words), max(word.span.end_ms for word in words))
    return Word(span, text, min(known, default=None))
