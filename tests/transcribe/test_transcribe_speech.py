from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import InputError
from models.span import Span
from pipeline.transcribe import speech as speech_module
from pipeline.transcribe.audio import SAMPLE_RATE, read_audio
from pipeline.transcribe.speech import (
    FRAME_MS,
    MIN_MISSED_MS,
    SpeechSettings,
    cut_windows,
    find_missed,
    find_speech,
    measure_speech,
    plan_jobs,
)
from tests.transcribe.conftest import write_wav

SETTINGS = SpeechSettings()
PROBABILITIES = st.lists(
    st.tuples(st.sampled_from([0.0, 0.4, 0.9]), st.integers(1, 400)), max_size=12
).map(
    lambda runs: np.concatenate(
        [np.zeros(0, np.float32), *(np.full(n, p, np.float32) for p, n in runs)]
    )
)


def frames(text: str) -> np.ndarray:
    """One letter a frame: `#` speech, `-` doubtful, `.` silence."""
    return np.array([{"#": 0.9, "-": 0.4, ".": 0.1}[letter] for letter in text], np.float32)


@pytest.mark.parametrize(
    ("drawing", "expected"),
    [
        pytest.param("", [], id="nothing"),
        pytest.param("..........", [], id="silence"),
        pytest.param("..###.......", [(2, 5)], id="one stretch"),
        pytest.param("###..###.......", [(0, 8)], id="a short pause does not end it"),
        pytest.param("###.....###", [(0, 3), (8, 11)], id="a long pause does"),
        pytest.param("###-----###", [(0, 11)], id="doubt does not end speech"),
        pytest.param("..-----..", [], id="doubt does not start speech"),
    ],
)
def test_speech_is_found_with_hysteresis(drawing: str, expected: list[tuple[int, int]]) -> None:
    found = find_speech(frames(drawing), SETTINGS)
    assert [(span.start_ms // FRAME_MS, span.end_ms // FRAME_MS) for span in found] == expected


@given(PROBABILITIES)
def test_windows_hold_all_speech_in_order_and_fit_whisper(probabilities: np.ndarray) -> None:
    duration_ms = len(probabilities) * FRAME_MS
    speech = find_speech(probabilities, SETTINGS)
    windows = cut_windows(speech, probabilities, SETTINGS, duration_ms=duration_ms)
    for span in speech:
        assert sum(window.overlap_ms(span) for window in windows) == span.duration_ms
    for earlier, later in itertools.pairwise(windows):
        assert earlier.end_ms <= later.start_ms
    for window in windows:
        assert window.start_ms >= 0
        assert window.end_ms <= duration_ms
        assert window.duration_ms <= SETTINGS.max_window_ms


def test_windows_end_in_the_longest_silence() -> None:
    drawing = "#" * 500 + "." * 10 + "#" * 150 + "." * 40 + "#" * 150 + "." * 10 + "#" * 300
    probabilities = frames(drawing)
    windows = cut_windows(
        find_speech(probabilities, SETTINGS),
        probabilities,
        SETTINGS,
        duration_ms=len(drawing) * FRAME_MS,
    )
    middle = (500 + 10 + 150 + 20) * FRAME_MS
    assert windows[0].end_ms <= middle <= windows[1].start_ms


@given(st.lists(st.integers(0, 50), max_size=30), st.integers(1, 9))
def test_jobs_are_the_windows_in_order(numbers: list[int], size: int) -> None:
    windows = tuple(Span(100 * n, 100 * n + 50) for n in range(len(numbers)))
    jobs = plan_jobs(windows, windows_per_job=size)
    assert tuple(window for job in jobs for window in job) == windows
    assert all(1 <= len(job) <= size for job in jobs)


@pytest.mark.parametrize(
    ("heard", "expected"),
    [
        pytest.param([], [(0, 10_000)], id="nothing heard"),
        pytest.param([(0, 10_000)], [], id="all heard"),
        pytest.param([(0, 4_000)], [(4_000, 10_000)], id="stopped early"),
        pytest.param([(0, 4_000), (7_000, 10_000)], [(4_000, 7_000)], id="a hole"),
        pytest.param([(0, 4_700), (5_300, 10_000)], [], id="too short a hole"),
        pytest.param([(0, 8_900)], [], id="the rest is silence"),
    ],
)
def test_missed_speech_is_what_no_word_covers(
    heard: list[tuple[int, int]], expected: list[tuple[int, int]]
) -> None:
    speech = [Span(0, 9_000)]
    missed = find_missed(speech, [Span(*pair) for pair in heard], [Span(0, 10_000)])
    assert [(span.start_ms, span.end_ms) for span in missed] == expected
    assert all(span.duration_ms >= MIN_MISSED_MS for span in missed)


def test_voice_detection_hears_speech_and_not_silence(
    speech_samples: np.ndarray, tmp_path: Path
) -> None:
    silence = np.zeros(5 * SAMPLE_RATE, np.int16)
    audio = read_audio(write_wav(tmp_path / "a.wav", np.concatenate([silence, speech_samples])))
    found = find_speech(measure_speech(audio), SETTINGS)
    # The first word starts within half a second of the cut; Silero reacts within 0.1 s.
    assert 5_000 <= found[0].start_ms <= 6_000
    assert sum(span.duration_ms for span in found) > 0.6 * 24_000


def test_blocks_do_not_change_what_is_heard(
    speech_wav: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    audio = read_audio(speech_wav)
    whole = measure_speech(audio)
    monkeypatch.setattr(speech_module, "BLOCK_MS", 250 * FRAME_MS)
    pieces = measure_speech(audio)
    assert len(pieces) == len(whole)
    # Two seconds warm the recurrent state up well enough that fewer than one frame in fifty tips.
    assert np.mean((pieces >= 0.5) != (whole >= 0.5)) < 0.02


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(None, "no audio", id="missing"),
        pytest.param(b"", "not a readable WAV", id="empty"),
        pytest.param(b"RIFF junk that is no wave at all", "not a readable WAV", id="garbage"),
    ],
)
def test_unreadable_audio_is_refused(content: bytes | None, message: str, tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_audio(path)


def test_truncated_audio_ends_where_its_samples_end(speech_wav: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.wav"
    cut.write_bytes(speech_wav.read_bytes()[: 44 + 2 * SAMPLE_RATE])
    assert read_audio(cut).duration_ms == 1_000
