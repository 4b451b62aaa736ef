"""What happens when: who speaks how loudly, which product is up, and when viewers type."""

from __future__ import annotations

import json
import random
import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from .script import Comment, Script

FPS = 20
"""A multiple of the recording's 100 ms grid, and plenty for a drawing."""

TYPING_LEAD_S = 2.2
"""A question is in the chat this long before the host takes it up."""

COMMENT_GAP_S = (1.9, 4.2)
CARD_DELAY_S, CARD_LINGER_S = 0.8, 0.9
"""The assistant pops the product card up after the pitch began and takes it away late."""

LOUDEST_RMS = 0.16
"""Level that opens the mouth fully."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A stretch of speech."""

    who: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Showing:
    """A stretch during which a product's card is up."""

    product_id: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Typed:
    """A comment and when it appears."""

    at_s: float
    comment: Comment


@dataclass(frozen=True, slots=True)
class Timeline:
    """Everything the picture follows."""

    duration_s: float
    loudness: npt.NDArray[np.float32]
    speech: tuple[Spoken, ...]
    showings: tuple[Showing, ...]
    comments: tuple[Typed, ...]

    @property
    def frames(self) -> int:
        """Number of video frames that cover the recording."""
        return round(self.duration_s * FPS)

    def speaker(self, at_s: float) -> str | None:
        """Who speaks at this time."""
        return next((s.who for s in self.speech if s.start_s <= at_s < s.end_s), None)

    def showing(self, at_s: float) -> Showing | None:
        """Return the product card that is up at this time."""
        return next((s for s in self.showings if s.start_s <= at_s < s.end_s), None)


def read_timeline(script: Script, truth_file: Path, wav: Path, seed: int) -> Timeline:
    """Derive the timeline from the script, its truth and its sound."""
    truth = json.loads(truth_file.read_text(encoding="utf-8"))
    speech = tuple(
        Spoken(line.who, said["start_ms"] / 1000, said["end_ms"] / 1000)
        for line, said in zip(script.lines, truth["utterances"], strict=True)
    )
    showings = tuple(
        Showing(
            pitch["product_id"],
            pitch["start_ms"] / 1000 + CARD_DELAY_S,
            pitch["end_ms"] / 1000 + CARD_LINGER_S,
        )
        for pitch in truth["pitches"]
    )
    duration_s = truth["duration_ms"] / 1000
    return Timeline(
        duration_s=duration_s,
        loudness=_loudness(wav, round(duration_s * FPS)),
        speech=speech,
        showings=showings,
        comments=_comments(script, speech, showings, duration_s, seed),
    )


def _loudness(wav: Path, frames: int) -> npt.NDArray[np.float32]:
    """Return one value from 0 to 1 per video frame."""
    with wave.open(str(wav), "rb") as sound:
        rate = sound.getframerate()
        samples = np.frombuffer(sound.readframes(sound.getnframes()), dtype="<i2") / 32_768
    step = rate // FPS
    if len(samples) != frames * step:
        raise ValueError(f"{wav} is {len(samples) / rate:.3f} s long, but truth says otherwise")
    rms = np.sqrt(np.mean(np.square(samples.reshape(frames, step)), axis=1))
    level: npt.NDArray[np.float32] = np.clip(rms / LOUDEST_RMS, 0, 1).astype(np.float32)
    return level


def _comments(
    script: Script,
    speech: tuple[Spoken, ...],
    showings: tuple[Showing, ...],
    duration_s: float,
    seed: int,
) -> tuple[Typed, ...]:
    """Mix scripted questions, reactions to the product that is up, and small talk."""
    typed = [
        Typed(max(0.0, said.start_s - TYPING_LEAD_S), line.comment)
        for line, said in zip(script.lines, speech, strict=True)
        if line.comment is not None
    ]
    rng = random.Random(f"{seed}:comments")
    waiting = {product_id: list(texts) for product_id, texts in script.room.reactions.items()}
    chatter: list[Comment] = []
    at_s = 0.4
    while at_s < duration_s - 1:
        up = next((s.product_id for s in showings if s.start_s + 2 <= at_s < s.end_s), "")
        if waiting.get(up):
            typed.append(Typed(at_s, waiting[up].pop(0)))
        else:
            if not chatter:
                chatter = rng.sample(script.room.chatter, len(script.room.chatter))
            typed.append(Typed(at_s, chatter.pop()))
        at_s += rng.uniform(*COMMENT_GAP_S)
    return tuple(sorted(typed, key=lambda each: each.at_s))
