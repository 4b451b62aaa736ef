"""What a workspace holds in the end, in a form that two workspaces can be compared by."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from tests.bench.chaos.databases import Database, connected

LEFT_OUT = frozenset({"leases", "failures", "kandian_schema"})
"""Tables that tell how one got there."""
DERIVED = "search_"
"""Tables of the word index lie in the order in which recordings ended: what is in it is compared,
and SQLite is asked whether it fits."""
PAGES = "SELECT recording_id, first_ordinal, end_ordinal, grams FROM search_pages"
HELD = "SELECT name, holder FROM leases WHERE expires_ms <> 0"
FITS = "INSERT INTO search_index (search_index) VALUES ('integrity-check')"
MOST = 300
"""Characters of a difference that are shown."""
MOMENTS = frozenset({"created_at", "updated_at", "saved_at"})
TEMPORARY = ("**/.*", "checkpoints/*")
"""Nothing of this may be left."""
MEASURED = ("media.json", "media.html")
"""Files of a recording that say how long its search took."""

Rows = dict[str, list[tuple[object, ...]]]


@dataclass(frozen=True, slots=True)
class Place:
    """Where batches work: a folder, and a database."""

    workspace: Path
    database: Database


def read_rows(place: Place) -> Rows:
    """Return the rows of every table but for moments, and for hashes of what was measured."""
    with connected(place.database.url) as connection:
        names = [
            name
            for name in inspect(connection).get_table_names()
            if name not in LEFT_OUT and not name.startswith(DERIVED)
        ]
        rows = {name: _read_table(connection, name) for name in names}
        rows["pages"] = sorted(map(tuple, connection.execute(text(PAGES))), key=repr)
        if connection.dialect.name == "sqlite":
            connection.execute(text(FITS))
        # What nobody ever gives back would keep a recording from every other run for a minute.
        rows["leases"] = sorted(map(tuple, connection.execute(text(HELD))), key=repr)
        return rows


def _read_table(connection: Connection, name: str) -> list[tuple[object, ...]]:
    # The record of a replay says how long its search took.
    measured = {"sha256", "size_bytes"} if name == "stage_results" else set()
    columns = [column["name"] for column in inspect(connection).get_columns(name)]
    kept = ", ".join(column for column in columns if column not in MOMENTS | measured)
    return sorted(map(tuple, connection.execute(text(f"SELECT {kept} FROM {name}"))), key=repr)  # noqa: S608


def read_published(place: Place) -> dict[str, str]:
    """Return the digest of every file that players read, replays and pictures included."""
    workspace = place.workspace
    return {
        str(path.relative_to(workspace)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted((workspace / "recordings").rglob("*"))
        if path.is_file() and path.name not in MEASURED
    }


def list_files(place: Place) -> list[str]:
    """Return the names of all results."""
    workspace = place.workspace
    return sorted(
        str(path.relative_to(workspace))
        for place in ("recordings", "stages")
        for path in (workspace / place).rglob("*")
        if path.is_file()
    )


def list_leftovers(workspace: Path) -> list[str]:
    """Return what should have been tidied up."""
    return [str(path.relative_to(workspace)) for one in TEMPORARY for path in workspace.glob(one)]


def compare(undisturbed: Place, disturbed: Place) -> list[str]:
    """Return every difference, in words; empty = the same."""
    problems = [f"left over: {name}" for name in list_leftovers(disturbed.workspace)]
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
