"""Search pages: which stretches of which recordings can hold the words that are asked for.

Both databases keep the same pages. What is found on them is only where to look: every answer is
checked against the text itself, so that both give the same answers as no index would.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pipeline.store.grams import Spellings, format_fts5, format_tsquery, grams_of

PAGE_UTTERANCES = 64
"""A few minutes of speech: small enough to be read at once, large enough that common pieces are
not kept thousands of times a recording."""
TS_VECTOR = "array_to_tsvector(string_to_array(grams, ' '))"
"""What PostgreSQL indexes; only a query for exactly this expression is answered by the index."""


BY_INDEX = "SET LOCAL enable_seqscan = off"
"""For PostgreSQL, in the transaction of a search: reading all pages looks cheap to its planner, for
it does not count the pieces, which lie beside the table; it took 2 s where the index takes 2 ms."""


@dataclass(frozen=True, slots=True)
class PageSearch:
    """How one kind of database finds the pages that hold all pieces."""

    condition: str
    """On a row of search_pages, with the parameter `:pages`."""
    write_query: Callable[[Iterable[Spellings]], str]

    @property
    def sql(self) -> str:
        """Select the pages; those with too many pieces to index always."""
        select = "SELECT recording_id, first_ordinal, end_ordinal FROM search_pages WHERE"
        return f"{select} {self.condition} UNION ALL {select} grams IS NULL"


SQLITE_PAGES = PageSearch(
    "id IN (SELECT rowid FROM search_index WHERE search_index MATCH :pages)", format_fts5
)
POSTGRES_PAGES = PageSearch(f"{TS_VECTOR} @@ CAST(:pages AS tsquery)", format_tsquery)


def page_values(texts: list[str], first_ordinal: int) -> dict[str, object]:
    """Write the page of these folded utterances."""
    return {
        "first_ordinal": first_ordinal,
        "end_ordinal": first_ordinal + len(texts),
        "grams": grams_of(texts),
    }


def speech_values(texts: list[str]) -> list[dict[str, object]]:
    """Write the pages of a transcript's folded utterances, in their order from 0."""
    return [
        page_values(texts[first : first + PAGE_UTTERANCES], first)
        for first in range(0, len(texts), PAGE_UTTERANCES)
    ]


def titles_values(texts: Iterable[str]) -> dict[str, object]:
    """Write the page of a recording's folded titles, brands and aliases."""
    return {"first_ordinal": 0, "end_ordinal": 0, "grams": grams_of(texts)}
