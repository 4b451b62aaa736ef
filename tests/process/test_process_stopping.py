"""SIGTERM ends what is under way in order: whole or nothing, and no program outlives it."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.process.run import run_command
from pipeline.process.stopping import Stopped, stopped_by_sigterm, unbroken

SOON_S = 0.3


def signal_myself(number: int) -> None:
    os.kill(os.getpid(), number)


@pytest.fixture
def soon() -> Iterator[None]:
    timer = threading.Timer(SOON_S, signal_myself, [signal.SIGTERM])
    timer.start()
    yield
    timer.join()


@pytest.mark.usefixtures("soon")
def test_a_program_is_killed_by_the_signal_that_stops_us(tmp_path: Path) -> None:
    noted = tmp_path / "pid"
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(Stopped), stopped_by_sigterm():
        run_command(["sh", "-c", f"echo $$ > {noted}; exec sleep 60"], timeout_s=60)
    assert signal.getsignal(signal.SIGTERM) == before
    assert not Path("/proc", noted.read_text().strip()).exists()


def test_a_second_signal_does_not_break_the_tidying_up() -> None:
    tidied = []

    def work() -> None:
        try:
            signal_myself(signal.SIGTERM)
        finally:
            signal_myself(signal.SIGTERM)
            tidied.append(True)

    with pytest.raises(Stopped), stopped_by_sigterm():
        work()
    assert tidied


@pytest.mark.parametrize(
    ("number", "raised"),
    [
        pytest.param(signal.SIGTERM, Stopped, id="term"),
        pytest.param(signal.SIGINT, KeyboardInterrupt, id="ctrl-c"),
    ],
)
def test_what_is_unbroken_comes_to_its_end_first(number: int, raised: type[BaseException]) -> None:
    steps = []

    def work() -> None:
        with unbroken():
            signal_myself(number)
            steps.append("whole")
        steps.append("never")

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    with pytest.raises(raised), stopped_by_sigterm():
        work()
    signal.signal(signal.SIGINT, before)
    assert steps == ["whole"]


def test_beside_the_main_thread_signals_are_left_alone() -> None:
    before = signal.getsignal(signal.SIGTERM)
    seen = []

    def look() -> None:
        with stopped_by_sigterm(), unbroken():
            seen.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert seen == [before]
