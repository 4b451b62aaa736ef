"""Keep and query what was found; the only owner of the database connection."""
