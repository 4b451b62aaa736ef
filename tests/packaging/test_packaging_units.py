"""The units in the README are ones that systemd takes, and call commands as they are."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.cli.main import kandian

README = Path(__file__).resolve().parents[2] / "README.md"
PROGRAM = "/opt/kandian/bin/kandian"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)


def write_units(folder: Path, *, user: str = "root") -> list[Path]:
    """Write both units with a program that exists here, since systemd looks for it."""
    paths = [folder / "kandian.service", folder / "kandian.timer"]
    for path, text in zip(paths, blocks("ini"), strict=True):
        own = text.replace(PROGRAM, sys.executable).replace("User=kandian", f"User={user}")
        path.write_text(own, encoding="utf-8")
    return paths


def verify(paths: list[Path]) -> subprocess.CompletedProcess[str]:
    program = shutil.which("systemd-analyze")
    assert program is not None
    command = [program, "verify", *map(str, paths)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="no systemd-analyze on this machine"
)


@needs_systemd
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    ended = verify(write_units(tmp_path))
    told = [line for line in ended.stderr.splitlines() if "kandian" in line]
    assert (ended.returncode, told) == (0, [])


@needs_systemd
def test_a_mistake_in_a_unit_would_be_told(tmp_path: Path) -> None:
    service, timer = write_units(tmp_path)
    text = timer.read_text(encoding="utf-8")
    timer.write_text(text.replace("*-*-* 00:30", "every night"), encoding="utf-8")
    assert "kandian.timer" in verify([service, timer]).stderr


def _calls() -> list[str]:
    units = [line.partition("=")[2] for line in blocks("ini")[0].splitlines() if "Exec" in line]
    (cron,) = blocks("crontab")
    return [*units, *(part for part in re.findall(rf"{PROGRAM}[^;>\n]*", cron))]


@pytest.mark.parametrize("call", _calls())
def test_the_commands_are_ones_that_exist(call: str) -> None:
    words = shlex.split(call)
    assert words.pop(0) == PROGRAM
    before = ["-q"] if words[0] == "-q" else []
    name, *arguments = words[len(before) :]
    with kandian.make_context("kandian", [*before, name]) as context:
        command = kandian.get_command(context, name)
        assert command is not None
        command.make_context(name, arguments, parent=context)
