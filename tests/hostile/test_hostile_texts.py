"""Transcripts, catalogues, operator files without end: refused unread, or at once after."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable
from pathlib import Path

import pytest

MIB = 1024 * 1024
PATIENCE_S = 20.0
LEAST_MEMORY = 1536 * MIB
"""Address space of the process under test; half of it goes to libraries alone."""


def fill(name: str, line: bytes, size: int, head: bytes = b"") -> Callable[[Path], Path]:
    """A file of this size, the same line over and over."""

    def make(folder: Path) -> Path:
        path = folder / name
        block = line * (MIB // len(line) + 1)
        with path.open("wb") as file:
            file.write(head)
            while file.tell() < size:
                file.write(block)
        return path

    return make


def pipe(folder: Path) -> Path:
    path = folder / "said.srt"
    os.mkfifo(path)
    return path


CUE = "1\n00:00:00,000 --> 00:00:01,000\n围巾\n\n".encode()
Case = tuple[Callable[[Path], Path], str]
TRANSCRIPTS: dict[str, Case] = {
    "srt of 100 MB": (fill("said.srt", CUE, 100_000_000), r"said\.srt has 9\d MiB"),
    "webvtt of 100 MB": (
        fill("said.vtt", CUE, 100_000_000, b"WEBVTT\n\n"),
        r"said\.vtt has 9\d MiB",
    ),
    "json of 100 MB": (fill("said.json", b"[" * 99, 100_000_000), r"said\.json has 9\d MiB"),
    "json that nests": (fill("said.json", b"[" * 99, MIB), r"said\.json.*nested too deeply"),
    "srt of 205,000 entries": (
        fill("said.srt", CUE, len(CUE) * 205_000),
        r"said\.srt has 2\d{5} entries",
    ),
    "a pipe": (pipe, r"said\.srt cannot be read: it is no ordinary file"),
    "a device": (lambda _folder: Path("/dev/zero"), r"/dev/zero cannot be read"),
}
CATALOGUES: dict[str, Case] = {
    "csv of 100 MB": (
        fill("shop.csv", "P,围巾\n".encode(), 100_000_000, b"id,title\n"),
        r"shop\.csv is larger than 64 MiB",
    ),
    "json of 100 MB": (
        fill("shop.json", b"[" * 99, 100_000_000),
        r"shop\.json is larger than 64 MiB",
    ),
    "json that nests": (fill("shop.json", b"[" * 99, MIB), r"shop\.json"),
    "a pipe": (pipe, r"no ordinary file"),
    "a device": (lambda _folder: Path("/dev/zero"), r"no ordinary file"),
}
OPERATORS: dict[str, Case] = {
    "csv of 3 MB": (
        fill("said.csv", b"P1,5\n", 3_000_000, b"product_id,start\n"),
        r"said\.csv is larger than 2 MiB",
    ),
    "csv of 200,000 lines": (
        fill("said.csv", b"P1,5\n", MIB, b"product_id,start\n"),
        r"said\.csv has \d{6} lines, and at most 3000",
    ),
    "json that nests": (fill("said.json", b"[" * 99, MIB), r"said\.json.*nested too deeply"),
    "a line that nests": (
        fill("said.json", b"[" * 99, MIB, b'{"product_id": '),
        r"said\.json.*line 1: is nested too deeply",
    ),
    "a pipe": (pipe, r"no ordinary file"),
    "a device": (lambda _folder: Path("/dev/zero"), r"no ordinary file"),
}


def assert_refused(ran, told: str, begun: float) -> None:
    assert time.monotonic() - begun < PATIENCE_S
    assert ran.code == 1, ran.err
    assert "unexpected" not in ran.err
    (sentence,) = [line for line in ran.err.splitlines() if line.startswith("kandian: error: ")]
    with pytest.raises(AssertionError, match=told):
        raise AssertionError(sentence)
    assert len(sentence) < 400


@pytest.mark.parametrize("case", TRANSCRIPTS)
def test_a_transcript_without_end_is_refused(case: str, tmp_path: Path, kandian, show) -> None:
    make, told = TRANSCRIPTS[case]
    path = make(tmp_path)
    begun = time.monotonic()
    ran = kandian("index", "--transcript", path, "--catalogue", show.catalogue, "--id", "show")
    assert_refused(ran, told, begun)
    assert not (kandian.workspace / "recordings").exists()


@pytest.mark.parametrize("case", CATALOGUES)
def test_a_catalogue_without_end_is_refused(case: str, tmp_path: Path, kandian, show) -> None:
    make, told = CATALOGUES[case]
    path = make(tmp_path)
    begun = time.monotonic()
    ran = kandian("index", "--transcript", show.transcript, "--catalogue", path, "--id", "show")
    assert_refused(ran, told, begun)
    assert not (kandian.workspace / "recordings").exists()


@pytest.mark.parametrize("case", OPERATORS)
def test_an_operator_file_without_end_is_refused(case: str, tmp_path: Path, kandian, show) -> None:
    make, told = OPERATORS[case]
    path = make(tmp_path)
    begun = time.monotonic()
    ran = kandian(*show.job, "--id", "show", "--operator", path)
    assert_refused(ran, told, begun)
    assert not (kandian.workspace / "recordings").exists()


def test_what_is_too_large_is_not_read(tmp_path: Path, kandian, show) -> None:
    """Ten gigabytes of nothing, on a process that could not hold them."""
    path = tmp_path / "said.srt"
    with path.open("wb") as file:
        os.truncate(file.fileno(), 10_000 * MIB)
    limit = (LEAST_MEMORY, LEAST_MEMORY)
    ran = kandian.process(
        "index", "--transcript", path, "--catalogue", show.catalogue,
        before=lambda: resource.setrlimit(resource.RLIMIT_AS, limit),
    )  # fmt: skip
    assert ran.code == 1, ran.err
    assert "said.srt has 10000 MiB" in ran.err
