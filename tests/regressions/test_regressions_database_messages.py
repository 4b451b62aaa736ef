"""What a driver says over several lines is told in one, with the port that was tried."""

from __future__ import annotations


def test_a_server_that_is_not_there_is_told_in_one_sentence(kandian) -> None:
    ran = kandian("--db", "postgresql://shop:secret@127.0.0.1:1/x", "find", "--product", "A")
    assert ran.code == 3
    told = [line for line in ran.err.splitlines() if not line.startswith("  ")]
    (sentence,) = told
    assert "postgresql://127.0.0.1:1/x" in sentence
    assert "secret" not in ran.err
