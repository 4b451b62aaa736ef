"""The weights come from the present corpus and the present trainer; and laws of its parts."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from pipeline.detect.parameters import PARAMETERS_FILE, load_parameters, parse_parameters
from pipeline.detect.train.__main__ import fit_check, read_rates
from pipeline.detect.train.chain import Field, Labelled
from pipeline.detect.train.corpus import hash_scripts, parse_script, read_scripts, speak
from pipeline.detect.train.count_syllables import MOST, count_syllables, format_shares
from pipeline.detect.train.noise import common_characters, mishear
from pipeline.language.latin import COMMONEST
from pipeline.language.masking import mask_links

FOLDER = Path(__file__).parent / "broadcasts"
TOLERANCE = 0.05
"""Weights may differ by this: the optimiser stops within its tolerance, BLAS rounds as it likes."""


def test_the_weights_were_fitted_on_the_present_corpus() -> None:
    assert load_parameters().corpus_sha256 == hash_scripts(FOLDER)


def test_the_trainer_still_gives_the_weights_of_the_small_fit() -> None:
    written = json.loads(PARAMETERS_FILE.read_text(encoding="utf-8"))["check"]
    assert fit_check(read_scripts(FOLDER)) == pytest.approx(written, abs=TOLERANCE)


def test_the_slope_of_the_likelihood_is_its_slope() -> None:
    rng = np.random.default_rng(0)
    field = Field(
        [
            Labelled(rng.normal(size=(3, 5, 4)), rng.normal(size=(3, 3, 5)), labels)
            for labels in (np.array([0, 2, 2, 1, 0]), np.array([3, 3, 0, 0, 1]))
        ]
    )
    weights, masses, step = rng.normal(size=3), np.array([1.0, 0.5]), 1e-6
    _value, slope = field.score(weights, masses)
    for place in range(3):
        nudge = np.eye(3)[place] * step
        rise = field.score(weights + nudge, masses)[0] - field.score(weights - nudge, masses)[0]
        assert rise / (2 * step) == pytest.approx(slope[place], abs=1e-5)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param({"schema": "other"}, "schema", id="schema"),
        pytest.param({"weights": {}}, "missing", id="missing"),
        pytest.param({"thresholds": {"publish_from": 0.2, "review_from": 0.3}}, "must", id="order"),
    ],
)
def test_a_bad_parameters_file_is_refused(change: dict[str, object], message: str) -> None:
    record = json.loads(PARAMETERS_FILE.read_text(encoding="utf-8"))
    with pytest.raises(ValueError, match=message):
        parse_parameters(json.dumps(record | change))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("三号链接拍一下", "那个链接拍一下"),
        ("直接拍十二号", "直接拍那个"),
        ("it is link twenty-one tonight", "it is that link tonight"),
        ("三百克", "三百克"),
    ],
)
def test_masking_takes_link_numbers_only(text: str, expected: str) -> None:
    assert mask_links(text) == expected


def test_noise_repeats_itself_and_keeps_to_its_rates() -> None:
    script = parse_script(
        "one", "zh\nA|茶||茶叶||\n---\n" + "|今天这个茶叶很香，你们闻一下。\n" * 200
    )
    common = common_characters(line.text for line in script.lines)
    heard = mishear(script, read_rates(), common, "1")
    assert heard == mishear(script, read_rates(), common, "1")
    assert heard != mishear(script, read_rates(), common, "2")
    kept = sum(a == b for text in heard for a, b in zip(text, script.lines[0].text, strict=False))
    assert 0.3 < kept / (200 * len(script.lines[0].text)) < 0.95


def test_noise_moves_no_truth() -> None:
    script = parse_script("one", "zh\nA|茶||茶叶||\n---\n|大家好\nA|看这个茶叶\nA|很香\n|拜拜\n")
    [pitch] = speak(script, ["", "看这个查也", "很想", "拜拜"]).pitches
    assert pitch == speak(script).pitches[0]


def test_the_commonest_syllables_are_those_of_the_corpus() -> None:
    counts = count_syllables(read_scripts(FOLDER))
    counted = dict(item.split(":") for item in format_shares(counts, 2 * MOST).split())
    for syllable, share in (item.split(":") for item in COMMONEST.split()):
        assert abs(int(counted[syllable]) - int(share)) <= 1, syllable  # rounding, and new texts
