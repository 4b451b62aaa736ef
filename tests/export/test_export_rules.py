"""Any index exports to every format without breaking a rule of its reader, and without a secret."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings

from models.document import IndexDocument
from pipeline.cli.export import EXPORT_FORMATS, MP4_CHAPTERS, SITE
from pipeline.export.formats import FORMATS, export_document
from pipeline.export.mp4_chapters import format_mp4_chapters
from pipeline.export.report import Exported, Fate
from tests.export.indexes import HOSTILE, indexes, make_highlight, make_index
from tests.export.rules import RULES, ffmetadata

ROOT = Path(__file__).parents[2]


def test_every_format_but_the_index_itself_has_its_rules() -> None:
    assert set(RULES) == set(FORMATS) - {"json"}


def test_the_command_offers_every_format() -> None:
    names = [name for name, _purpose in EXPORT_FORMATS]
    assert names == list(dict.fromkeys(names))
    assert set(names) == {*FORMATS, MP4_CHAPTERS, SITE}


@pytest.mark.parametrize("name", RULES)
@settings(max_examples=20)
@given(document=indexes())
def test_any_index_keeps_the_rules_and_every_highlight_is_accounted_for(
    name: str, document: IndexDocument
) -> None:
    exported = export_document(document, name)
    exported.text.encode("utf-8")
    found = RULES[name](exported.text, document.recording.duration_ms)
    fates = Counter(change.fate for change in exported.report.changes)
    if name == "youtube":
        found -= _opening_lines(exported, document)
    gone = fates[Fate.DROPPED] + fates[Fate.MERGED]
    assert found + gone == len(document.highlights)
    for change in exported.report.changes:
        assert len(str(change).splitlines()) == 1
        str(change).encode("utf-8")
    assert exported == export_document(copy.deepcopy(document), name)


def _opening_lines(exported: Exported, document: IndexDocument) -> int:
    """1 when the line at 0:00 is not a pitch's: none of the first ten seconds is left."""
    lost = {item.at_ms for item in exported.report.changes if item.fate is Fate.DROPPED}
    told = {item.span.start_ms for item in document.highlights} - lost
    early = any(start_ms < 10_000 for start_ms in told)
    return 1 if exported.text and not early else 0


@settings(max_examples=20)
@given(document=indexes())
def test_chapters_for_the_film_cover_all_of_it(document: IndexDocument) -> None:
    exported = format_mp4_chapters(document)
    end_ms = document.recording.duration_ms
    ffmetadata(exported.text, end_ms)
    starts = [int(line[6:]) for line in exported.text.splitlines() if line.startswith("START=")]
    ends = [int(line[4:]) for line in exported.text.splitlines() if line.startswith("END=")]
    if starts:
        assert [0, *ends] == [*starts, end_ms]
    dropped = [item for item in exported.report.changes if item.fate is Fate.DROPPED]
    assert bool(starts) == (len(document.highlights) > len(dropped))


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("title", HOSTILE)
def test_a_hostile_title_keeps_the_rules(name: str, title: str) -> None:
    hostile = [
        make_highlight(start_ms, start_ms + 60_000, title=title)
        for start_ms in (0, 60_000, 150_000, 300_000)
    ]
    document = make_index(*hostile, title=title)
    exported = export_document(document, name)
    assert RULES[name](exported.text, document.recording.duration_ms) == 4


def test_exports_do_not_depend_on_the_process() -> None:
    script = (
        "import hashlib, json\n"
        "from pipeline.export.formats import FORMATS, export_document\n"
        "from tests.export.indexes import make_highlight, make_index\n"
        "index = make_index(*(make_highlight(n * 900, n * 900 + 900) for n in range(500)))\n"
        "print(json.dumps({name: hashlib.sha256(repr(export_document(index, name)).encode())"
        ".hexdigest() for name in FORMATS}))"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", script],
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert said[0] == said[1]
    assert set(json.loads(said[0])) == set(FORMATS)
