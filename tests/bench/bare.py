"""The bare tools with the same settings, doing the same work without Kandian.

Run as a process of its own by `bench.py`: bare MEDIA FOLDER own|same copy|encode

`own`: faster-whisper cuts the sound by itself, with our voice detection settings.
`same`: it decodes the very windows that Kandian cuts, once each.
`copy`, `encode`: what Kandian decided to do with the picture.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from faster_whisper import BatchedInferencePipeline, WhisperModel

from pipeline.media.encoding import EncodeSettings
from pipeline.media.tool import find_ffmpeg
from pipeline.transcribe.audio import read_audio
from pipeline.transcribe.engine import Language, TranscribeSettings
from pipeline.transcribe.prompt import initial_prompt
from pipeline.transcribe.speech import (
    SpeechSettings,
    cut_windows,
    find_speech,
    measure_speech,
)
from pipeline.transcribe.weights import find_weights

BATCH_SIZE = 8
"""Windows decoded together, as `chunked.WINDOWS_PER_JOB`."""


ENCODED = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-pix_fmt", "yuv420p")
"""What one would type."""
KEYFRAMES = ("-force_key_frames", "expr:gte(t,n_forced*4)")


def run(media: Path, folder: Path, windows: str, picture: str) -> None:
    """Extract the sound, transcribe it and encode the replay, nothing else."""
    ffmpeg = str(find_ffmpeg().path)
    wav = folder / "audio.wav"
    begin = [ffmpeg, "-nostdin", "-v", "error", "-y", "-i", str(media)]
    subprocess.run([*begin, "-vn", "-ac", "1", "-ar", "16000", str(wav)], check=True)
    asked, heard = TranscribeSettings(), SpeechSettings()
    model = WhisperModel(
        str(find_weights("base").path),
        device="cpu",
        compute_type="int8",
        local_files_only=True,
        cpu_threads=asked.thread_count,
    )
    segments, _ = BatchedInferencePipeline(model).transcribe(
        str(wav),
        language="zh",
        batch_size=BATCH_SIZE,
        beam_size=asked.beam_size,
        initial_prompt=initial_prompt(Language.CHINESE),
        word_timestamps=True,
        **(same_windows(wav, heard) if windows == "same" else own_windows(heard)),
    )
    print(sum(len(segment.text) for segment in segments), "characters")
    video = ["-c:v", "copy"] if picture == "copy" else [*ENCODED, *KEYFRAMES]
    audio = ["-c:a", "aac", "-b:a", str(EncodeSettings().audio_bit_rate)]
    target = folder / "replay.mp4"
    subprocess.run([*begin, *video, *audio, "-movflags", "+faststart", str(target)], check=True)


def own_windows(heard: SpeechSettings) -> dict[str, Any]:
    """Let the library find speech and cut it, with our settings."""
    return {
        "vad_parameters": {
            "threshold": heard.threshold,
            "min_silence_duration_ms": heard.min_silence_ms,
            "speech_pad_ms": heard.pad_ms,
            "max_speech_duration_s": heard.max_window_ms / 1000,
        }
    }


def same_windows(wav: Path, heard: SpeechSettings) -> dict[str, Any]:
    """Give the library the windows that Kandian cuts."""
    sound = read_audio(wav)
    probabilities = measure_speech(sound)
    speech = find_speech(probabilities, heard)
    windows = cut_windows(speech, probabilities, heard, duration_ms=sound.duration_ms)
    clips = [{"start": w.start_ms / 1000, "end": w.end_ms / 1000} for w in windows]
    return {"clip_timestamps": clips}


if __name__ == "__main__":
    run(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4])
