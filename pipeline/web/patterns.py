"""Regular expressions that parameters share."""

from __future__ import annotations

WORD = r"[^\x00-\x20\x7f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+"
"""Characters that are neither controls nor white space, written so that every dialect of regular
expressions that reads the pattern means the same."""
