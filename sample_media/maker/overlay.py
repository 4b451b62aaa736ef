"""What the app draws over the room: top and bottom bar, chat, product card and hearts."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from . import host
from .icons import icon
from .paint import Canvas, Picture, faded, font, scaled, wrapped
from .script import Comment, Product, Room
from .timeline import Showing, Timeline, Typed

CHAT_LEFT, CHAT_BOTTOM, CHAT_WIDTH = 20, 1168, 404
CHAT_ROWS = 6
CHAT_SLIDE_S = 0.3
CHAT_TEXT = 23
NAME_COLOURS = ("#8fe3ff", "#ffd68a", "#ffb3c7", "#b9f2b0", "#d7c4ff")

CARD_SIZE = (212, 348)
CARD_AT = (432, 818)
CARD_POP_S = 0.45

HEART_LIFE_S = 2.8
HEART_FOOT = (668, 1178)
HEART_RISE = 400
HEART_COLOURS = ("#ff5f7e", "#ff9a5a", "#ffcf5a", "#c98bff", "#6fc3ff")
HEARTS_PER_S, HEARTS_PER_S_IN_PITCH = 0.7, 1.9

COUNT_EVERY_S = 4
"""The viewer count changes this often."""


@dataclass(frozen=True, slots=True)
class Heart:
    """One heart on its way up."""

    born_s: float
    colour: str
    sway: float
    phase: float
    size: float


def bars(room: Room, products: int) -> Picture:
    """Return the parts of the app that never change, as a full-size layer."""
    canvas = Canvas(720, 1280)
    canvas.box((16, 46), (364, 72), 36, "#00000059")
    canvas.ellipse((54, 82), 31, 31, "#ffe2cf")
    canvas.picture(scaled(host.head(0, "open", 0), 0.19), (24, 49))
    canvas.ring((54, 82), 32, 2.5, "#ff6f8f")
    canvas.text((98, 68), f"{room.shop}·{room.host}", 24, "#ffffff")
    canvas.box((284, 57), (86, 50), 25, "#ff3f62")
    canvas.text((327, 82), "关注", 24, "#ffffff", anchor="mm")
    for x, colour in ((470, "#8fc7e8"), (528, "#f4b183"), (586, "#b7d99c")):
        _viewer(canvas, x, colour)
    canvas.ellipse((662, 82), 26, 26, "#00000059")
    for turn in (1, -1):
        canvas.stroke([(653, 82 - 9 * turn), (671, 82 + 9 * turn)], 3.6, "#ffffff")
    canvas.box((16, 130), (172, 38), 19, "#00000047")
    canvas.text((32, 149), "杂货榜 第3名", 20, "#ffe2a8")
    _bottom(canvas, products)
    return canvas.finish()


def _viewer(canvas: Canvas, x: float, colour: str) -> None:
    canvas.ellipse((x, 82), 26, 26, "#ffffffd0")
    canvas.ellipse((x, 82), 24, 24, colour)
    canvas.ellipse((x, 75), 9, 9, "#ffffffe0")
    canvas.shape([(x - 16, 98), (x, 86), (x + 16, 98), (x, 104)], "#ffffffe0")


def _bottom(canvas: Canvas, products: int) -> None:
    canvas.ellipse((56, 1226), 35, 35, "#ff8a3c")
    canvas.ellipse((56, 1222), 32, 31, "#ff9f4f")
    canvas.shape([(40, 1214), (72, 1214), (76, 1244), (36, 1244)], "#ffffff", smooth=False)
    canvas.stroke([(48, 1220), (50, 1203), (62, 1203), (64, 1220)], 4, "#ffffff")
    canvas.text((56, 1231), str(products), 19, "#ff6a1f", anchor="mm")
    canvas.box((108, 1194), (410, 64), 32, "#00000059")
    canvas.text((136, 1226), "说点什么…", 25, "#ffffffb0", weight="regular")
    canvas.ellipse((572, 1226), 34, 34, "#00000059")
    canvas.stroke([(556, 1238), (562, 1222), (580, 1220)], 5, "#ffffff")
    canvas.shape([(578, 1207), (594, 1220), (578, 1233)], "#ffffff", smooth=False)
    canvas.ellipse((664, 1226), 38, 38, "#ffffff")
    canvas.picture(_heart("#ff4f72", 42), (664 - 21, 1228 - 21))


@lru_cache(maxsize=8)
def viewer_count(viewers: int) -> Picture:
    """Return the small line under the host's name."""
    canvas = Canvas(180, 28)
    canvas.text((0, 14), f"{viewers:,} 观看", 18, "#ffffffd8", weight="regular")
    return canvas.finish()


def viewers_at(room: Room, at_s: float) -> int:
    """Return how many watch at this time: growing, with ups and downs."""
    step = int(at_s // COUNT_EVERY_S)
    return room.viewers + step * 23 + int(90 * math.sin(step * 1.7))


@lru_cache(maxsize=64)
def bubble(comment: Comment, colour: str) -> Picture:
    """Return a comment as a translucent bubble."""
    name = f"{comment.name}："
    rows = wrapped(name + comment.text, CHAT_TEXT, "bold", CHAT_WIDTH - 32, 2)
    wide = max(font(CHAT_TEXT, "bold").getlength(row) for row in rows)
    canvas = Canvas(math.ceil(wide) + 32, 14 + 33 * len(rows))
    canvas.box((0, 0), (canvas.width, canvas.height), 20, "#0000005c")
    for number, row in enumerate(rows):
        y = 23 + 33 * number
        canvas.text((16, y), row, CHAT_TEXT, "#ffffff")
        if number == 0:
            canvas.text((16, y), name, CHAT_TEXT, colour)
    return canvas.finish()


def chat(comments: tuple[Typed, ...], at_s: float) -> Iterator[tuple[Picture, tuple[int, int]]]:
    """Yield the bubbles on screen with their corners, newest at the bottom."""
    shown = [(i, typed) for i, typed in enumerate(comments) if typed.at_s <= at_s]
    y = float(CHAT_BOTTOM)
    grown = 1.0
    for age, (number, typed) in enumerate(reversed(shown[-CHAT_ROWS - 1 :])):
        picture = bubble(typed.comment, NAME_COLOURS[number % len(NAME_COLOURS)])
        height = picture.height + 9
        if age == 0:
            grown = min(1.0, (at_s - typed.at_s) / CHAT_SLIDE_S)
            y += height * (1 - grown) ** 2
        y -= height
        top = CHAT_BOTTOM - y
        if top > 348:
            break
        opacity = 1.0 if age < CHAT_ROWS - 2 else 0.55
        if age == 0:
            opacity = grown  # fading in hides that it slides in over the bottom bar
        yield (_dimmed(picture, opacity), (CHAT_LEFT, round(y)))


def _dimmed(picture: Picture, opacity: float) -> Picture:
    return picture if opacity == 1.0 else faded(picture, opacity)


@lru_cache(maxsize=8)
def card(product: Product) -> Picture:
    """Return the card of the product being pitched."""
    width, height = CARD_SIZE
    canvas = Canvas(width, height)
    canvas.box((0, 0), (width, height), 18, "#fffdfb")
    canvas.box((8, 8), (width - 16, 176), 13, "#fdeee2")
    canvas.picture(scaled(icon(product.category), 0.7), (22, 14))
    canvas.box((8, 8), (48, 40), 12, "#000000a0")
    canvas.text((32, 28), str(product.link_no), 25, "#ffffff", anchor="mm")
    canvas.box((112, 8), (92, 34), 12, "#ff3f62")
    canvas.text((138, 25), "讲解中", 20, "#ffffff")
    for number, row in enumerate(wrapped(product.title, 20, "regular", width - 24, 2)):
        canvas.text((12, 204 + 27 * number), row, 20, "#33261f", weight="regular")
    canvas.text((12, 268), "¥", 22, "#f2303f")
    canvas.text((30, 264), f"{product.price:g}", 35, "#f2303f")
    canvas.box((10, 292), (width - 20, 46), 23, "#ff4a3d")
    canvas.box((10, 292), (width - 20, 24), 20, "#ff6a3d80")
    canvas.text((width / 2, 315), "马上抢", 24, "#ffffff", anchor="mm")
    return canvas.finish()


def equalizer(beat: int) -> Picture:
    """Return the dancing bars beside the words 讲解中."""
    return _equalizer(beat % 4)


@lru_cache(maxsize=4)
def _equalizer(beat: int) -> Picture:
    canvas = Canvas(18, 18)
    for i in range(3):
        tall = (6, 14, 9, 16)[(beat + i) % 4]
        canvas.box((1 + i * 6, 17 - tall), (4, tall), 2, "#ffffff")
    return canvas.finish()


def pop(showing: Showing, at_s: float) -> float:
    """Return the size factor of something that pops up and goes away with `showing`."""
    entered = min(1.0, (at_s - showing.start_s) / CARD_POP_S)
    left = min(1.0, (showing.end_s - at_s) / (CARD_POP_S / 2))
    overshoot = 1 + 2.2 * (entered - 1) ** 3 + 1.2 * (entered - 1) ** 2
    return max(0.0, min(overshoot, left))


def hearts(timeline: Timeline, seed: int) -> tuple[Heart, ...]:
    """Return all hearts of the broadcast; more of them fly while something is pitched."""
    rng = random.Random(f"{seed}:hearts")
    flock: list[Heart] = []
    at_s = 1.0
    while at_s < timeline.duration_s:
        flock.append(
            Heart(
                born_s=at_s,
                colour=rng.choice(HEART_COLOURS),
                sway=rng.uniform(6, 20),
                phase=rng.uniform(0, math.tau),
                size=rng.choice((30, 38, 46)),
            )
        )
        rate = HEARTS_PER_S_IN_PITCH if timeline.showing(at_s) else HEARTS_PER_S
        at_s += rng.expovariate(rate)
    return tuple(flock)


def flying(flock: tuple[Heart, ...], at_s: float) -> Iterator[tuple[Picture, tuple[int, int]]]:
    """Yield the hearts in the air with their corners."""
    for each in flock:
        age = (at_s - each.born_s) / HEART_LIFE_S
        if 0 <= age < 1:
            opacity = round(min(1.0, 2.4 * (1 - age)) * 5) / 5
            picture = _worn_heart(each.colour, int(each.size), opacity)
            x = HEART_FOOT[0] + each.sway * math.sin(each.phase + age * 6) - picture.width / 2
            y = HEART_FOOT[1] - HEART_RISE * age - picture.height / 2
            yield picture, (round(x), round(y))


@lru_cache(maxsize=128)
def _worn_heart(colour: str, size: int, opacity: float) -> Picture:
    return faded(_heart(colour, size), opacity)


@lru_cache(maxsize=32)
def _heart(colour: str, size: int) -> Picture:
    canvas = Canvas(size, size)
    unit = size / 34
    outline = [
        (size / 2 + unit * 16 * math.sin(t) ** 3, size * 0.46 - unit * _heart_height(t))
        for t in (math.tau * i / 60 for i in range(60))
    ]
    canvas.shape(outline, colour, smooth=False)
    canvas.ellipse((size * 0.3, size * 0.3), size * 0.09, size * 0.07, "#ffffff90")
    return canvas.finish()


def _heart_height(t: float) -> float:
    return 13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t)
