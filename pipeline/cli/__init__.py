"""The kandian command; the only owner of click and rich."""
