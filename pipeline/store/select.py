"""One way to ask the database questions, whoever holds the connection."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol


class Row(Protocol):
    """One row of an answer."""

    def __getitem__(self, name: str, /) -> Any:
        """Return the value of a column."""


Select = Callable[[str, Mapping[str, object]], Sequence[Row]]
"""Runs one SQL statement with `:name` parameters and returns all rows, read by column name.

The look-ups are written in SQL that SQLite and PostgreSQL both speak, so that they run through
SQLAlchemy as well as on SQLite's own driver. Importing SQLAlchemy alone costs 210 ms (290 ms with
its ORM; 2-core EPYC, Python 3.11), more than a look-up command may take in all.
"""
