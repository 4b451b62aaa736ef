"""Outputs appear whole or not at all."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from models.errors import ConfigError, ResourceError, TransientError
from pipeline.media.artifact import atomic_folder, atomic_output, require_space

ROOT = Path(__file__).parents[2]


def test_the_target_appears_with_the_end_of_the_block(tmp_path):
    target = tmp_path / "replay.mp4"
    with atomic_output(target) as partial:
        partial.write_bytes(b"new")
        assert not target.exists()
    assert target.read_bytes() == b"new"
    assert [file.name for file in tmp_path.iterdir()] == ["replay.mp4"]


def write_half(target: Path, trouble: BaseException) -> None:
    with atomic_output(target) as partial:
        partial.write_bytes(b"half")
        raise trouble


@pytest.mark.parametrize("trouble", [ValueError, KeyboardInterrupt])
@pytest.mark.parametrize("old", [None, b"old"])
def test_trouble_leaves_everything_as_it_was(tmp_path, trouble, old):
    target = tmp_path / "replay.mp4"
    if old is not None:
        target.write_bytes(old)
    with pytest.raises(trouble):
        write_half(target, trouble())
    assert [file.read_bytes() for file in tmp_path.iterdir()] == ([] if old is None else [old])


def test_what_a_killed_process_left_is_written_over(tmp_path):
    target = tmp_path / "replay.mp4"
    code = (
        "import os, pathlib, sys; from pipeline.media.artifact import atomic_output\n"
        "with atomic_output(pathlib.Path(sys.argv[1])) as partial:\n"
        "    partial.write_bytes(b'half' * 99); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, target], cwd=ROOT, check=False)
    assert [file.name for file in tmp_path.iterdir()] == [".replay.mp4.partial"]
    with atomic_output(target) as partial:
        partial.write_bytes(b"new")
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [b"new"]


def test_two_writers_do_not_mix(tmp_path):
    target = tmp_path / "replay.mp4"
    with atomic_output(target) as partial:
        partial.write_bytes(b"first")
        with pytest.raises(TransientError, match="another process is writing"):
            atomic_output(target).__enter__()
    assert target.read_bytes() == b"first"


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_full_disk_is_a_matter_of_resources(tmp_path, code):
    with pytest.raises(ResourceError, match=r"no space left to write x\.wav .*; free some"):
        write_half(tmp_path / "x.wav", OSError(code, os.strerror(code)))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_a_matter_of_configuration(tmp_path):
    with (
        pytest.raises(ConfigError, match="cannot be written to"),
        atomic_output(tmp_path / "nowhere" / "x.wav"),
    ):
        pass


def test_space_is_asked_for_before_a_long_write(tmp_path):
    require_space(tmp_path, 1)
    with pytest.raises(ResourceError, match=r"MiB free and about \d+ MiB are needed; free some"):
        require_space(tmp_path, 1 << 60)


def fill(target: Path, trouble: BaseException | None = None) -> None:
    with atomic_folder(target) as partial:
        assert list(partial.iterdir()) == []
        (partial / "new").write_bytes(b"new")
        if trouble is not None:
            raise trouble


@pytest.mark.parametrize("old", [False, True])
def test_a_folder_appears_with_the_end_of_the_block_and_replaces_the_old_one(tmp_path, old):
    target = tmp_path / "hls"
    if old:
        (target / "deep").mkdir(parents=True)
    fill(target)
    assert [path.name for path in tmp_path.rglob("*")] == ["hls", "new"]


@pytest.mark.parametrize("trouble", [ValueError, KeyboardInterrupt])
def test_trouble_leaves_the_folder_as_it_was(tmp_path, trouble):
    target = tmp_path / "hls"
    (target / "old").mkdir(parents=True)
    with pytest.raises(trouble):
        fill(target, trouble())
    assert [path.name for path in tmp_path.rglob("*")] == ["hls", "old"]


def test_what_was_left_of_a_killed_folder_goes(tmp_path):
    for left in (".hls.partial", ".hls.old"):
        (tmp_path / left / "deep").mkdir(parents=True)
        (tmp_path / left / "file").touch()
    fill(tmp_path / "hls")
    assert [path.name for path in tmp_path.rglob("*")] == ["hls", "new"]


def test_two_writers_do_not_mix_in_a_folder(tmp_path):
    target = tmp_path / "hls"
    with atomic_folder(target) as partial:
        (partial / "first").touch()
        with pytest.raises(TransientError, match="another process is writing"):
            fill(target)
    assert [path.name for path in target.iterdir()] == ["first"]


def test_a_full_disk_under_a_folder_is_a_matter_of_resources(tmp_path):
    with pytest.raises(ResourceError, match=r"no space left to write hls "):
        fill(tmp_path / "hls", OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
    assert list(tmp_path.iterdir()) == []
