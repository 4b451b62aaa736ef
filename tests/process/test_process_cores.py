"""Laws of the cores: never two processes on one; as many as asked, or all; let go by death."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.process import cores
from pipeline.process.cores import bind_to_cores, claim

THERE = len(os.sched_getaffinity(0))

REPORT = """
import contextlib, os, subprocess, sys, threading
from pathlib import Path
from pipeline.process.cores import bind_to_cores, usable_cores

held = threading.Event()
thread = threading.Thread(target=held.wait, daemon=True)
thread.start()
stack = contextlib.ExitStack()
bound = bind_to_cores(int(sys.argv[1]), stack)
child = [sys.executable, "-c", "import os; print(sorted(os.sched_getaffinity(0)))"]
started = eval(subprocess.run(child, capture_output=True, text=True, check=True).stdout)
of_thread = sorted(os.sched_getaffinity(thread.native_id))
print([sorted(bound), usable_cores(), of_thread, started], flush=True)
sys.stdin.readline()
stack.close()
print(sorted(os.sched_getaffinity(0)), flush=True)
sys.stdin.readline()
"""


@pytest.fixture(autouse=True)
def own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep out of the way of workers that run on this machine."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)


@contextlib.contextmanager
def worker(number: int) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", REPORT, str(number)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def hear(process: subprocess.Popen[str]) -> list[object]:
    assert process.stdout is not None
    found: list[object] = eval(process.stdout.readline())  # noqa: S307  (written by REPORT)
    return found


def test_a_process_its_threads_and_its_children_take_the_cores_they_were_granted():
    every = sorted(os.sched_getaffinity(0))
    with worker(1) as process:
        bound, usable, of_thread, started = hear(process)
        assert isinstance(bound, list)
        assert (len(bound), usable, of_thread, started) == (1, 1, bound, bound)
        assert set(bound) <= set(every)
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
        assert hear(process) == every


def test_workers_never_share_a_core_and_one_too_many_runs_on_all():
    every = sorted(os.sched_getaffinity(0))
    with contextlib.ExitStack() as stack:
        crew = [stack.enter_context(worker(1)) for _ in every]
        bound = [hear(process)[0] for process in crew]
        assert sorted(map(str, bound)) == sorted(str([core]) for core in every)
        with worker(1) as extra:
            assert hear(extra)[0] == every
        crew[0].send_signal(signal.SIGKILL)
        crew[0].wait()
        with worker(1) as heir:
            assert hear(heir)[0] == bound[0]


QUOTAS = [
    pytest.param("max 100000", 64, id="no-limit"),
    pytest.param("200000 100000", 2, id="two"),
    pytest.param("150000 100000", 2, id="one-and-a-half"),
    pytest.param("20000 100000", 1, id="a-fifth"),
    pytest.param("9900000 100000", 64, id="more-than-there-are"),
    pytest.param("", 64, id="empty"),
    pytest.param(None, 64, id="no-control-group"),
]


@pytest.mark.parametrize(("said", "usable"), QUOTAS)
def test_a_container_that_grants_time_of_any_core_is_no_larger_than_that(
    said: str | None, usable: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    quota = tmp_path / "cpu.max"
    if said is not None:
        quota.write_text(f"{said}\n")
    monkeypatch.setattr(cores, "CGROUP_QUOTA", quota)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _process: set(range(64)))
    assert cores.usable_cores() == usable


@pytest.mark.parametrize("number", [0, THERE, THERE + 1])
def test_who_is_granted_all_cores_or_an_unknown_number_claims_none(number: int, tmp_path: Path):
    with contextlib.ExitStack() as stack:
        assert bind_to_cores(number, stack) == os.sched_getaffinity(0)
        assert not list(tmp_path.rglob("*.lock"))


def test_a_folder_that_somebody_else_put_there_is_not_used(tmp_path: Path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / f"kandian-cores-{os.getuid()}").symlink_to(tmp_path / "elsewhere")
    before = os.sched_getaffinity(0)
    with contextlib.ExitStack() as stack:
        assert bind_to_cores(1, stack) == before
    assert not list((tmp_path / "elsewhere").iterdir())


@given(
    there=st.sets(st.integers(0, 200), max_size=12),
    asked=st.lists(st.integers(1, 5), max_size=8),
)
def test_claims_are_disjoint_whole_and_returned(there: set[int], asked: list[int]):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with contextlib.ExitStack() as stack:
            claims = [claim(number, there, folder, stack) for number in asked]
            taken = [core for one in claims for core in one]
            assert len(taken) == len(set(taken))
            assert set(taken) <= there
            free = len(there)
            for one, number in zip(claims, asked, strict=True):
                assert len(one) == (number if number <= free else 0)
                free -= len(one)
        with contextlib.ExitStack() as stack:
            assert claim(len(there), there, folder, stack) == there
