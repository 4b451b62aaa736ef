"""Batches disturbed in every way at random moments, and then compared with an undisturbed one."""
