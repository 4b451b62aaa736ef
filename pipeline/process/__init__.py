"""Processes: outside programs, bounded and killable, and workers of our own.

The only owner of subprocess. Nothing is imported here, for every command comes by.
"""
