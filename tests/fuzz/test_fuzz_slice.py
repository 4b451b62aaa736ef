"""A slice of `make fuzz` in every test run, and proof that its judge sees what it is there for."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz.bases import Base, make_bases
from tests.fuzz.damage import WAYS, make_case
from tests.fuzz.judge import Content, Verdict, judge
from tests.fuzz.trial import HUNG, Trial

CASES = 25
"""Some fifteen seconds of CPU time."""
ROOT = Path(__file__).resolve().parents[2]


def test_no_damaged_input_ends_as_none_may() -> None:
    """In a process without threads: this one has some, and forks would not take them along."""
    ended = subprocess.run(
        [sys.executable, "-m", "tests.fuzz", "--cases", str(CASES)],
        cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert f"{CASES} inputs" in ended.stdout


@pytest.fixture(scope="module")
def bases(tmp_path_factory: pytest.TempPathFactory) -> tuple[Base, ...]:
    return make_bases(tmp_path_factory.mktemp("bases"))


def test_a_case_depends_on_seed_and_number_alone(bases) -> None:
    one, again = (make_case(bases, 7, seed=1) for _ in range(2))
    assert one == again
    assert make_case(bases, 7, seed=2) != one


def test_five_hundred_cases_meet_every_base_in_every_way(bases) -> None:
    cases = [make_case(bases, number, seed=20261111) for number in range(500)]
    assert {case.base.name for case in cases} == {base.name for base in bases}
    assert {case.how for case in cases} == set(WAYS)
    assert sum(case.content != case.base.path.read_bytes() for case in cases) > 450


TRUTH = Content(picture_ms=5900, frames=60, sound_ms=6000, loud=60)
ENDS = {
    "killed by the clock": (HUNG, "", (), Verdict.HANG),
    "killed by a signal": (-11, "", (), Verdict.CRASH),
    "an exception": (
        1,
        "kandian: error: unexpected KeyError: 1; -vv shows where",
        (),
        Verdict.CRASH,
    ),
    "exit 1 and nothing said": (1, "", (), Verdict.MUTE),
    "exit 1 and a reason": (1, "kandian: error: a.mp4 is empty", (), Verdict.REJECTED),
    "a reason that nobody expected": (
        1,
        "kandian: error: shop.csv: broken (unexpected end of data)",
        (),
        Verdict.REJECTED,
    ),
    "a file left": (1, "kandian: error: a.mp4 is empty", ("ws/a.partial",), Verdict.LITTER),
    "no replay": (0, "", (), Verdict.SHORT),
}


@pytest.mark.parametrize("case", ENDS)
def test_the_judge_tells_ends_apart(case: str, tmp_path: Path) -> None:
    code, said, left, verdict = ENDS[case]
    trial = Trial(code, "", said, tmp_path, left, 1.0)
    assert judge(Base("x", tmp_path / "show.mkv", "media"), trial, TRUTH)[0] is verdict


REPLAYS = {
    "whole": (("5.95", "5.95"), "", Verdict.WHOLE),
    "whole and told": (("5.95", "5.95"), "  degraded: 2 errors", Verdict.DEGRADED),
    "short": (("4", "4"), "", Verdict.SHORT),
    "short although told": (("4", "4"), "  degraded: 2 errors", Verdict.SHORT),
    "short sound": (("5.95", "4"), "", Verdict.SHORT),
    "long": (("9", "9"), "", Verdict.LONG),
}


@pytest.mark.parametrize("case", REPLAYS)
def test_the_judge_measures_replays(case: str, tmp_path: Path) -> None:
    from pipeline.media.tool import find_ffmpeg

    (picture_s, sound_s), said, verdict = REPLAYS[case]
    replay = tmp_path / "ws/recordings/show/replay.mp4"
    replay.parent.mkdir(parents=True)
    command = [
        find_ffmpeg().path, "-nostdin", "-v", "error", "-t", picture_s, "-f", "lavfi", "-i",
        "testsrc=s=64x64:r=10", "-t", sound_s, "-f", "lavfi", "-i", "sine", replay,
    ]  # fmt: skip
    subprocess.run(command, check=True)
    (tmp_path / "show.mkv").write_bytes(replay.read_bytes())
    trial = Trial(0, "", said, tmp_path, (), 1.0)
    assert judge(Base("x", tmp_path / "show.mkv", "media"), trial, TRUTH)[0] is verdict
