"""Laws of `run_command`: bounded, drained, killed and reaped, whatever the program does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from models.errors import ConfigError, ToolError
from pipeline.process.run import run_command

PROMPT_S = 3.0
"""A kill must be done within this; it takes milliseconds, the rest is for a busy machine."""


def python(code: str) -> list[str]:
    return [sys.executable, "-I", "-S", "-c", textwrap.dedent(code)]


def is_alive(pid: int) -> bool:
    """A process that still runs; a zombie waiting to be reaped by init does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def wait_gone(pid: int) -> bool:
    deadline = time.monotonic() + PROMPT_S
    while is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    return not is_alive(pid)


def wait_text(path: Path) -> str:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if path.exists() and (text := path.read_text()):
            return text
        time.sleep(0.01)
    raise AssertionError(f"{path} was never written")


def test_outputs_and_status_come_back():
    finished = run_command(
        python("import sys; print('out'); print('err', file=sys.stderr); sys.exit(7)"),
        timeout_s=10,
    )
    assert (finished.returncode, finished.stdout_tail, finished.stderr_tail) == (
        7,
        "out\n",
        "err\n",
    )


def test_checked_passes_success_and_raises_failure():
    assert run_command(python("pass"), timeout_s=10).checked().returncode == 0
    with pytest.raises(ToolError, match="exit status 3") as caught:
        run_command(
            python("import sys; sys.stderr.write('the reason'); sys.exit(3)"), timeout_s=10
        ).checked()
    assert caught.value.stderr_tail == "the reason"
    assert sys.executable in caught.value.command
    assert "prctl" not in caught.value.command, "the launcher is our business, not the reader's"


def test_the_command_can_be_pasted_into_a_shell():
    argument = 'it\'s $HOME; "two" 行\n-x'
    finished = run_command([*python("import sys; print(sys.argv[1:])"), argument], timeout_s=10)
    shell = subprocess.run(
        ["/bin/sh", "-c", finished.command], capture_output=True, text=True, check=True
    )
    assert shell.stdout == finished.stdout_tail == f"{[argument]}\n"


def test_stdin_is_empty():
    finished = run_command(python("import sys; print(len(sys.stdin.read()))"), timeout_s=10)
    assert finished.stdout_tail == "0\n"


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_flood_on_one_output_blocks_nobody(stream):
    flood = f"""
        import sys
        for number in range(40_000):
            print("x" * 99, number, file=sys.{stream})
        print("done", file=sys.stdout)
    """
    finished = run_command(python(flood), timeout_s=20)
    tail = finished.stdout_tail if stream == "stdout" else finished.stderr_tail
    assert finished.stdout_tail.endswith("done\n")
    assert "39999" in tail
    assert len(tail.encode()) <= 32 * 1024


def test_a_line_without_end_is_bounded_too():
    lines: list[str] = []
    finished = run_command(
        python("import sys; sys.stdout.write('x' * 5_000_000)"),
        timeout_s=20,
        on_line=lambda line: not lines.append(line),
    )
    assert sum(len(line) for line in lines) == 5_000_000
    assert len(finished.stdout_tail) == 32 * 1024


def test_lines_are_whole_and_in_order():
    out: list[str] = []
    err: list[str] = []
    run_command(
        python(
            """
            import sys, time
            for piece in ("一", "\\n", "二\\r三\\n\\n", "last"):
                sys.stdout.buffer.write(piece.encode()); sys.stdout.flush(); time.sleep(0.02)
            sys.stderr.buffer.write(b"bad \\xff byte\\n")
            """
        ),
        timeout_s=10,
        on_line=lambda line: not out.append(line),
        on_error_line=err.append,
    )
    assert out == ["一", "二", "三", "last"]
    assert err == ["bad \ufffd byte"]


def test_timeout_kills():
    started = time.monotonic()
    with pytest.raises(ToolError, match=r"did not finish within 0\.3 s and was killed"):
        run_command(python("import time; time.sleep(60)"), timeout_s=0.3)
    assert time.monotonic() - started < PROMPT_S


def test_stall_kills_and_keeps_the_last_words():
    with pytest.raises(ToolError, match=r"made no progress for 0\.4 s") as caught:
        run_command(
            python(
                "import sys, time; print('go', flush=True);"
                "print('why', file=sys.stderr, flush=True); time.sleep(60)"
            ),
            timeout_s=30,
            stall_s=0.4,
        )
    assert caught.value.stderr_tail == "why\n"


CHATTER = """
    import time
    for number in range(12):
        print("same", flush=True); time.sleep(0.1)
"""


def test_progress_keeps_a_program_alive():
    assert run_command(python(CHATTER), timeout_s=30, stall_s=0.8).returncode == 0


def test_chatter_without_progress_is_a_stall():
    with pytest.raises(ToolError, match="no progress"):
        run_command(python(CHATTER), timeout_s=30, stall_s=0.4, on_line=lambda _line: False)


@pytest.mark.parametrize("trouble", [RuntimeError, KeyboardInterrupt])
def test_whatever_interrupts_us_kills_the_program(trouble):
    pids: list[int] = []

    def hear(line: str) -> bool:
        pids.append(int(line))
        raise trouble

    with pytest.raises(trouble):
        run_command(
            python("import os, time; print(os.getpid(), flush=True); time.sleep(60)"),
            timeout_s=30,
            on_line=hear,
        )
    # Reaped, not only killed: a zombie would still be there.
    with pytest.raises(ProcessLookupError):
        os.kill(pids[0], 0)


def test_children_of_the_program_die_with_it(tmp_path):
    note = tmp_path / "pid"
    with pytest.raises(ToolError):
        run_command(["/bin/sh", "-c", f"sleep 60 & echo $! > {note}; wait"], timeout_s=0.5)
    assert wait_gone(int(note.read_text()))


def test_a_grandchild_that_holds_the_pipes_does_not_hold_us():
    started = time.monotonic()
    finished = run_command(["/bin/sh", "-c", "sleep 60 & echo $!"], timeout_s=30)
    assert time.monotonic() - started < 1 + PROMPT_S
    assert wait_gone(int(finished.stdout_tail))


def test_killing_us_leaves_no_orphan(tmp_path):
    note = tmp_path / "pid"
    ours = f"""
        from pipeline.process.run import run_command
        run_command(["/bin/sh", "-c", "echo $$ > {note}; exec sleep 60"], timeout_s=60)
    """
    parent = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(ours)],
        cwd=Path(__file__).parents[2],
        start_new_session=True,
    )
    try:
        pid = int(wait_text(note))
        assert is_alive(pid)
    finally:
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    assert wait_gone(pid)


def test_a_missing_program_is_a_matter_of_configuration(tmp_path):
    with pytest.raises(ConfigError, match="no-such-program"):
        run_command(["no-such-program"], timeout_s=1)
    plain_file = tmp_path / "not-a-program"
    plain_file.write_text("")
    with pytest.raises(ConfigError, match="may not be run"):
        run_command([str(plain_file)], timeout_s=1)


def test_death_by_signal_is_told_from_a_status():
    finished = run_command(["/bin/sh", "-c", "kill -SEGV $$"], timeout_s=10)
    with pytest.raises(ToolError, match="signal SIGSEGV"):
        finished.checked()


def test_no_descriptor_is_left_open():
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        run_command(python("print(1)"), timeout_s=10)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_cpu_time_is_that_of_the_program_not_of_the_clock():
    busy = run_command(python("x = sum(i * i for i in range(3_000_000))"), timeout_s=60)
    idle = run_command(python("import time; time.sleep(0.3)"), timeout_s=60)
    assert busy.cpu_s > 2 * idle.cpu_s > 0
    assert idle.cpu_s < 0.3
