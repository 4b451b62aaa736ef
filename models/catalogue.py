"""The shop's products, as the broadcast sells them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Product:
    """One line of the catalogue; only `id` and `title` are sure to be there."""

    id: str
    title: str
    brand: str = ""
    aliases: tuple[str, ...] = ()
    """What hosts call it, as the shop wrote them down."""
    category: str = ""
    price: Decimal | None = None
    link_no: int | None = None
    """The number that the host says: 三号链接 is link number 3."""
    url: str = ""
    image: str = ""
    listed_at: datetime | None = None
    """On the shelf from this wall-clock moment; None = from the start."""
    delisted_at: datetime | None = None
    """Off the shelf from this wall-clock moment; None = until the end."""

    def __post_init__(self) -> None:
        if not self.id.strip() or not self.title.strip():
            raise ValueError("a product needs an id and a title")
        if self.price is not None and not (self.price.is_finite() and self.price >= 0):
            raise ValueError(f"product {self.id}: price {self.price} is not a price")
        if self.link_no is not None and self.link_no < 1:
            raise ValueError(f"product {self.id}: link number {self.link_no} is below 1")
        for moment in (self.listed_at, self.delisted_at):
            if moment is not None and moment.tzinfo is None:
                raise ValueError(f"product {self.id}: shelf times need a time zone")
        if self.listed_at and self.delisted_at and self.delisted_at <= self.listed_at:
            raise ValueError(f"product {self.id}: it leaves the shelf before it comes onto it")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The products of one broadcast, ids unique, in the order of the file."""

    products: tuple[Product, ...]
    _by_id: dict[str, Product] = field(init=False, repr=False, compare=False, hash=False)

    def __post_init__(self) -> None:
        by_id = {product.id: product for product in self.products}
        if len(by_id) != len(self.products):
            raise ValueError("product ids must be unique")
        if not self.products:
            raise ValueError("a catalogue holds at least one product")
        object.__setattr__(self, "_by_id", by_id)

    def __len__(self) -> int:
        return len(self.products)

    def __iter__(self) -> Iterator[Product]:
        return iter(self.products)

    def __getitem__(self, product_id: str) -> Product:
        return self._by_id[product_id]

    def __contains__(self, product_id: object) -> bool:
        return product_id in self._by_id
