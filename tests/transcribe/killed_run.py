"""Run a transcription in small jobs; the test of interrupted runs kills this program midway."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from models.progress import silent
from models.transcript import Transcript
from pipeline.transcribe.engine import Device, TranscribeSettings
from pipeline.transcribe.faster_whisper_engine import make
from pipeline.transcribe.speech import SpeechSettings
from pipeline.transcribe.weights import find_weights


def transcribe_in_small_jobs(audio: Path, checkpoints: Path) -> Transcript:
    """Transcribe with one window of at most 5 s a job, so that 12 s make several jobs."""
    settings = TranscribeSettings(device=Device.CPU, threads=1, beam_size=1)
    whole = make(find_weights("base"), settings)
    small = replace(whole, windows_per_job=1, speech=SpeechSettings(max_window_ms=5_000))
    return small.transcribe(audio, checkpoints=checkpoints, report=silent)


if __name__ == "__main__":
    transcribe_in_small_jobs(Path(sys.argv[1]), Path(sys.argv[2]))
