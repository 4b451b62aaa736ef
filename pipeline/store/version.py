"""Which schema this Kandian reads and writes; apart from Alembic, whose import costs 50 ms."""

SCHEMA_REVISION = "0004"
"""Newest revision in `migrations/versions`; a test holds the two together."""
VERSION_TABLE = "kandian_schema"
"""Alembic's version table, under a name that no other application of a shared database uses."""
