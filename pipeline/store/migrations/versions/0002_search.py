"""Words are found by an index: pages of pieces of words, for recordings that are there as well."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

import sqlalchemy as sa
from alembic import op

from pipeline.store.pages import TS_VECTOR, speech_values, titles_values

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_FTS5 = (
    """
    CREATE VIRTUAL TABLE search_index USING fts5(
        grams, content='search_pages', content_rowid='id', detail='none', tokenize='ascii'
    )
    """,
    """
    CREATE TRIGGER search_pages_kept AFTER INSERT ON search_pages BEGIN
        INSERT INTO search_index (rowid, grams) VALUES (new.id, new.grams);
    END
    """,
    """
    CREATE TRIGGER search_pages_dropped AFTER DELETE ON search_pages BEGIN
        INSERT INTO search_index (search_index, rowid, grams)
        VALUES ('delete', old.id, old.grams);
    END
    """,
)
_UTTERANCES = "SELECT recording_id, search_text FROM utterances ORDER BY recording_id, ordinal"
_TITLES = """
SELECT recording_id, search_text FROM products
UNION ALL SELECT recording_id, search_text FROM highlights
ORDER BY recording_id
"""


def upgrade() -> None:
    op.create_table(
        "search_pages",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("recording_id", sa.String(length=120), nullable=False),
        sa.Column("first_ordinal", sa.Integer(), nullable=False),
        sa.Column("end_ordinal", sa.Integer(), nullable=False),
        sa.Column("grams", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["recordings.id"],
            name=op.f("fk_search_pages_recording_id_recordings"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_pages")),
    )
    op.create_index(op.f("ix_search_pages_recording_id"), "search_pages", ["recording_id"])
    op.execute("CREATE INDEX search_pages_unindexed ON search_pages (id) WHERE grams IS NULL")
    if op.get_bind().dialect.name == "sqlite":
        for statement in _FTS5:
            op.execute(statement)
    else:
        op.execute(
            f"CREATE INDEX search_pages_grams ON search_pages USING gin (({TS_VECTOR})) "
            "WITH (gin_pending_list_limit = 256)"
        )
    _fill()


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER search_pages_dropped")
        op.execute("DROP TRIGGER search_pages_kept")
        op.execute("DROP TABLE search_index")
    op.drop_table("search_pages")


def _fill() -> None:
    pages = sa.table(
        "search_pages",
        *(sa.column(name) for name in ("recording_id", "first_ordinal", "end_ordinal", "grams")),
    )
    connection = op.get_bind()
    for recording_id, texts in _iter_texts(connection, _TITLES):
        row = {"recording_id": recording_id, **titles_values(texts)}
        connection.execute(pages.insert(), row)
    for recording_id, texts in _iter_texts(connection, _UTTERANCES):
        rows = [{"recording_id": recording_id, **page} for page in speech_values(texts)]
        connection.execute(pages.insert(), rows)


def _iter_texts(connection: sa.Connection, sql: str) -> Iterator[tuple[str, list[str]]]:
    """Yield every recording with its texts."""
    result = connection.execute(sa.text(sql), execution_options={"yield_per": 1000})
    for recording_id, rows in groupby(result, key=itemgetter(0)):
        yield recording_id, [text for _, text in rows]
