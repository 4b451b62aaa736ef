"""What a workspace holds in the end, in a form that two workspaces can be compared by."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

LEFT_OUT = frozenset({"leases", "failures", "kandian_schema", "sqlite_sequence"})
"""Tables that tell how one got there."""
DERIVED = "search_"
"""Tables of the word index lie in the order in which recordings ended: what is in it is compared,
and the database is asked whether it fits."""
PAGES = "SELECT recording_id, first_ordinal, end_ordinal, grams FROM search_pages"
FITS = "INSERT INTO search_index (search_index) VALUES ('integrity-check')"
MOST = 300
"""Characters of a difference that are shown."""
MOMENTS = frozenset({"created_at", "updated_at", "saved_at"})
TEMPORARY = ("**/.*", "checkpoints/*")
"""Nothing of this may be left."""
SAME_BYTES = ("index.json", "index.vtt", "thumbnails.vtt")

Rows = dict[str, list[tuple[object, ...]]]


def read_rows(workspace: Path) -> Rows:
    """Return the rows of every table but for moments, and for hashes of what was measured."""
    with closing(sqlite3.connect(workspace / "kandian.db")) as database:
        names = [name for (name,) in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table'")]  # fmt: skip
        rows = {
            name: _read_table(database, name)
            for name in names
            if name not in LEFT_OUT and not name.startswith(DERIVED)
        }
        rows["pages"] = sorted(database.execute(PAGES), key=repr)
        database.execute(FITS)
        return rows


def _read_table(database: sqlite3.Connection, name: str) -> list[tuple[object, ...]]:
    columns = [row[1] for row in database.execute(f"PRAGMA table_info({name})")]
    # The record of a replay says how long its search took.
    measured = {"sha256", "size_bytes"} if name == "stage_results" else set()
    kept = [column for column in columns if column not in MOMENTS | measured]
    rows = database.execute(f"SELECT {', '.join(kept)} FROM {name}")  # noqa: S608
    return sorted(rows, key=repr)


def read_published(workspace: Path) -> dict[str, str]:
    """Return the digest of every file that players read and that must be the same."""
    return {
        str(path.relative_to(workspace)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted((workspace / "recordings").rglob("*"))
        if path.name in SAME_BYTES
    }


def list_files(workspace: Path) -> list[str]:
    """Return the names of all results."""
    return sorted(
        str(path.relative_to(workspace))
        for place in ("recordings", "stages")
        for path in (workspace / place).rglob("*")
        if path.is_file()
    )


def list_leftovers(workspace: Path) -> list[str]:
    """Return what should have been tidied up."""
    return [str(path.relative_to(workspace)) for one in TEMPORARY for path in workspace.glob(one)]


def compare(undisturbed: Path, disturbed: Path) -> list[str]:
    """Return every difference, in words; empty = the same."""
    problems = [f"left over: {name}" for name in list_leftovers(disturbed)]
    for what, read in (("files", list_files), ("bytes", read_published), ("rows", read_rows)):
        left, right = read(undisturbed), read(disturbed)  # type: ignore[operator]
        if left != right:
            problems.append(f"{what} differ: {_first_difference(left, right)}")
    return problems


def _first_difference(left: object, right: object) -> str:
    if isinstance(left, dict) and isinstance(right, dict):
        for key in sorted({*left, *right}):
            if left.get(key) != right.get(key):
                return f"{key}: {_first_difference(left.get(key), right.get(key))}"
    if isinstance(left, list) and isinstance(right, list):
        only = [one for one in left if one not in right], [one for one in right if one not in left]
        twice = [one for one in right if right.count(one) > 1]
        parts = zip(("missing", "too many", "twice"), (*only, twice), strict=True)
        return ", ".join(f"{name} {str(part[:2])[:MOST]}" for name, part in parts)
    return f"{str(left)[:MOST]} / {str(right)[:MOST]}"
