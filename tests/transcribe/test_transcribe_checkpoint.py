from __future__ import annotations

import errno
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from models.errors import ConfigError, ResourceError
from models.span import Span
from pipeline.transcribe.checkpoint import Checkpoints
from pipeline.transcribe.decoded import DecodedWindow, DecodedWord
from pipeline.transcribe.disk import explain_write_failure

KEY = "a1b2"
WINDOWS = (DecodedWindow(Span(0, 900), (DecodedWord(10, 300, "三号", 0.9),), -0.25, 0.01),)


def only_file(folder: Path) -> Path:
    (path,) = folder.iterdir()
    return path


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path / "made" / "when missing")
    checkpoints.save(KEY, WINDOWS)
    assert checkpoints.load(KEY) == WINDOWS


def test_another_key_finds_nothing(tmp_path: Path) -> None:
    Checkpoints(tmp_path).save(KEY, WINDOWS)
    assert Checkpoints(tmp_path).load("c3d4") is None


def test_an_empty_job_is_finished_too(tmp_path: Path) -> None:
    Checkpoints(tmp_path).save(KEY, ())
    assert Checkpoints(tmp_path).load(KEY) == ()


def test_no_temporary_file_stays(tmp_path: Path) -> None:
    Checkpoints(tmp_path).save(KEY, WINDOWS)
    assert only_file(tmp_path).suffix == ".json"


def _truncate(text: str) -> str:
    return text[: len(text) // 2]


def _change_a_word(text: str) -> str:
    return text.replace("三号", "五号")


def _change_format(text: str) -> str:
    return json.dumps(json.loads(text) | {"format": 0})


def _rename_key(text: str) -> str:
    return json.dumps(json.loads(text) | {"key": "other"})


@pytest.mark.parametrize(
    "damage",
    [_truncate, _change_a_word, _change_format, _rename_key, lambda _: "", lambda _: "[]"],
    ids=["cut short", "a word changed", "older format", "another key inside", "empty", "a list"],
)
def test_a_damaged_or_foreign_checkpoint_is_as_good_as_absent(
    damage: Callable[[str], str], tmp_path: Path
) -> None:
    Checkpoints(tmp_path).save(KEY, WINDOWS)
    path = only_file(tmp_path)
    path.write_text(damage(path.read_text("utf-8")), "utf-8")
    assert Checkpoints(tmp_path).load(KEY) is None


def test_a_folder_that_cannot_be_made_is_a_configuration_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ConfigError, match="cannot be written"):
        Checkpoints(tmp_path / "file" / "checkpoints").save(KEY, WINDOWS)


@pytest.mark.parametrize(
    ("number", "kind"),
    [(errno.ENOSPC, ResourceError), (errno.EDQUOT, ResourceError), (errno.EROFS, ConfigError)],
)
def test_a_full_disk_is_told_from_a_forbidden_one(number: int, kind: type[Exception]) -> None:
    error = explain_write_failure(OSError(number, "why"), Path("/kept"), "the transcript so far")
    assert type(error) is kind
    assert "/kept" in str(error)
