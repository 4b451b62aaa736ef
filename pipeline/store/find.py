"""Look up where products are pitched, by product, recording, moment or words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from models.errors import InputError
from models.highlight import Source, Status
from models.span import Span
from pipeline.store.folding import fold, format_contains
from pipeline.store.pages import PageSearch
from pipeline.store.select import Row, Select

MAX_WORDS = 16
"""Words of one question; each costs a scan of what the others left."""


@dataclass(frozen=True, slots=True)
class FindQuery:
    """What is asked for; every part narrows the answer, an empty one asks for all."""

    product_id: str | None = None
    recording_id: str | None = None
    at_ms: int | None = None
    """Only what is on at this moment."""
    text: str = ""
    """Words, separated by white space; each must be found, in any order."""
    spellings: tuple[str, ...] = ()
    """The same words in other scripts (simplified, traditional); any spelling of a word will do."""
    min_confidence: float = 0.0
    statuses: frozenset[Status] = field(default_factory=lambda: frozenset({Status.PUBLISHED}))

    def __post_init__(self) -> None:
        if self.at_ms is not None and self.at_ms < 0:
            raise InputError(f"nothing happens at {self.at_ms} ms; give a time from 0 on")
        if not 0.0 <= self.min_confidence <= 1.0:
            raise InputError(f"confidence {self.min_confidence} is not between 0 and 1")
        if not self.statuses:
            raise ValueError("a query for no status finds nothing")
        words = self.text.split()
        if len(words) > MAX_WORDS:
            raise InputError(
                f"{len(words)} words are too many to look up; give {MAX_WORDS} or less"
            )
        if any(len(spelling.split()) != len(words) for spelling in self.spellings):
            raise ValueError("a spelling must have as many words as the text")

    def words(self) -> tuple[tuple[str, ...], ...]:
        """Return the folded spellings of every word."""
        texts = [fold(text).split() for text in (self.text, *self.spellings)]
        if len({len(words) for words in texts}) > 1:
            texts = texts[:1]
        return tuple(tuple(dict.fromkeys(word)) for word in zip(*texts, strict=True))


@dataclass(frozen=True, slots=True)
class FoundHighlight:
    """One stretch that answers: a highlight, or an utterance that no such highlight covers."""

    recording_id: str
    recording_title: str
    highlight_id: str | None
    """None for an utterance outside the highlights asked for; so are the next five."""
    product_id: str | None
    product_title: str | None
    confidence: float | None
    status: Status | None
    source: Source | None
    span: Span
    point_ms: int
    """Where to jump to."""
    matching_text: str
    """What was said, for words found in the transcript; else the title of the highlight."""
    matching_at_ms: int | None
    """When it was said; None for words found in the catalogue only."""


@dataclass(frozen=True, slots=True)
class _Clause:
    """Conditions joined by AND, with their parameters."""

    conditions: tuple[str, ...]
    parameters: dict[str, object]

    def __and__(self, other: _Clause) -> _Clause:
        return _Clause(self.conditions + other.conditions, self.parameters | other.parameters)

    def __str__(self) -> str:
        return " AND ".join(self.conditions) or "1 = 1"


_COLUMNS = """
    r.id AS recording_id, r.title AS recording_title, h.id AS highlight_id,
    h.product_id AS product_id, p.title AS product_title, h.title AS title,
    h.start_ms AS start_ms, h.end_ms AS end_ms, h.point_ms AS point_ms,
    h.confidence AS confidence, h.status AS status, h.source AS source
"""
_HIGHLIGHTS = f"""
SELECT {_COLUMNS}
FROM highlights h
JOIN recordings r ON r.id = h.recording_id
JOIN products p ON p.recording_id = h.recording_id AND p.product_id = h.product_id
WHERE
"""  # noqa: S608 (constants of ours)
_UTTERANCES = f"""
SELECT {_COLUMNS},
    u.start_ms AS said_from_ms, u.end_ms AS said_to_ms, u.text AS said
FROM {{source}}
JOIN recordings r ON r.id = u.recording_id
LEFT JOIN highlights h ON h.recording_id = u.recording_id
    AND h.start_ms <= u.start_ms AND h.end_ms > u.start_ms AND
"""  # noqa: S608
_UTTERANCES_END = """
LEFT JOIN products p ON p.recording_id = h.recording_id AND p.product_id = h.product_id
WHERE u.flag IS NULL AND
"""
_TITLES = "SELECT g.recording_id FROM ({pages}) g WHERE g.end_ordinal = 0"
_ON_PAGES = "({pages}) g CROSS JOIN utterances u"
"""CROSS JOIN is how SQLite is told to begin with the pages (sqlite.org/optoverview)."""
_ON_PAGE = """
u.recording_id = g.recording_id AND u.ordinal >= g.first_ordinal AND u.ordinal < g.end_ordinal
"""


def find(select: Select, query: FindQuery, search: PageSearch) -> tuple[FoundHighlight, ...]:
    """Answer a query, sorted by recording and start; a highlight answers once.

    Words are found in the titles of a highlight and its product, its brand and aliases, all words
    in one of them or spread over them; or all in one utterance of the transcript, whose text and
    time are then told (the first one, for a highlight with several). An utterance that no such
    highlight covers answers by itself, unless a product or a confidence is asked for. Utterances
    that are flagged as not believed never answer. `search` says how this database looks up which
    pages can hold the words; the statements must run in one transaction.
    """
    words = query.words()
    wanted = _wanted(query)
    found: dict[tuple[str, str], FoundHighlight] = {}
    if query.text.strip() and not words:
        return ()
    clause = _in_recording(query, "h") & wanted & _at(query, "h")
    clause &= _contains(words, ("p.search_text", "h.search_text"))
    pages = _pages(query, words, search)
    if pages is not None:
        clause &= _Clause((f"h.recording_id IN ({_TITLES.format(pages=pages)})",), pages.parameters)
    for row in select(_HIGHLIGHTS + str(clause), clause.parameters):
        found[row["recording_id"], row["highlight_id"]] = _highlight_of(row)
    loose: list[FoundHighlight] = []
    if words:
        for hit in _iter_said(select, query, pages, words):
            if hit.highlight_id is not None:
                found[hit.recording_id, hit.highlight_id] = hit
            elif query.product_id is None and query.min_confidence <= 0:
                loose.append(hit)
    answers = [*found.values(), *loose]
    return tuple(sorted(answers, key=lambda answer: (answer.recording_id, answer.span)))


def _pages(query: FindQuery, words: Sequence[Iterable[str]], search: PageSearch) -> _Clause | None:
    """Say where to look for the words; None to look everywhere, as in one recording is cheaper."""
    if not words or query.recording_id is not None:
        return None
    return _Clause((search.sql,), {"pages": search.write_query(map(tuple, words))})


def _iter_said(
    select: Select, query: FindQuery, pages: _Clause | None, words: Iterable[Iterable[str]]
) -> Iterator[FoundHighlight]:
    """Yield a hit for every utterance with all the words, latest first."""
    wanted = _wanted(query)
    clause = _in_recording(query, "u") & _at(query, "u") & _contains(words, ("u.search_text",))
    source = "utterances u"
    if pages is not None:
        source = _ON_PAGES.format(pages=pages)
        clause &= _Clause((_ON_PAGE,), pages.parameters)
    start = _UTTERANCES.format(source=source)
    sql = f"{start}{wanted}{_UTTERANCES_END}{clause} ORDER BY u.start_ms DESC"
    for row in select(sql, wanted.parameters | clause.parameters):
        said, said_from_ms = row["said"], row["said_from_ms"]
        if row["highlight_id"] is not None:
            yield replace(_highlight_of(row), matching_text=said, matching_at_ms=said_from_ms)
            continue
        yield FoundHighlight(
            recording_id=row["recording_id"],
            recording_title=row["recording_title"],
            highlight_id=None,
            product_id=None,
            product_title=None,
            confidence=None,
            status=None,
            source=None,
            span=Span(said_from_ms, row["said_to_ms"]),
            point_ms=said_from_ms,
            matching_text=said,
            matching_at_ms=said_from_ms,
        )


def _highlight_of(row: Row) -> FoundHighlight:
    return FoundHighlight(
        recording_id=row["recording_id"],
        recording_title=row["recording_title"],
        highlight_id=row["highlight_id"],
        product_id=row["product_id"],
        product_title=row["product_title"],
        confidence=row["confidence"],
        status=Status(row["status"]),
        source=Source(row["source"]),
        span=Span(row["start_ms"], row["end_ms"]),
        point_ms=row["point_ms"],
        matching_text=row["title"],
        matching_at_ms=None,
    )


def _wanted(query: FindQuery) -> _Clause:
    """Say which highlights are asked for, wherever and whenever they are."""
    statuses: dict[str, object] = {
        f"status_{index}": status.value for index, status in enumerate(sorted(query.statuses))
    }
    names = ", ".join(f":{name}" for name in statuses)
    clause = _Clause((f"h.status IN ({names})",), statuses)
    if query.product_id is not None:
        clause &= _Clause(("h.product_id = :product_id",), {"product_id": query.product_id})
    if query.min_confidence > 0:
        clause &= _Clause(
            ("h.confidence >= :min_confidence",), {"min_confidence": query.min_confidence}
        )
    return clause


def _in_recording(query: FindQuery, table: str) -> _Clause:
    if query.recording_id is None:
        return _Clause((), {})
    condition = f"{table}.recording_id = :recording_id"
    return _Clause((condition,), {"recording_id": query.recording_id})


def _at(query: FindQuery, table: str) -> _Clause:
    if query.at_ms is None:
        return _Clause((), {})
    condition = f"{table}.start_ms <= :at_ms AND {table}.end_ms > :at_ms"
    return _Clause((condition,), {"at_ms": query.at_ms})


def _contains(words: Iterable[Iterable[str]], columns: Iterable[str]) -> _Clause:
    """Say that every word, in some spelling, is in some of the columns."""
    columns = tuple(columns)
    clause = _Clause((), {})
    for index, spellings in enumerate(words):
        parameters: dict[str, object] = {
            f"word_{index}_{number}": format_contains(spelling)
            for number, spelling in enumerate(spellings)
        }
        choices = [f"{column} LIKE :{name} ESCAPE '!'" for name in parameters for column in columns]
        clause &= _Clause((f"({' OR '.join(choices)})",), parameters)
    return clause
