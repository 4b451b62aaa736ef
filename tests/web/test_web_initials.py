"""The table of pinyin initials is what its script writes, small enough for a telephone."""

from __future__ import annotations

import pytest

from pipeline.web.initials import MAX_BYTES, TABLE, format_table, make_table


def test_the_table_is_what_the_script_writes() -> None:
    def body(text: str) -> list[str]:
        return [line for line in text.splitlines() if not line.startswith(" * Readings")]

    written = TABLE.read_text(encoding="utf-8")
    assert body(written) == body(format_table(make_table())), "run python -m pipeline.web.initials"


def test_the_table_is_small() -> None:
    assert TABLE.stat().st_size <= MAX_BYTES


def test_every_character_of_gb_2312_is_in_the_table() -> None:
    assert len(set("".join(make_table().values()))) == 6_763


@pytest.mark.parametrize(
    ("character", "initials"),
    [("保", "b"), ("重", "cz"), ("长", "cz"), ("行", "hx"), ("嗯", "n"), ("嫩", "n")],
    ids=str,
)
def test_characters_stand_under_their_everyday_readings(character: str, initials: str) -> None:
    table = make_table()
    assert set(initials) <= {initial for initial, members in table.items() if character in members}
