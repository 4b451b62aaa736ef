from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rapidfuzz.distance import Levenshtein

from models.errors import ConfigError, InputError
from models.progress import silent
from models.transcript import Transcript
from pipeline.language.script import Script
from pipeline.transcribe import engine as engine_module
from pipeline.transcribe.audio import SAMPLE_RATE
from pipeline.transcribe.chunked import ChunkedTranscriber
from pipeline.transcribe.engine import (
    Device,
    Engine,
    Language,
    Transcriber,
    TranscribeSettings,
    make_transcriber,
)
from pipeline.transcribe.weights import Weights
from tests.transcribe.conftest import write_wav
from tests.transcribe.killed_run import transcribe_in_small_jobs

pytestmark = pytest.mark.weights
ON_CPU = TranscribeSettings(device=Device.CPU, threads=1, beam_size=1)
"""One thread and no beam: both engines then take seconds, also on a busy machine."""
ABSENT = Weights("base", Path("nowhere"), "0" * 64, "path")


@pytest.fixture(scope="session", params=[engine.value for engine in Engine])
def transcriber(request: pytest.FixtureRequest, base_weights: Weights) -> Transcriber:
    return make_transcriber(request.param, weights=base_weights, settings=ON_CPU)


@pytest.fixture(scope="session")
def transcripts(
    base_weights: Weights, speech_wav: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[Engine, Transcript]:
    return {
        engine: make_transcriber(engine, weights=base_weights, settings=ON_CPU).transcribe(
            speech_wav, checkpoints=tmp_path_factory.mktemp(engine), report=silent
        )
        for engine in Engine
    }


def spoken(transcript: Transcript) -> str:
    text = "".join(utterance.text for utterance in transcript.utterances)
    return "".join(character for character in text if character.isalnum())


@pytest.mark.parametrize("engine", Engine)
def test_transcripts_are_orderly(engine: Engine, transcripts: dict[Engine, Transcript]) -> None:
    utterances = transcripts[engine].utterances
    assert len(utterances) >= 3
    for earlier, later in itertools.pairwise(utterances):
        assert earlier.span.end_ms <= later.span.start_ms
    for utterance in utterances:
        assert utterance.span.end_ms <= 24_000
        assert utterance.span.duration_ms <= 12_000
        assert "".join(word.text for word in utterance.words) == utterance.text
        assert "\N{REPLACEMENT CHARACTER}" not in utterance.raw_text
        assert len(utterance.raw_text) == len(utterance.text)
        for word, following in itertools.pairwise(utterance.words):
            assert word.span.end_ms <= following.span.start_ms


def test_both_engines_hear_the_same(transcripts: dict[Engine, Transcript]) -> None:
    first, second = (spoken(transcript) for transcript in transcripts.values())
    assert len(first) > 80
    # int8 against float32: a character in ten tips where whisper base is unsure anyway.
    assert Levenshtein.normalized_similarity(first, second) > 0.85


def test_both_engines_time_alike(transcripts: dict[Engine, Transcript]) -> None:
    first, second = (
        [start for u in transcript.utterances for start in u.character_times()]
        for transcript in transcripts.values()
    )
    # Word times are 0.1 to 0.5 s off by nature; ends of the clip must agree within that.
    assert abs(first[0] - second[0]) < 1_000
    assert abs(first[-1] - second[-1]) < 1_000


def test_provenance_tells_engine_weights_and_settings(
    transcripts: dict[Engine, Transcript], base_weights: Weights
) -> None:
    for engine, transcript in transcripts.items():
        provenance = transcript.provenance
        assert (provenance.engine, provenance.model) == (engine, "base")
        assert provenance.weights_sha256 == base_weights.sha256
        assert json.loads(provenance.settings)["language"] == "zh"


def test_a_language_that_nobody_named_is_heard(
    transcriber: Transcriber, speech_samples: np.ndarray
) -> None:
    assert isinstance(transcriber, ChunkedTranscriber)
    as_float = speech_samples.astype(np.float32) / 32_768
    assert transcriber.decoder.detect_language(as_float) is Language.CHINESE


def test_silence_gives_no_text_and_full_progress(transcriber: Transcriber, tmp_path: Path) -> None:
    silence = write_wav(tmp_path / "silence.wav", np.zeros(6 * SAMPLE_RATE, np.int16))
    seen: list[tuple[int, int]] = []
    transcript = transcriber.transcribe(
        silence, checkpoints=tmp_path / "kept", report=lambda *pair: seen.append(pair)
    )
    assert transcript.utterances == ()
    assert seen[0] == (0, 6_000)
    assert seen[-1] == (6_000, 6_000)


def test_noise_gives_no_credible_text(base_weights: Weights, tmp_path: Path) -> None:
    noise = np.random.default_rng(7).normal(0, 600, 6 * SAMPLE_RATE).astype(np.int16)
    transcriber = make_transcriber("faster-whisper", weights=base_weights, settings=ON_CPU)
    transcript = transcriber.transcribe(
        write_wav(tmp_path / "noise.wav", noise), checkpoints=tmp_path / "kept", report=silent
    )
    assert transcript.credible() == ()


def test_a_killed_run_goes_on_where_it_was(speech_samples: np.ndarray, tmp_path: Path) -> None:
    speech_wav = write_wav(tmp_path / "half.wav", speech_samples[: 12 * SAMPLE_RATE])
    kept = tmp_path / "kept"
    program = Path(__file__).with_name("killed_run.py")
    run = subprocess.Popen(
        [sys.executable, str(program), str(speech_wav), str(kept)],
        env=os.environ | {"PYTHONPATH": str(program.parents[2])},
    )
    wait_for(lambda: kept.is_dir() and any(kept.glob("job-*.json")))
    run.send_signal(signal.SIGKILL)
    assert run.wait() == -signal.SIGKILL
    finished = {path.name: path.stat().st_mtime_ns for path in kept.glob("job-*.json")}
    resumed = transcribe_in_small_jobs(speech_wav, kept)
    undisturbed = transcribe_in_small_jobs(speech_wav, tmp_path / "other")
    assert resumed == undisturbed
    assert 0 < len(finished) < len(list(kept.glob("job-*.json")))
    for name, changed_ns in finished.items():
        assert (kept / name).stat().st_mtime_ns == changed_ns


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_settings_tell_what_decides_the_text_and_nothing_else(base_weights: Weights) -> None:
    def settings(**changes: object) -> str:
        asked = replace(ON_CPU, **changes)
        return make_transcriber("faster-whisper", weights=base_weights, settings=asked).settings

    assert settings(threads=1) == settings(threads=7)
    different = [
        settings(),
        settings(language=Language.AUTO),
        settings(script=Script.TRADITIONAL),
        settings(hot_words=("锅",)),
        settings(beam_size=4),
    ]
    assert len(set(different)) == len(different)


def test_an_unknown_engine_is_refused_with_the_list() -> None:
    with pytest.raises(InputError, match="faster-whisper, openai-whisper"):
        make_transcriber("kaldi", weights=ABSENT, settings=ON_CPU)


def test_an_engine_that_is_not_installed_tells_how_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "find_spec", lambda _: None)
    with pytest.raises(ConfigError, match=r"pip install 'kandian\[openai-whisper\]'"):
        make_transcriber("openai-whisper", weights=ABSENT, settings=ON_CPU)


@pytest.mark.parametrize("engine", Engine)
def test_weights_that_cannot_be_loaded_are_a_configuration_error(
    engine: Engine, speech_wav: Path, tmp_path: Path
) -> None:
    (tmp_path / "model.bin").write_bytes(b"not a model")
    (tmp_path / "config.json").write_text("{}")
    broken = make_transcriber(
        engine, weights=Weights("mine", tmp_path, "0" * 64, "path"), settings=ON_CPU
    )
    with pytest.raises(ConfigError, match="model"):
        broken.transcribe(speech_wav, checkpoints=tmp_path / "kept", report=silent)
