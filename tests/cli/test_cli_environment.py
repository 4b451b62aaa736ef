"""What is wrong with the machine is told as such: exit code 3, and what to mend."""

from __future__ import annotations

import resource
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.store.version import VERSION_TABLE


def assert_sentence(ran, code: int) -> str:
    """Return the one sentence that stderr begins with; there is no stack and no data."""
    assert ran.code == code, (ran.code, ran.err)
    assert ran.out == ""
    assert "Traceback" not in ran.err
    sentences = [line for line in ran.err.splitlines() if line.startswith("kandian: ")]
    assert len(sentences) == 1, ran.err
    return sentences[0]


def test_no_weights_exits_with_3_and_names_the_command_that_fetches_them(
    kandian, show, make_media, tmp_path: Path
) -> None:
    arguments = ("index", make_media("plain.mp4"), "--catalogue", show.catalogue)
    ran = kandian.process(*arguments, environment={"KANDIAN_WEIGHTS": str(tmp_path / "none")})
    assert "kandian weights fetch base" in assert_sentence(ran, 3)
    assert "kandian doctor" in ran.err
    assert not (kandian.workspace / "recordings").exists()


def test_a_batch_stops_at_once_without_weights(
    kandian, show, make_media, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(make_media("plain.mp4"), tmp_path / "a.mp4")
    monkeypatch.setenv("KANDIAN_WEIGHTS", str(tmp_path / "none"))
    ran = kandian("batch", tmp_path, "--catalogue", show.catalogue)
    assert "kandian weights fetch base" in assert_sentence(ran, 3)


def test_no_ffmpeg_exits_with_3_and_names_the_one_asked_for(kandian, show, make_media) -> None:
    media = make_media("plain.mp4")
    arguments = ("index", media, "--catalogue", show.catalogue, "--ffmpeg", "/no/such/ffmpeg")
    assert "/no/such/ffmpeg" in assert_sentence(kandian(*arguments), 3)


UNWRITABLE: dict[str, Callable[[Path], Path]] = {
    # Root may write to any ordinary folder: these refuse even root.
    "under-a-file": lambda folder: _file(folder / "file") / "ws",
    "proc": lambda _folder: Path("/proc/kandian-ws"),
    "sys": lambda _folder: Path("/sys/kandian-ws"),
}


def _file(path: Path) -> Path:
    path.write_text("")
    return path


@pytest.mark.parametrize("case", UNWRITABLE)
def test_unwritable_workspace_exits_with_3_and_is_named(
    case: str, kandian_in, show, tmp_path: Path
) -> None:
    workspace = UNWRITABLE[case](tmp_path)
    sentence = assert_sentence(kandian_in(workspace)(*show.job), 3)
    assert str(workspace) in sentence
    assert "--workspace" in sentence


def test_workspace_that_is_a_file_is_wrong_usage(kandian_in, show, tmp_path: Path) -> None:
    ran = kandian_in(_file(tmp_path / "ws"))(*show.job)
    assert ran.code == 2
    assert "is a file" in ran.err


def garbage(path: Path) -> None:
    path.write_bytes(b"no database" * 1000)


def foreign(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE recordings (name TEXT)")
    connection.close()


def newer(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute(f"UPDATE {VERSION_TABLE} SET version_num = '9999'")  # noqa: S608
    connection.close()


@pytest.mark.parametrize("command", ["index", "find", "export"])
@pytest.mark.parametrize("spoil", [garbage, foreign, newer])
def test_unusable_database_exits_with_3_and_is_named(
    spoil: Callable[[Path], None], command: str, kandian, show
) -> None:
    database = kandian.workspace / "kandian.db"
    if spoil is newer:
        assert kandian(*show.job).code == 0
    else:
        kandian.workspace.mkdir()
    spoil(database)
    before = database.read_bytes()
    arguments = {"index": show.job, "find": ("find",), "export": ("export", "show")}[command]
    assert "kandian.db" in assert_sentence(kandian(*arguments), 3)
    assert database.read_bytes() == before


def limit_files(size_bytes: int) -> Callable[[], None]:
    """A full disk in miniature: no file may grow beyond this; writing fails with EFBIG."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, size_bytes))

    return limit


DISK_FULL_AT = {"database": 20_000, "replay": 350_000}
"""Bytes: below an empty database, and between a database and a replay of noise."""


@pytest.mark.parametrize("where", DISK_FULL_AT)
def test_full_disk_is_told_and_leaves_nothing_half(where: str, kandian, show, make_media) -> None:
    media = make_media("noise.mp4", seconds=40, picture="nullsrc=s=180x320:r=10,noise=alls=40")
    size = DISK_FULL_AT[where]
    ran = kandian.process(*show.job, media, before=limit_files(size))
    sentence = assert_sentence(ran, 1)
    assert "space" in sentence or "full" in sentence or "disk" in sentence
    left = [path for path in kandian.workspace.rglob("*") if path.is_file()]
    assert not [path for path in left if path.suffix in {".tmp", ".partial", ".mp4"}], left
    assert not (kandian.workspace / "recordings").exists()

    again = kandian(*show.job, media)
    assert again.code == 0, again.err


def test_export_to_a_full_disk_leaves_the_old_file(kandian, show, tmp_path: Path) -> None:
    long_title = "晚场" * 10_000
    assert kandian(*show.job, "--id", "show", "--title", long_title).code == 0
    target = tmp_path / "index.json"
    target.write_text("old")
    export = ("export", "show", "-o", target)
    # Readers of the database need 32 kB for its shared memory; the title alone has 60 kB.
    sentence = assert_sentence(kandian.process(*export, before=limit_files(50_000)), 1)
    assert str(target) in sentence
    assert target.read_text() == "old"
    assert sorted(tmp_path.glob(".index*")) == []


def test_export_into_a_missing_folder_makes_it_and_into_a_file_says_so(
    kandian, show, tmp_path: Path
) -> None:
    assert kandian(*show.job, "--id", "show").code == 0
    assert kandian("export", "show", "-o", tmp_path / "a/b/index.json").code == 0
    ran = kandian("export", "show", "-o", _file(tmp_path / "file") / "index.json")
    assert str(tmp_path / "file") in assert_sentence(ran, 3)


def test_export_to_a_device_writes_into_it(kandian, show) -> None:
    assert kandian(*show.job, "--id", "show").code == 0
    assert "no space left" in assert_sentence(kandian("export", "show", "-o", "/dev/full"), 1)
    assert Path("/dev/full").is_char_device()
    pipe = kandian.process("export", "show", "-o", "/dev/stdout")
    assert pipe.out == kandian("export", "show").out != ""


def test_interrupt_exits_with_130_and_the_same_command_goes_on(kandian, show, make_media) -> None:
    media = make_media("noise.mp4", seconds=40, picture="nullsrc=s=180x320:r=10,noise=alls=40")
    command = kandian.command(*show.job, media)
    # A test run in the background of a shell inherits that interrupts are ignored.
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    ) as running:
        deadline = time.monotonic() + 120
        # Not before ffmpeg writes: in the instant in which the file is made, one that is empty may
        # stay behind, and the next run writes over it.
        while not any(
            path.stat().st_size for path in kandian.workspace.glob("stages/replay/.*.partial")
        ):
            assert running.poll() is None, running.stderr and running.stderr.read()
            assert time.monotonic() < deadline
            time.sleep(0.01)
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=60)
    assert (running.returncode, out) == (130, b"")
    assert b"kandian: interrupted" in err
    assert b"Traceback" not in err
    assert not list(kandian.workspace.glob("stages/replay/.*"))
    assert kandian(*show.job, media).code == 0


def test_doctor_says_what_is_missing_and_exits_with_3(
    kandian, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KANDIAN_WEIGHTS", str(tmp_path / "none"))
    ran = kandian("doctor", "--format", "csv")
    assert ran.code == 3
    assert "weights,wrong," in ran.out
    assert "kandian weights fetch base" in ran.out


def test_doctor_of_a_working_machine_exits_with_0(kandian) -> None:
    ran = kandian("doctor", "--format", "table")
    assert ran.code == 0, ran.out
    assert "wrong" not in ran.out
