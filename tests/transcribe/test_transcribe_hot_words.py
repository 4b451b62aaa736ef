from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from models.catalogue import Catalogue, Product
from models.span import Span
from models.transcript import Flag, Word
from pipeline.transcribe.guard import Evidence, find_suspects
from pipeline.transcribe.hot_words import choose_hot_words, join_hot_words

NAMES = st.text("北岭山雀围巾茶锅 ", max_size=5)
CATALOGUES = st.lists(
    st.tuples(NAMES, st.lists(NAMES, max_size=3), st.none() | st.integers(1, 9)),
    min_size=1,
    max_size=8,
).map(
    lambda rows: Catalogue(
        tuple(
            Product(f"P{n}", "title", brand=brand, aliases=tuple(aliases), link_no=link_no)
            for n, (brand, aliases, link_no) in enumerate(rows)
        )
    )
)
HOT_WORDS = ("北岭", "羊毛围巾", "山雀", "桂花乌龙", "灶台边")
SURE = Evidence(-0.2, 0.05, 0.9)


def spoken(text: str) -> tuple[Word, ...]:
    return tuple(Word(Span(200 * n, 200 * n + 200), letter) for n, letter in enumerate(text))


@given(CATALOGUES, st.integers(0, 60))
def test_hot_words_are_names_of_the_shop_each_once_and_fit(shop: Catalogue, room: int) -> None:
    chosen = choose_hot_words(shop, max_characters=room)
    names = {name.strip() for product in shop for name in (product.brand, *product.aliases)}
    assert len(set(chosen)) == len(chosen)
    assert set(chosen) <= names - {""}
    assert len(join_hot_words(chosen)) <= room


def test_linked_products_come_first_and_second_aliases_last() -> None:
    shop = Catalogue(
        (
            Product("P1", "a", brand="北岭", aliases=("围巾", "灰围巾")),
            Product("P2", "b", brand="山雀", aliases=("乌龙", "茶包"), link_no=2),
            Product("P3", "c", brand="山雀", aliases=("红茶",), link_no=1),
        )
    )
    assert choose_hot_words(shop) == ("山雀", "红茶", "乌龙", "北岭", "围巾", "茶包", "灰围巾")


def test_the_list_read_back_is_an_echo() -> None:
    text = "好的，北岭 羊毛围巾 山雀 桂花乌龙 灶台边"
    suspects = find_suspects(spoken(text), SURE, HOT_WORDS)
    assert {suspect.flag for suspect in suspects} == {Flag.PROMPT_ECHO}
    assert text[suspects[0].first : suspects[-1].last].startswith("北岭")
    assert suspects[-1].last == len(text)


def test_naming_three_products_in_a_row_is_no_echo() -> None:
    assert find_suspects(spoken("北岭、羊毛围巾、山雀都有"), SURE, HOT_WORDS) == ()
