"""Fill a store with ten million highlights and time its look-ups (`make bench-store`).

The rows go in by the databases' own bulk ways, secondary indexes made afterwards; then the same
questions are asked in this process, one after another, of SQLite and of PostgreSQL. Rounds of them
are asked and the best one counts, for others share the machine; a 99th percentile above 5 ms fails
the bench. Data lies in a temporary folder and is removed.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import TypeVar

import psycopg

from pipeline.store.find import FindQuery
from pipeline.store.location import make_sqlite_url, parse_location
from pipeline.store.lookup import Lookup, open_lookup
from pipeline.store.store import open_store
from tests.bench import shops
from tests.bench.shops import Broadcasts, Columns, Row
from tests.postgres import run_server

P99_MS = 5.0
QUESTIONS = 5_000
"""Of each kind in a round; fifty lie above the 99th percentile."""
ROUNDS = 5
BATCH = 10_000
"""Recordings a transaction."""
BYTES_A_RECORDING = 12_000
"""Most that one took, with indexes and PostgreSQL's log (first runs of this bench: 6 to 9 kB)."""
SERVER = ("shared_buffers=1GB", "maintenance_work_mem=512MB", "max_wal_size=4GB", "jit=off")

_Item = TypeVar("_Item")
Insert = Callable[[str, Columns, Iterable[Row]], None]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A filled database."""

    url: str
    load_s: float
    index_s: float
    size_bytes: int


def main() -> None:
    """Load, ask, print; exit 1 when a percentile is too high."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recordings", type=int, default=1_000_000, help="ten highlights each")
    parser.add_argument("--only", choices=["sqlite", "postgres"], help="one database alone")
    options = parser.parse_args()
    broadcasts = Broadcasts(options.recordings)
    needed, free = options.recordings * BYTES_A_RECORDING, shutil.disk_usage("/tmp").free  # noqa: S108
    if needed > free:
        sys.exit(f"{needed / 1e9:.0f} GB of disk are needed, {free / 1e9:.0f} are free")
    slow = []
    for name, filled in (("sqlite", _filled_sqlite), ("postgres", _filled_postgres)):
        if options.only in (None, name):
            with filled(broadcasts) as loaded:
                _tell_load(name, broadcasts, loaded)
                slow += _ask(name, broadcasts, loaded.url)
    if slow:
        sys.exit(f"slower than {P99_MS} ms: {', '.join(slow)}")


def _tell_load(name: str, broadcasts: Broadcasts, loaded: Loaded) -> None:
    highlights = broadcasts.count * shops.HIGHLIGHTS_A_BROADCAST
    rows = broadcasts.count * (1 + shops.PRODUCTS_A_BROADCAST) + highlights
    print(
        f"{name}: {highlights:,} highlights of {broadcasts.count:,} recordings; {rows:,} rows "
        f"in {loaded.load_s:.0f} s ({rows / loaded.load_s:,.0f} a second), indexes "
        f"{loaded.index_s:.0f} s, {loaded.size_bytes / 1e9:.1f} GB",
        flush=True,
    )


def _ask(name: str, broadcasts: Broadcasts, url: str) -> list[str]:
    """Print the percentiles of every kind of question and return the names of the slow ones."""
    slow = []
    with open_lookup(url) as lookup:
        for kind, make in _KINDS.items():
            chance = random.Random(5)
            queries = [make(broadcasts, chance) for _ in range(QUESTIONS)]
            rounds = [_time_round(lookup, queries) for _ in range(ROUNDS)]
            most, half, answers = min(rounds)
            print(
                f"  {kind:<14} p50 {half:6.2f} ms   p99 {most:6.2f} ms   {answers:5.1f} answers   "
                f"(p99 of all rounds: {', '.join(f'{item[0]:.1f}' for item in rounds)})",
                flush=True,
            )
            if most > P99_MS:
                slow.append(f"{name} {kind}")
    return slow


def _time_round(lookup: Lookup, queries: list[FindQuery]) -> tuple[float, float, float]:
    """Return the 99th percentile and the median in ms, and the mean number of answers."""
    took_ms, answers = [], 0
    for query in queries:
        begun = time.perf_counter()
        found = lookup.find(query)
        took_ms.append((time.perf_counter() - begun) * 1000)
        answers += len(found)
        if not found:
            sys.exit(f"there is no answer to {query}")
    took_ms.sort()
    return took_ms[len(queries) * 99 // 100], took_ms[len(queries) // 2], answers / len(queries)


def _some_product(broadcasts: Broadcasts, chance: random.Random) -> FindQuery:
    number = chance.randrange(broadcasts.count)
    return FindQuery(product_id=chance.choice(broadcasts.product_ids(number)))


def _some_moment(broadcasts: Broadcasts, chance: random.Random) -> FindQuery:
    start_ms = chance.randint(1, shops.HIGHLIGHTS_A_BROADCAST) * shops.PITCH_MS
    name = shops.recording_id(chance.randrange(broadcasts.count))
    return FindQuery(recording_id=name, at_ms=start_ms + 1_000)


def _some_recording(broadcasts: Broadcasts, chance: random.Random) -> FindQuery:
    return FindQuery(recording_id=shops.recording_id(chance.randrange(broadcasts.count)))


_KINDS = {"--product": _some_product, "--at": _some_moment, "--recording": _some_recording}


def _load(broadcasts: Broadcasts, insert: Insert) -> None:
    for numbers in _batched(range(broadcasts.count), BATCH):
        insert("recordings", shops.RECORDING, map(broadcasts.recording, numbers))
        products = chain.from_iterable(map(broadcasts.products, numbers))
        insert("products", shops.PRODUCT, products)
        highlights = chain.from_iterable(map(broadcasts.highlights, numbers))
        insert("highlights", shops.HIGHLIGHT, highlights)


@contextmanager
def _filled_sqlite(broadcasts: Broadcasts) -> Iterator[Loaded]:
    with tempfile.TemporaryDirectory(prefix="kandian-bench-") as folder:
        url = make_sqlite_url(Path(folder) / "kandian.db")
        open_store(url).close()
        path = parse_location(url).path
        assert path is not None
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("PRAGMA cache_size = -1000000")
            connection.execute("PRAGMA synchronous = OFF")
            begun = time.monotonic()
            made = connection.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
            ).fetchall()
            for name, _ in made:
                connection.execute(f"DROP INDEX {name}")

            def insert(table: str, columns: Columns, rows: Iterable[Row]) -> None:
                marks = ", ".join("?" * len(columns))
                connection.execute("BEGIN")
                connection.executemany(
                    f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})",  # noqa: S608
                    rows,
                )
                connection.execute("COMMIT")

            _load(broadcasts, insert)
            loaded_at = time.monotonic()
            for _, sql in made:
                connection.execute(sql)
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        yield Loaded(url, loaded_at - begun, time.monotonic() - loaded_at, path.stat().st_size)


@contextmanager
def _filled_postgres(broadcasts: Broadcasts) -> Iterator[Loaded]:
    with run_server(*SERVER) as server:
        name = server.make()
        url = server.url_of(name)
        open_store(url).close()
        with psycopg.connect(url, autocommit=True) as connection:
            begun = time.monotonic()
            made = connection.execute(
                "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' "
                "AND tablename IN ('recordings', 'products', 'highlights') "
                "AND indexname NOT LIKE 'pk%'"
            ).fetchall()
            for index, _ in made:
                connection.execute(f"DROP INDEX {index}")
            # The rows are right by construction: references need not be looked up one by one.
            connection.execute("SET session_replication_role = replica")

            def insert(table: str, columns: Columns, rows: Iterable[Row]) -> None:
                with connection.cursor().copy(
                    f"COPY {table} ({', '.join(columns)}) FROM STDIN"
                ) as copy:
                    for block in _batched(rows, 500):
                        copy.write("".join(map(_format_row, block)))

            _load(broadcasts, insert)
            loaded_at = time.monotonic()
            for _, sql in made:
                connection.execute(sql)
            connection.execute("VACUUM (ANALYZE)")  # what autovacuum does by itself in time
            indexed_at = time.monotonic()
            (size,) = connection.execute("SELECT pg_database_size(current_database())").fetchone()
        yield Loaded(url, loaded_at - begun, indexed_at - loaded_at, size)
        server.drop(name)


def _batched(items: Iterable[_Item], size: int) -> Iterator[tuple[_Item, ...]]:
    rest = iter(items)
    while batch := tuple(islice(rest, size)):
        yield batch


def _format_row(row: Row) -> str:
    """Write a row as COPY's text; a line break in it is the only character that needs care."""
    return "\t".join(map(str, row)).replace("\n", "\\n") + "\n"


if __name__ == "__main__":
    main()
