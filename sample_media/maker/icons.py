"""Product drawings, one per category that is pitched, on a 240 x 240 sheet."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from .paint import Canvas, Picture

SIDE = 240


@lru_cache(maxsize=16)
def icon(category: str) -> Picture:
    """Return the drawing of a product of this category."""
    canvas = Canvas(SIDE, SIDE)
    PAINTERS.get(category, _parcel)(canvas)
    return canvas.finish()


def _shadow(canvas: Canvas, half: float = 84) -> None:
    canvas.ellipse((120, 222), half, 9, "#4a251830")


def _tea_tin(canvas: Canvas) -> None:
    _shadow(canvas)
    canvas.shaded(
        [(66, 74), (120, 66), (174, 74), (174, 212), (120, 222), (66, 212)], "#5fa286", "#3d7560"
    )
    canvas.box((60, 46), (120, 38), 14, "#d9b56c")
    canvas.box((60, 46), (120, 12), 8, "#f0d79c")
    canvas.box((84, 104), (72, 88), 12, "#fff6e6")
    for x, y in ((120, 126), (108, 134), (132, 134), (112, 148), (128, 148)):
        canvas.ellipse((x, y), 9, 9, "#ffffff")
        canvas.ellipse((x, y), 7, 7, "#f6efe0")
    canvas.ellipse((120, 139), 7, 7, "#f0c75e")
    canvas.text((120, 174), "茉莉", 26, "#3d7560", anchor="mm")
    canvas.box((74, 96), (8, 106), 4, "#ffffff40")
    canvas.shape([(168, 196), (206, 166), (222, 190), (190, 214)], "#7bb086")
    canvas.stroke([(172, 204), (196, 190), (216, 184)], 3, "#4f8a5f")


def _moon_chair(canvas: Canvas) -> None:
    _shadow(canvas, 92)
    for path in ([(52, 214), (104, 158), (176, 150)], [(188, 214), (136, 158), (64, 150)]):
        canvas.stroke([(float(x), float(y)) for x, y in path], 8, "#8d8f96")
    for x in (52, 188):
        canvas.ellipse((x, 214), 8, 6, "#3c3d42")
    canvas.shaded(
        [(70, 26), (120, 12), (170, 26), (178, 120), (150, 140), (90, 140), (62, 120)],
        "#e8935f",
        "#cf6f45",
    )
    canvas.shaded(
        [(56, 118), (120, 132), (184, 118), (196, 160), (120, 188), (44, 160)], "#d97c4c", "#b85c35"
    )
    canvas.box((82, 30), (76, 34), 14, "#f4b186")
    canvas.box((88, 78), (64, 34), 8, "#00000022")
    canvas.stroke([(70, 30), (63, 76), (64, 120)], 5, "#f6c9a8")
    canvas.stroke([(170, 30), (177, 76), (176, 120)], 5, "#f6c9a8")


def _wipes(canvas: Canvas) -> None:
    _shadow(canvas, 100)
    canvas.shaded(
        [(22, 112), (120, 102), (218, 112), (224, 208), (120, 218), (16, 208)], "#bfe3f2", "#8cc3de"
    )
    for x in (20, 204):
        canvas.box((x, 112), (16, 96), 6, "#ffffff90")
    canvas.box((64, 90), (112, 54), 18, "#ffffff")
    canvas.box((64, 90), (112, 54), 18, "#dcf1fa80")
    canvas.shape([(98, 100), (104, 56), (122, 70), (140, 42), (148, 100)], "#fdfefe")
    canvas.stroke([(112, 96), (116, 74), (124, 80)], 3, "#d2e4ee")
    canvas.text((120, 172), "手口湿巾", 28, "#2f6f93", anchor="mm")
    canvas.text((120, 199), "80抽 × 5包", 19, "#2f6f93", weight="regular", anchor="mm")


def _cat_litter(canvas: Canvas) -> None:
    _shadow(canvas, 88)
    canvas.shaded(
        [(54, 40), (120, 30), (186, 40), (192, 206), (120, 218), (48, 206)], "#f8d98a", "#eab94f"
    )
    canvas.box((52, 28), (136, 24), 8, "#d99f35")
    canvas.box((92, 12), (56, 24), 12, "#d99f35")
    canvas.box((102, 20), (36, 12), 6, "#fff6e6")
    canvas.ellipse((120, 116), 48, 46, "#fffaf0")
    for x, tip in ((88, 66), (152, 174)):
        canvas.shape(
            [(x - 16, 96), (tip + (14 if tip < 120 else -14), 62), (x + 16, 84)],
            "#5b4a44",
            smooth=False,
        )
    canvas.ellipse((120, 112), 36, 31, "#5b4a44")
    for x in (106, 134):
        canvas.ellipse((x, 108), 7, 9, "#ffe27a")
        canvas.ellipse((x, 109), 3, 7, "#241a17")
    canvas.ellipse((120, 122), 4, 3, "#f0a0a0")
    canvas.text((120, 186), "豆腐猫砂", 27, "#7a4b12", anchor="mm")


def _notebook(canvas: Canvas) -> None:
    _shadow(canvas, 96)
    canvas.box((30, 44), (150, 172), 12, "#c9576a")
    canvas.box((40, 40), (146, 172), 12, "#fffaf1")
    canvas.box((36, 34), (146, 172), 12, "#e2768a")
    canvas.box((36, 34), (20, 172), 8, "#c9576a")
    canvas.box((150, 34), (12, 172), 0, "#f6d48d")
    canvas.box((70, 66), (66, 48), 8, "#fff4ec")
    canvas.text((103, 90), "手账", 26, "#c9576a", anchor="mm")
    for x, y, colour in ((196, 186, "#86b0a8"), (206, 146, "#f2b75c")):
        canvas.ellipse((x, y), 28, 28, colour)
        canvas.ellipse((x, y), 15, 15, "#fff6ea")
        canvas.ring((x, y), 23, 2, "#ffffff90")
    canvas.shape(
        [
            (84, 136),
            (94, 156),
            (116, 158),
            (100, 172),
            (104, 192),
            (84, 182),
            (66, 192),
            (69, 172),
            (53, 158),
            (75, 156),
        ],
        "#ffe3a1",
        smooth=False,
    )


def _parcel(canvas: Canvas) -> None:
    _shadow(canvas)
    canvas.box((44, 70), (152, 142), 10, "#d9a273")
    canvas.box((108, 70), (24, 142), 0, "#f0cf9f")


PAINTERS: dict[str, Callable[[Canvas], None]] = {
    "茶叶": _tea_tin,
    "户外椅": _moon_chair,
    "湿巾": _wipes,
    "猫砂": _cat_litter,
    "文具": _notebook,
}
