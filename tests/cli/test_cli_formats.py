"""One answer in four formats: data on stdout, equal whatever it is written as."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import subprocess

import pytest

LISTINGS = {
    "find": ("find",),
    "find-text": ("find", "--text", "围巾"),
    "recordings": ("recordings",),
    "recordings-list": ("recordings", "list"),
    "said": ("recordings", "show", "show"),
    "products": ("catalogue", "list"),
    "highlights": ("highlight", "list", "show"),
    "review": ("review",),
}


@pytest.fixture
def indexed(kandian, show):
    """A workspace that holds the recording `show`."""
    ran = kandian(*show.job, "--id", "show", "--title", '晚场, 第 "2" 场')
    assert ran.code == 0, ran.err
    return kandian


def as_text(value: object) -> str:
    """Write a JSON value as a CSV cell has it; a number keeps its digits."""
    if value is None:
        return ""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else str(value)


@pytest.mark.parametrize("listing", LISTINGS)
def test_all_formats_hold_the_same_data(listing: str, indexed) -> None:
    ran = {
        name: indexed(*LISTINGS[listing], "--format", name) for name in ("json", "ndjson", "csv")
    }
    assert {item.code for item in ran.values()} == {0}
    records = json.loads(ran["json"].out)
    assert [json.loads(line) for line in ran["ndjson"].out.splitlines()] == records
    rows = list(csv.DictReader(io.StringIO(ran["csv"].out), strict=True))
    assert rows == [{key: as_text(value) for key, value in item.items()} for item in records]


@pytest.mark.parametrize("listing", LISTINGS)
def test_json_is_the_default_where_there_is_no_terminal(listing: str, indexed) -> None:
    assert indexed(*LISTINGS[listing]).out == indexed(*LISTINGS[listing], "--format", "json").out


def test_index_writes_the_highlights_that_find_finds(kandian, show) -> None:
    ran = kandian(*show.job, "--id", "show")
    assert json.loads(ran.out) == json.loads(kandian("find", "--recording", "show").out)
    assert [item["product_id"] for item in json.loads(ran.out)] == ["P1", "P2"]


def test_a_table_shows_every_highlight_uncut(indexed) -> None:
    records = json.loads(indexed("find").out)
    table = indexed("find", "--format", "table").out
    lines = [line for line in table.splitlines() if line.startswith("show")]
    assert len(lines) == len(records) == 2
    for record, line in zip(records, lines, strict=True):
        for key in ("recording_id", "start", "end", "product_id", "product_title", "status"):
            assert record[key] in line


def test_a_terminal_gets_a_table(indexed) -> None:
    terminal, inside = pty.openpty()
    # rich takes a dumb terminal to have 80 columns unless both sizes are given.
    plain = os.environ | {"TERM": "dumb", "COLUMNS": "200", "LINES": "50"}
    with subprocess.Popen(indexed.command("find"), stdout=inside, env=plain) as running:
        os.close(inside)
        shown = b""
        while chunk := _read(terminal):
            shown += chunk
    os.close(terminal)
    assert running.returncode == 0
    assert shown.decode().split()[:2] == ["recording", "id"]


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux ends a terminal so
        return b""


NOTHING = ("find", "--product", "P3")


def test_nothing_found_is_an_empty_list_and_no_error(indexed) -> None:
    texts = {name: indexed(*NOTHING, "--format", name).out for name in ("json", "ndjson", "csv")}
    assert texts == {"json": "[]\n", "ndjson": "", "csv": ""}
    assert indexed(*NOTHING, "--format", "table").out == "nothing found\n"


def test_quiet_says_nothing_on_stderr(kandian, show) -> None:
    ran = kandian("-q", *show.job)
    assert (ran.code, ran.err) == (0, "")
    assert json.loads(ran.out)


@pytest.mark.parametrize("output_format", ["json", "csv", "table"])
def test_a_reader_that_goes_away_is_no_error(output_format: str, indexed) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = indexed.command("find", "--format", output_format)
    ended = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)
    assert (ended.returncode, ended.stderr) == (0, b"")


@pytest.mark.parametrize("unbuffered", ["", "1"], ids=["buffered", "unbuffered"])
def test_a_full_disk_under_stdout_is_one_sentence(
    indexed, unbuffered: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONUNBUFFERED", unbuffered)
    with open("/dev/full", "w") as full:  # noqa: PTH123  Path.open would do the same
        command = indexed.command("find")
        ended = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1
    assert ended.stderr.startswith("kandian: error: No space left on device")
    assert "Traceback" not in ended.stderr


def test_a_defect_is_one_sentence_and_its_place_with_vv(
    kandian, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_settings: object) -> None:
        raise LookupError("no such thing")

    monkeypatch.setattr("pipeline.cli.find.open_for_lookup", broken)
    caplog.set_level("DEBUG", "pipeline.cli")
    ran = kandian("find")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == "kandian: error: unexpected LookupError: no such thing; -vv shows where\n"
    assert [record.exc_info is not None for record in caplog.records] == [True]
