"""Laws of where a text without punctuation may be cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.language.clauses import FAIR, GOOD, POOR, cut_costs


@pytest.mark.parametrize(
    ("text", "place", "cost"),
    [
        pytest.param("很好喝然后我们看", 3, GOOD, id="before-a-clause"),
        pytest.param("很好喝了拿回家", 4, FAIR, id="after-a-particle"),
        pytest.param("桂花乌龙茶", 2, POOR, id="inside-a-name"),
        pytest.param("很好喝 拿回家", 4, GOOD, id="after-a-space"),
        pytest.param("很好喝,拿回家", 4, GOOD, id="after-a-mark"),
        pytest.param("it is soft and it is warm", 11, GOOD, id="english"),
    ],
)
def test_a_cut_costs_what_it_may_part(text: str, place: int, cost: float) -> None:
    assert cut_costs(text)[place] == cost


@pytest.mark.parametrize(
    "text",
    ["一百二十九", "三号链接", "NORVELLA", "49.99", "20,000"],
    ids=["han-number", "link", "word", "price", "thousands"],
)
def test_numbers_and_words_are_not_cut(text: str) -> None:
    assert not set(cut_costs(text)) & set(range(1, min(len(text), 3)))


@pytest.mark.parametrize("mark", ["号", "號"], ids=["simplified", "traditional"])
def test_a_price_and_the_link_number_behind_it_stay_together(mark: str) -> None:
    text = f"就一百三十九,八{mark},自己拍"
    assert not set(cut_costs(text)) & set(range(2, text.index(mark) + 1))
    assert text.index("自") in cut_costs(text)


@given(st.text("然后桂花了 ,。a1九Ｂ", max_size=30))
def test_cuts_lie_inside_the_text(text: str) -> None:
    costs = cut_costs(text)
    assert all(0 < place < len(text) for place in costs)
    assert set(costs.values()) <= {GOOD, FAIR, POOR}
    for place in costs:
        assert not (text[place - 1 : place + 1].isascii() and text[place - 1 : place + 1].isalnum())
