"""The broadcast script: what is said, by whom, about which product, and the shop's catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


class ScriptError(ValueError):
    """The script contradicts itself, for example by naming a product the shop does not have."""


@dataclass(frozen=True, slots=True)
class Product:
    """One row of the shop's catalogue."""

    id: str
    title: str
    brand: str
    aliases: tuple[str, ...]
    category: str
    price: float
    link_no: int | None


@dataclass(frozen=True, slots=True)
class Comment:
    """What one viewer types into the chat."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """One spoken sentence; `product_id` is set while it belongs to the pitch of that product."""

    who: str
    text: str
    product_id: str | None
    mentions: tuple[str, ...]
    comment: Comment | None


@dataclass(frozen=True, slots=True)
class Pause:
    """A silence between two lines."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Room:
    """What the picture shows besides the host."""

    shop: str
    host: str
    viewers: int
    chatter: tuple[Comment, ...]
    reactions: Mapping[str, tuple[Comment, ...]]


@dataclass(frozen=True, slots=True)
class Script:
    """A whole broadcast: voices, catalogue, room and the steps in speaking order."""

    id: str
    language: str
    title: str
    voices: Mapping[str, str]
    room: Room
    catalogue: tuple[Product, ...]
    steps: tuple[Line | Pause, ...]

    def __post_init__(self) -> None:
        """Refuse unknown voices and products: a typing error must not become wrong truth."""
        known = {product.id for product in self.catalogue}
        if len(known) != len(self.catalogue):
            raise ScriptError("a product id appears twice in the catalogue")
        for line in self.lines:
            named = {*line.mentions, *([line.product_id] if line.product_id else [])}
            if unknown := named - known:
                raise ScriptError(f"unknown products {sorted(unknown)} in {line.text!r}")
            if line.who not in self.voices:
                raise ScriptError(f"no voice for {line.who!r}")
        if unknown := set(self.room.reactions) - known:
            raise ScriptError(f"reactions to unknown products {sorted(unknown)}")

    @property
    def lines(self) -> tuple[Line, ...]:
        """The spoken lines, without the pauses."""
        return tuple(step for step in self.steps if isinstance(step, Line))

    def product(self, product_id: str) -> Product:
        """Return the catalogue row with this id."""
        return next(product for product in self.catalogue if product.id == product_id)


def load_script(path: Path) -> Script:
    """Read and check a script file."""
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Script(
        id=raw["id"],
        language=raw["language"],
        title=raw["title"],
        voices=dict(raw["voices"]),
        room=_room(raw["room"]),
        catalogue=tuple(_product(row) for row in raw["catalogue"]),
        steps=tuple(_step(row) for row in raw["script"]),
    )


def _comment(row: Mapping[str, Any]) -> Comment:
    return Comment(name=str(row["name"]), text=str(row["text"]))


def _room(row: Mapping[str, Any]) -> Room:
    return Room(
        shop=row["shop"],
        host=row["host"],
        viewers=int(row["viewers"]),
        chatter=tuple(_comment(comment) for comment in row["chatter"]),
        reactions={
            product_id: tuple(_comment(comment) for comment in comments)
            for product_id, comments in row["reactions"].items()
        },
    )


def _product(row: Mapping[str, Any]) -> Product:
    return Product(
        id=row["id"],
        title=row["title"],
        brand=row["brand"],
        aliases=tuple(row["aliases"]),
        category=row["category"],
        price=float(row["price"]),
        link_no=row.get("link_no"),
    )


def _step(row: Mapping[str, Any]) -> Line | Pause:
    if "pause" in row:
        return Pause(float(row["pause"]))
    return Line(
        who=row["who"],
        text=row["text"],
        product_id=row["p"],
        mentions=tuple(row.get("mention", ())),
        comment=_comment(row["chat"]) if "chat" in row else None,
    )
