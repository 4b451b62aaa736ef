"""What the decoder is told before it listens: the prompt, and the language."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.transcribe.engine import Language

CHINESE_PROMPT = "以下是普通话的句子，简体中文，带标点。"
"""Leans whisper towards simplified characters and punctuation; `guard` filters its echo."""


def initial_prompt(language: Language) -> str | None:
    """Return the text that every window is prompted with; English needs none."""
    return CHINESE_PROMPT if language is Language.CHINESE else None


def choose_language(probabilities: Mapping[str, float]) -> Language:
    """Tell Chinese from English by whisper's language probabilities.

    Cantonese (`yue`, large-v3 only) counts as Chinese. Other languages are not
    offered: nothing downstream reads them.
    """
    chinese = probabilities.get("zh", 0.0) + probabilities.get("yue", 0.0)
    return Language.CHINESE if chinese >= probabilities.get("en", 0.0) else Language.ENGLISH
