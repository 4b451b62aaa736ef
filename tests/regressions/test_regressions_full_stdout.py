"""`kandian ... > full-disk` ended with 120 and two messages when stdout was buffered.

Python flushes stdout once more at exit; what it could not take must be dropped once it was told.
"""

from __future__ import annotations

import subprocess

import pytest


@pytest.mark.parametrize("unbuffered", ["", "1"], ids=["buffered", "unbuffered"])
def test_a_result_on_a_full_disk_ends_with_1_and_one_sentence(
    kandian, unbuffered: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONUNBUFFERED", unbuffered)
    with open("/dev/full", "w") as full:  # noqa: PTH123  Path.open would do the same
        ended = subprocess.run(
            kandian.command("db", "url"),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert ended.returncode == 1
    assert [line.split(":")[0] for line in ended.stderr.splitlines()] == ["kandian"]
