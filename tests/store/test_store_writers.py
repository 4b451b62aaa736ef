"""Eight processes write at once and others read: nothing lost, nothing doubled, never half."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from models.document import IndexDocument
from models.errors import TransientError
from models.highlight import Action, Correction
from models.span import Span
from pipeline.store.contract import IndexInput
from pipeline.store.find import FindQuery
from pipeline.store.lookup import open_lookup
from pipeline.store.store import Store

MakeInput = Callable[..., IndexInput]
MakeCorrection = Callable[..., Correction]
ROOT = Path(__file__).parents[2]
WRITERS = 8
OWN = 4
"""Recordings that a writer has for itself; one more is everybody's."""

WRITER = """
import pickle, sys
from pipeline.store.store import open_store

with open(sys.argv[2], "rb") as file, open_store(sys.argv[1]) as store:
    sys.stdin.readline()
    for data in pickle.load(file):
        print(store.save_index(data).changed, flush=True)
"""


def variant(make: MakeInput, number: int) -> IndexInput:
    """Make the shared recording as one writer knows it; title, spans and words all tell whose."""
    start_s = 20 + number
    data = make(("P1", start_s, 60), ("P2", 90, 150 + number), recording_id="shared")
    data = replace(data, recording=replace(data.recording, title=f"版本{number}"))
    first, *rest = data.transcript.utterances
    said = (replace(first, text=f"口令{number}号", raw_text="", words=()), *rest)
    return replace(data, transcript=replace(data.transcript, utterances=said))


def whose(document: IndexDocument) -> set[int]:
    """Return which writers a document is made of: one, or it is half and half."""
    first, second = document.highlights
    return {
        int(document.recording.title.removeprefix("版本")),
        first.span.start_ms // 1000 - 20,
        second.span.end_ms // 1000 - 150,
    }


def test_eight_writers_lose_and_double_nothing_and_readers_never_see_half(
    store: Store, url: str, index_input: MakeInput, tmp_path: Path
) -> None:
    store.save_index(variant(index_input, 0))
    children = []
    for number in range(WRITERS):
        own = [index_input(recording_id=f"w{number}-{index}") for index in range(OWN)]
        jobs = [job for item in own for job in (item, variant(index_input, number))]
        path = tmp_path / f"{number}.pickle"
        path.write_bytes(pickle.dumps(jobs))
        children.append(
            subprocess.Popen(
                [sys.executable, "-c", WRITER, url, str(path)],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        )
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    reads = 0
    while any(child.poll() is None for child in children):
        assert len(whose(store.document("shared", with_review=False))) == 1
        heard = store.find(FindQuery(text="口令"))
        assert len([item for item in heard if item.recording_id == "shared"]) == 1
        reads += 1
    changed = 1
    for child in children:
        out, _ = child.communicate()
        assert child.returncode == 0
        assert out.split()[::2] == ["True"] * OWN
        changed += out.split()[1::2].count("True")
    assert reads > 3
    names = [f"w{number}-{index}" for number in range(WRITERS) for index in range(OWN)]
    assert [item.recording.id for item in store.recordings()] == ["shared", *names]
    assert [item.published for item in store.recordings()] == [2] + [3] * len(names)
    assert store.document("shared", with_review=False).revision == changed
    for table, expected in (
        ("index_runs", changed + len(names)),
        ("utterances", 6 * (1 + len(names))),
        ("mentions", 2 * (1 + len(names))),
        ("search_pages", 2 * (1 + len(names))),
        ("evidence", 2 * (2 + 3 * len(names))),
    ):
        (row,) = store.select(f"SELECT count(*) AS n FROM {table}", {})  # noqa: S608
        assert row["n"] == expected, table


def test_corrections_of_many_desks_at_once_are_all_kept(
    store: Store, index_input: MakeInput, correction: MakeCorrection
) -> None:
    from concurrent.futures import ThreadPoolExecutor

    store.save_index(index_input(("P1", 10, 60)))
    (first,) = store.document("rec-1", with_review=False).highlights

    def add(number: int) -> str:
        span = Span(100_000 + number * 10_000, 110_000 + number * 10_000)
        made = correction(Action.ADD, first, highlight_id="", anchor=span, span=span)
        return store.correct(made).highlight_id

    with ThreadPoolExecutor(WRITERS) as pool:
        names = list(pool.map(add, range(WRITERS)))
    document = store.document("rec-1", with_review=False)
    assert {item.id for item in document.highlights} == {first.id, *names}
    assert document.revision == 1 + WRITERS
    assert len(store.corrections("rec-1")) == WRITERS


@pytest.mark.parametrize("url", ["postgres"], indirect=True)
def test_a_server_that_restarts_fails_what_was_under_way_and_nothing_after(
    store: Store, url: str, index_input: MakeInput
) -> None:
    store.save_index(index_input())
    end_all = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )

    def write_through_a_restart() -> None:
        with store._writing("rec-1") as session:
            session.execute(text("UPDATE recordings SET title = 'half'"))
            with store._engine.connect() as other:
                other.execute(end_all)
            session.execute(text("SELECT 1"))

    with pytest.raises(TransientError):
        write_through_a_restart()
    assert store.document("rec-1", with_review=False).recording.title == "周三晚场"
    with open_lookup(url) as lookup:
        with store._engine.connect() as other:
            other.execute(end_all)
        for query in (FindQuery(), FindQuery(text="围巾")):
            with pytest.raises(TransientError, match="try again"):
                lookup.find(query)
    assert store.save_index(replace(index_input(), media=())).revision == 2
