"""A moment that nobody can read was answered with the regular expression that refused it."""

from __future__ import annotations

import json

import pytest
from fastapi.exceptions import RequestValidationError

from pipeline.web.failures import tell_invalid


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        pytest.param(
            "t",
            "string_pattern_mismatch",
            "t: give seconds, MM:SS or H:MM:SS, such as 1:23:45",
            id="clock",
        ),
        pytest.param(
            "q",
            "string_pattern_mismatch",
            "q: give 1 to 16 words, no control characters",
            id="words",
        ),
        pytest.param("limit", "int_parsing", "limit: msg", id="anything-else"),
    ],
)
def test_what_is_refused_is_told_in_words(name: str, kind: str, expected: str) -> None:
    problem = {"type": kind, "loc": ("query", name), "msg": "msg", "input": "x", "ctx": {}}
    body = tell_invalid(RequestValidationError([problem])).body
    assert json.loads(bytes(body)) == {"error": expected}
