"""Large shops for small truths: a catalogue among a thousand products that are never pitched."""

from __future__ import annotations

import itertools
import random
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from models.catalogue import Catalogue, Product
from pipeline.evaluate.trade_words import BRAND_ENDS, BRAND_HEADS, Trade, read_trades
from pipeline.language.normalise import is_han

SIZE = 1_000
"""Products of a large shop."""
ID_PREFIX = "distractor-"
SIBLING_SHARE = 0.2
"""Share that has a real product's words and another size, count or version: the hard ones."""
BORROWING_SHARE = 0.3
"""Share that puts words of real titles between words of the trade."""
ALIASED_SHARE = 0.5
"""Share with a name that hosts could call it."""
NUMBERED_SHARE = 0.05
"""Share with a link number: a broadcast numbers some dozens of products, never a thousand."""

_NUMBERS = (2, 3, 5, 6, 8, 10, 12, 15, 20, 24, 25, 30, 36, 40, 45, 50, 60, 75, 80, 90, 100, 120)
_FACTORS = ("0.5", "0.6", "0.7", "0.8", "1.25", "1.5", "1.8", "2", "2.5")
"""What a sibling costs, as a multiple of the real product."""
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_WORD = re.compile(r"[\u4e00-\u9fff]+|[^\W\d_\u4e00-\u9fff]+")
_VERSIONS = {
    "zh": (
        "升级款",
        "家庭装",
        "旅行装",
        "经典款",
        "加大号",
        "迷你款",
        "礼盒装",
        "第二代",
        "第三代",
    ),
    "en": ("Plus", "Mini", "Travel Size", "Family Pack", "Classic", "XL", "Gift Set", "Lite"),
}


@dataclass(frozen=True, slots=True)
class _Draft:
    """A distractor before it has an id."""

    title: str
    brand: str
    alias: str
    category: str
    price: Decimal | None


def inflate(catalogue: Catalogue, *, size: int = SIZE, seed: int = 0) -> Catalogue:
    """Return a catalogue of `size` products: the given ones, unchanged, among distractors.

    Deterministic by catalogue, size and seed; the order is drawn, for the first of equals must not
    always be the real one. Distractors are siblings of real products (the same words in another
    size or version), mixtures of real titles' words with words of the trade, and general goods of
    invented brands, in the languages of the catalogue. No title, alias or id equals another (letter
    case apart). Link numbers go on after the highest in use, on few distractors; on none if the
    catalogue has none. A catalogue of `size` products or more is returned as it is.
    """
    wanted = size - len(catalogue)
    if wanted <= 0:
        return catalogue
    rng = random.Random(f"{seed}")  # noqa: S311
    ids = _iter_ids(catalogue)
    drafts = _Drafter(catalogue, rng).draft(wanted)
    distractors = [_finish(draft, next(ids)) for draft in drafts]
    products = [*catalogue, *_number(distractors, catalogue, rng)]
    rng.shuffle(products)
    return Catalogue(tuple(products))


def is_distractor(product: Product) -> bool:
    """Tell whether `inflate` made the product."""
    return product.id.startswith(ID_PREFIX)


class _Drafter:
    """Draws distractors, and remembers the names that are taken."""

    def __init__(self, catalogue: Catalogue, rng: random.Random) -> None:
        self._catalogue = catalogue
        self._rng = rng
        self._taken = {
            _key(name) for p in catalogue for name in (p.id, p.title, *p.aliases) if name
        }
        self._words = {
            language: tuple(
                dict.fromkeys(
                    word
                    for product in catalogue
                    if _language(product) == language
                    for word in split_words(product.title)
                )
            )
            for language in _VERSIONS
        }

    def draft(self, count: int) -> list[_Draft]:
        """Return so many drafts, the hard ones first."""
        siblings = -(-count * int(100 * SIBLING_SHARE) // 100)
        borrowing = int(count * BORROWING_SHARE)
        kinds = [self._draw_sibling] * siblings + [self._draw_borrowing] * borrowing
        kinds += [self._draw_general] * (count - len(kinds))
        return [self._draw_new(kind) for kind in kinds]

    def _draw_new(self, draw: Callable[[], _Draft]) -> _Draft:
        """Draw until the title is new; then keep the alias if that is new as well."""
        draft = draw()
        while _key(draft.title) in self._taken:
            draft = draw()
            # Small numbers run out among many siblings of few products; larger ones never do.
            draft = replace(draft, title=f"{draft.title} {self._rng.randint(2, 9999)}")
        self._taken.add(_key(draft.title))
        if _key(draft.alias) in self._taken or self._rng.random() >= ALIASED_SHARE:
            return replace(draft, alias="")
        self._taken.add(_key(draft.alias))
        return draft

    def _draw_sibling(self) -> _Draft:
        rng = self._rng
        real = rng.choice(self._catalogue.products)
        version = rng.choice(_VERSIONS[_language(real)])
        numbers = list(_NUMBER.finditer(real.title))
        if numbers:
            match = rng.choice(numbers)
            number = rng.choice([n for n in _NUMBERS if str(n) != match[0]])
            title = f"{real.title[: match.start()]}{number}{real.title[match.end() :]}"
        else:
            title = f"{real.title} {version}"
        alias = f"{rng.choice(real.aliases)}{version}" if real.aliases else ""
        price = None
        if real.price is not None:
            price = _round_price(real.price * Decimal(rng.choice(_FACTORS)))
        return _Draft(title, real.brand, alias, real.category, price)

    def _draw_borrowing(self) -> _Draft:
        """Put words of real titles behind another brand, before one more of them or any noun."""
        rng = self._rng
        language = self._draw_language()
        trade = rng.choice(read_trades(language))
        words = self._words[language]
        *borrowed, last = rng.sample(words, min(3, len(words))) or trade.nouns
        noun = rng.choice((last, *trade.nouns[:1]))
        return self._compose(replace(trade, nouns=(noun,)), language, borrowed[:2])

    def _draw_general(self) -> _Draft:
        language = self._draw_language()
        trade = self._rng.choice(read_trades(language))
        return self._compose(trade, language, self._rng.sample(trade.qualities, 2))

    def _compose(self, trade: Trade, language: str, words: Sequence[str]) -> _Draft:
        rng = self._rng
        brand = rng.choice(BRAND_HEADS[language]) + rng.choice(BRAND_ENDS[language])
        noun = rng.choice(trade.nouns)
        spec = rng.choice(trade.specs).format(rng.choice(_NUMBERS))
        gap = "" if language == "zh" else " "
        title = gap.join((brand, *words, noun, spec))
        price = _round_price(Decimal(trade.price) * Decimal(rng.choice(_FACTORS)))
        return _Draft(title, brand, gap.join((brand, noun)), trade.category, price)

    def _draw_language(self) -> str:
        """Draw a language as often as real products have it."""
        return _language(self._rng.choice(self._catalogue.products))


def split_words(title: str) -> tuple[str, ...]:
    """Return the words of a title, without numbers; Chinese is cut in twos, as most words are.

    >>> split_words("山泉洗衣液 Pro 500ml")
    ('山泉', '洗衣液', 'Pro', 'ml')
    """
    return tuple(piece for word in _WORD.findall(title) for piece in _cut(word))


def _cut(word: str) -> Iterator[str]:
    if not is_han(word[0]) or len(word) <= 3:
        yield word
        return
    last = (len(word) - 1) // 2 * 2 if len(word) % 2 == 0 else len(word) - 3
    for start in range(0, last, 2):
        yield word[start : start + 2]
    yield word[last:]


def _language(product: Product) -> str:
    return "zh" if any(is_han(character) for character in product.title) else "en"


def _key(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _round_price(price: Decimal) -> Decimal:
    """Return a price that shops ask: whole, and one below ten."""
    return max(Decimal(1), Decimal(round(price / 10) * 10 - 1))


def _iter_ids(catalogue: Catalogue) -> Iterator[str]:
    taken = {_key(name) for p in catalogue for name in (p.id, p.title, *p.aliases)}
    ids = (f"{ID_PREFIX}{number:04d}" for number in itertools.count(1))
    return (product_id for product_id in ids if product_id not in taken)


def _finish(draft: _Draft, product_id: str) -> Product:
    return Product(
        id=product_id,
        title=draft.title,
        brand=draft.brand,
        aliases=(draft.alias,) if draft.alias else (),
        category=draft.category,
        price=draft.price,
    )


def _number(
    distractors: Sequence[Product], catalogue: Catalogue, rng: random.Random
) -> list[Product]:
    """Give few distractors the link numbers that follow those in use."""
    highest = max((product.link_no or 0 for product in catalogue), default=0)
    if not highest:
        return list(distractors)
    chosen = rng.sample(range(len(distractors)), int(len(distractors) * NUMBERED_SHARE))
    number_of = {place: highest + nth for nth, place in enumerate(chosen, start=1)}
    return [
        replace(product, link_no=number_of.get(place)) for place, product in enumerate(distractors)
    ]
