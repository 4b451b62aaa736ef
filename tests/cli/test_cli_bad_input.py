"""Bad input is told in one clear sentence: what is wrong, where, what to do; nothing is stored."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

NO_ENGINE = ("--transcript", "{transcript}", "--encoder", "lsa")
HEADER = "id,title,price\n"


@dataclass(frozen=True, slots=True)
class Bench:
    """What a case may use to make its bad input."""

    folder: Path
    make_media: Callable[..., Path]

    def write(self, name: str, content: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content)
        return path

    def cut(self, name: str, share: float) -> Path:
        """The first part of a recording, as an interrupted copy leaves it."""
        whole = self.make_media(name, seconds=8).read_bytes()
        return self.write(f"cut-{name}", whole[: int(len(whole) * share)])


@pytest.fixture
def bench(tmp_path: Path, make_media: Callable[..., Path]) -> Bench:
    return Bench(tmp_path, make_media)


def assert_told(ran, code: int, *fragments: str) -> None:
    """One sentence on stderr that holds every fragment; nothing on stdout; no stack."""
    assert ran.code == code, ran.err
    assert ran.out == ""
    assert "Traceback" not in ran.err
    sentences = [line for line in ran.err.splitlines() if line.startswith(("kandian: ", "Error: "))]
    assert len(sentences) == 1, ran.err
    for fragment in fragments:
        assert re.search(fragment, sentences[0]), (fragment, sentences[0])


def assert_nothing_stored(kandian) -> None:
    assert kandian("recordings", "--format", "ndjson").out == ""
    assert not (kandian.workspace / "recordings").exists()
    assert not list(kandian.workspace.rglob("*.tmp"))
    assert not list(kandian.workspace.rglob("*.partial"))


MEDIA: dict[str, tuple[Callable[[Bench], Path], str]] = {
    "missing": (lambda b: b.folder / "gone.mp4", r"gone\.mp4.*(check|no such)"),
    "text-named-mp4": (lambda b: b.write("notes.mp4", b"not a film\n" * 99), r"notes\.mp4"),
    "zero-bytes": (lambda b: b.write("empty.mp4", b""), r"empty\.mp4.*(empty|0 bytes)"),
    "no-audio": (lambda b: b.make_media("mute.mp4", sound=False), r"mute\.mp4.*no audio track"),
    "cut-mp4": (lambda b: b.cut("a.mp4", 0.7), r"cut-a\.mp4 is cut short.*fetch the file again"),
    "cut-mkv": (lambda b: b.cut("a.mkv", 0.6), r"cut-a\.mkv is cut short.*fetch the file again"),
    "cut-flv": (lambda b: b.cut("a.flv", 0.6), r"cut-a\.flv is cut short.*fetch the file again"),
    "cut-ts": (lambda b: b.cut("a.ts", 0.6), r"cut-a\.ts is cut short.*fetch the file again"),
    "empty-folder": (lambda b: _folder(b.folder / "show"), r"show.*playlist"),
}


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


@pytest.mark.parametrize("transcript", ["imported", "recognised"])
@pytest.mark.parametrize("case", MEDIA)
def test_bad_media_is_rejected_with_its_name_and_a_reason(
    case: str, transcript: str, bench: Bench, kandian, show
) -> None:
    make, told = MEDIA[case]
    short = bench.write("short.srt", "1\n00:00:00,000 --> 00:00:02,000\n羊毛围巾\n".encode())
    imported = ("--transcript", short) if transcript == "imported" else ()
    ran = kandian("index", "--catalogue", show.catalogue, *imported, "--", make(bench))
    assert_told(ran, 1, told)
    assert_nothing_stored(kandian)


CATALOGUES: dict[str, tuple[bytes | None, str]] = {
    "missing": (None, r"no catalogue file .*shop\.csv; check the path"),
    "duplicate-id": (f"{HEADER}A,围巾,1\nB,锅,2\nA,茶,3\n".encode(), r"shop\.csv.*line 4.*'?A'?"),
    "bad-price": (f"{HEADER}A,围巾,cheap\n".encode(), r"shop\.csv.*line 2.*price.*cheap"),
    "gbk": (f"{HEADER}A,羊毛围巾今晚好价,1\n".encode("gbk"), r"shop\.csv.*GBK.*save it as UTF-8"),
    "unknown-column": (b"id,title,colour\nA,scarf,red\n", r"shop\.csv.*line 1.*colour"),
    "no-title": (b"id,price\nA,1\n", r"shop\.csv.*title"),
    "empty": (b"", r"shop\.csv.*empty"),
    "no-products": (HEADER.encode(), r"shop\.csv.*product"),
    "workbook": (b"PK\x03\x04" + bytes(40), r"shop\.csv.*Excel.*export it as CSV"),
}


@pytest.mark.parametrize("case", CATALOGUES)
def test_bad_catalogue_is_told_with_file_and_line(case: str, bench: Bench, kandian, show) -> None:
    content, told = CATALOGUES[case]
    path = bench.folder / "shop.csv"
    if content is not None:
        bench.write(path.name, content)
    options = ("--transcript", show.transcript, "--encoder", "lsa")
    assert_told(kandian("index", "--catalogue", path, *options), 1, told)
    assert_nothing_stored(kandian)
    assert_told(kandian("catalogue", "check", path), 1, told)


def test_a_path_that_is_not_utf_8_is_told(bench: Bench, kandian, show) -> None:
    media = bench.write("\udcff.mp4", b"")
    ran = kandian("index", media, "--catalogue", show.catalogue)
    assert_told(ran, 1, r"\ufffd\.mp4: its path is not UTF-8; rename the file or its folder")


TRANSCRIPTS: dict[str, tuple[str, bytes | None, str]] = {
    "missing": ("gone.srt", None, r"gone\.srt"),
    "empty": ("said.srt", b"", r"said\.srt"),
    "not-json": ("said.json", b"{", r"said\.json"),
    "nobody-speaks": ("said.vtt", b"WEBVTT\n", r"said\.vtt"),
    "half-a-surrogate-pair": (
        "said.json",
        b'{"segments": [{"start": 0, "end": 2, "text": "\\ud83d scarf"}]}',
        r"said\.json: '\\ud83d' in it is not Unicode text",
    ),
    "gbk": ("said.srt", "1\n00:00:00,000 --> 00:00:02,000\n围巾\n".encode("gbk"), r"said\.srt"),
}


@pytest.mark.parametrize("case", TRANSCRIPTS)
def test_bad_transcript_is_told_with_its_name(case: str, bench: Bench, kandian, show) -> None:
    name, content, told = TRANSCRIPTS[case]
    path = bench.folder / name
    if content is not None:
        bench.write(name, content)
    ran = kandian("index", "--transcript", path, "--catalogue", show.catalogue)
    assert_told(ran, 1, told)
    assert_nothing_stored(kandian)


def test_transcript_of_another_recording_is_rejected(bench: Bench, kandian, show) -> None:
    media = bench.make_media("plain.mp4")
    ran = kandian(*show.job, media)
    assert_told(ran, 1, r"show\.srt.*40\.0 s.*3\.\d s.*another recording")
    assert_nothing_stored(kandian)


USAGE = {
    "no-media": ("index", "--catalogue", "c.csv"),
    "no-catalogue": ("index", "a.mp4"),
    "unknown-engine": ("index", "a.mp4", "--catalogue", "c.csv", "--engine", "siri"),
    "unknown-language": ("index", "a.mp4", "--catalogue", "c.csv", "--language", "fr"),
    "bad-started-at": ("index", "a.mp4", "--catalogue", "c.csv", "--started-at", "tonight"),
    "bad-id": ("index", "a.mp4", "--catalogue", "c.csv", "--id", "../up"),
    "bad-threads": ("index", "a.mp4", "--catalogue", "c.csv", "--threads", "-1"),
    "bad-at": ("find", "--at", "half past nine"),
    "bad-confidence": ("find", "--min-confidence", "2"),
    "bad-status": ("find", "--status", "gone"),
    "bad-format": ("find", "--format", "xml"),
    "bad-export-format": ("export", "r", "--format", "xml"),
    "unknown-command": ("indx",),
    "nothing-to-move": ("highlight", "move", "r", "hl_1"),
}


@pytest.mark.parametrize("case", USAGE)
def test_wrong_usage_exits_with_2_and_touches_nothing(case: str, kandian) -> None:
    ran = kandian(*USAGE[case])
    assert_told(ran, 2)
    assert "kandian" in ran.err.splitlines()[0]
    assert not kandian.workspace.exists()


NOT_THERE = {
    "find-nothing-indexed": ("find",),
    "export-nothing-indexed": ("export", "demo"),
    "recordings-show": ("recordings", "show", "demo"),
    "unknown-model": ("weights", "verify", "huge"),
}


@pytest.mark.parametrize("case", NOT_THERE)
def test_asking_for_what_is_not_there_exits_with_1(case: str, kandian) -> None:
    assert_told(kandian(*NOT_THERE[case]), 1)


UNKNOWN = {
    "export": ("export", "nope"),
    "show": ("recordings", "show", "nope"),
    "delete": ("recordings", "delete", "nope"),
    "highlights": ("highlight", "list", "nope"),
    "add": ("highlight", "add", "nope", "--product", "P1", "--from", "1", "--to", "2"),
    "find": ("find", "--recording", "nope"),
    "products": ("catalogue", "list", "--recording", "nope"),
}


@pytest.mark.parametrize("case", UNKNOWN)
def test_unknown_recording_exits_with_1_and_says_how_to_list_them(case: str, kandian, show) -> None:
    assert kandian(*show.job).code == 0
    assert_told(kandian(*UNKNOWN[case]), 1, r"'?nope'?.*kandian recordings")


def test_unknown_highlight_exits_with_1_and_says_how_to_list_them(kandian, show) -> None:
    assert kandian(*show.job, "--id", "show").code == 0
    told = r"no highlight 'hl_0'; see: kandian highlight list show"
    assert_told(kandian("highlight", "confirm", "show", "hl_0"), 1, told)


def test_correction_to_unknown_product_exits_with_1(kandian, show) -> None:
    assert kandian(*show.job, "--id", "show").code == 0
    ran = kandian("highlight", "add", "show", "--product", "P9", "--from", "1", "--to", "2")
    assert_told(ran, 1, "'P9' is not in the catalogue")
