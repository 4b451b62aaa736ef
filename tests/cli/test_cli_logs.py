"""With --log-format json every line of stderr is one JSON object, whatever happens."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import QUICK, Kandian, Show

JSON = {"KANDIAN_LOG_FORMAT": "json"}


def read(err: str) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in err.splitlines()]
    for line in lines:
        assert datetime.fromisoformat(line["at"]).tzinfo is not None
        assert line["level"] in {"debug", "info", "warning", "error"}
        assert line["message"]
        assert line["logger"]
        assert line["process"]
    return lines


def test_a_batch_tells_of_every_recording(kandian: Kandian, show: Show, tmp_path: Path) -> None:
    (tmp_path / "bad.srt").write_text("")
    manifest = tmp_path / "night.csv"
    names = (show.transcript.name, "bad.srt")
    rows = "".join(f"{name},{show.catalogue.name}\n" for name in names)
    manifest.write_text(f"transcript,catalogue\n{rows}")
    ran = kandian.process("batch", manifest, *QUICK, environment=JSON)
    assert ran.code == 1
    told = " ".join(line["message"] for line in read(ran.err))
    assert "show.srt" in told
    assert "bad.srt" in told
    assert json.loads(ran.out)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("find", "--product", "P1"), 1),
        (("index", "--transcript", "/no/such.srt", "--catalogue", "/no/such.csv"), 1),
        (("-vv", "gc"), 0),
    ],
    ids=["nothing indexed", "no such file", "everything told"],
)
def test_every_line_is_a_record(arguments: tuple[str, ...], code: int, kandian: Kandian) -> None:
    ran = kandian.process(*arguments, environment=JSON)
    assert ran.code == code, ran.err
    lines = read(ran.err)
    assert lines
    if code:
        assert lines[0]["level"] == "error"
        assert lines[0]["message"].startswith("kandian: error: ")


def test_people_get_lines(kandian: Kandian) -> None:
    ran = kandian.process("--log-format", "text", "find", "--product", "P1")
    assert ran.err.startswith("kandian: error: ")
