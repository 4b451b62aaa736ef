"""Draw the picture of the result for the README: the replay, its dots, and what they name.

    python -m sample_media.maker.picture WORKSPACE/recordings/demo --truth sample_media/truth.json

Reads `index.json` and `replay.mp4` as a player would; nothing in the picture is put in by hand.
"""

from __future__ import annotations

import argparse
import json
import subprocess
from io import BytesIO
from pathlib import Path
from typing import Any

import imageio_ffmpeg
from PIL import Image, ImageDraw, ImageFont

SIZE = (1280, 720)
INK, PAPER, FAINT, ACCENT = "#1d1b26", "#fbf9f6", "#8d8797", "#e5484d"
COLOURS = ("#e5484d", "#3e63dd", "#30a46c", "#f76b15", "#8e4ec6", "#0090a0", "#b8860b")
FONT = "/usr/share/fonts/opentype/noto/NotoSansCJK-{}.ttc"
PHONE = (60, 40, 60 + 331, 40 + 588)
"""Where the frame stands: 9 to 16."""
BAR = (60, 668, 1220, 676)
TITLE_CHARACTERS = 22
"""As much of a long shop title as a person reads."""


def draw(folder: Path, truth: dict[str, Any] | None) -> Image.Image:
    """Draw the replay's frame with its progress bar, and the list of what the dots name."""
    index = json.loads((folder / "index.json").read_text(encoding="utf-8"))
    picture = Image.new("RGB", SIZE, PAPER)
    pen = ImageDraw.Draw(picture)
    colours = _choose_colours(index)
    shown = index["highlights"][min(3, len(index["highlights"]) - 1)]
    frame = _read_frame(folder / "replay.mp4", shown["point_ms"] + 6000)
    picture.paste(frame.resize((PHONE[2] - PHONE[0], PHONE[3] - PHONE[1])), PHONE[:2])
    pen.rounded_rectangle(PHONE, 14, outline=INK, width=3)
    _draw_list(pen, index, colours)
    _draw_bar(pen, index, colours, truth)
    return picture


def _choose_colours(index: dict[str, Any]) -> dict[str, str]:
    ids = dict.fromkeys(highlight["product_id"] for highlight in index["highlights"])
    return {name: COLOURS[place % len(COLOURS)] for place, name in enumerate(ids)}


def _read_frame(replay: Path, at_ms: int) -> Image.Image:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", "-ss", f"{at_ms / 1000}"]
    command += ["-i", str(replay), "-frames:v", "1", "-f", "image2pipe", "-c:v", "png", "-"]
    return Image.open(BytesIO(subprocess.run(command, check=True, capture_output=True).stdout))


def _draw_list(pen: ImageDraw.ImageDraw, index: dict[str, Any], colours: dict[str, str]) -> None:
    titles = {product["id"]: product["title"] for product in index["products"]}
    left, top = PHONE[2] + 60, 44
    pen.text((left, top), index["recording"]["title"], INK, _font(40, "Bold"))
    minutes = index["recording"]["duration_ms"] / 60_000
    found = f"{minutes:.1f} 分钟 · {len(index['highlights'])} 个看点 · 由语音识别"
    pen.text((left, top + 58), found, FAINT, _font(22))
    step = min(80, 480 // max(1, len(index["highlights"])))
    for place, highlight in enumerate(index["highlights"]):
        y = top + 118 + place * step
        colour = colours[highlight["product_id"]]
        pen.ellipse((left, y + 8, left + 22, y + 30), colour)
        pen.text((left + 40, y), _clock(highlight["point_ms"]), INK, _font(26, "Bold"))
        title = titles[highlight["product_id"]][:TITLE_CHARACTERS]
        pen.text((left + 130, y), title, INK, _font(26))
        evidence = sorted(highlight["evidence"], key=lambda item: -item["weight"])
        words = list(dict.fromkeys(item["text"][:9] for item in evidence))[:3]
        heard = " · ".join(f"“{word}”" for word in words)
        why = f"{highlight['product_id']}   {100 * highlight['confidence']:.0f} %   {heard}"
        pen.text((left + 130, y + 36), why, FAINT, _font(18))


def _draw_bar(
    pen: ImageDraw.ImageDraw,
    index: dict[str, Any],
    colours: dict[str, str],
    truth: dict[str, Any] | None,
) -> None:
    left, top, right, bottom = BAR
    total = index["recording"]["duration_ms"]

    def across(at_ms: int) -> float:
        return left + (right - left) * at_ms / total

    pen.rounded_rectangle(BAR, 4, "#ddd8e0")
    for pitch in (truth or {}).get("pitches", []):
        pen.line((across(pitch["start_ms"]), top - 12, across(pitch["end_ms"]), top - 12), FAINT, 3)
    for highlight in index["highlights"]:
        colour = colours[highlight["product_id"]]
        pen.rectangle(
            (across(highlight["start_ms"]), top, across(highlight["end_ms"]), bottom), colour
        )
        x, y = across(highlight["point_ms"]), (top + bottom) / 2
        pen.ellipse((x - 11, y - 11, x + 11, y + 11), colour, PAPER, 3)
    pen.text((left, bottom + 12), "0:00", FAINT, _font(16))
    pen.text((right - 40, bottom + 12), _clock(total), FAINT, _font(16))


def _clock(at_ms: int) -> str:
    return f"{at_ms // 60_000}:{at_ms // 1000 % 60:02d}"


def _font(size: int, weight: str = "Regular") -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONT.format(weight), size, index=2)


def main() -> None:
    """Draw and save the picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--truth", type=Path)
    parser.add_argument("--out", type=Path, default=Path("sample_media/result.png"))
    asked = parser.parse_args()
    truth = json.loads(asked.truth.read_text(encoding="utf-8")) if asked.truth else None
    picture = draw(asked.folder, truth)
    picture.quantize(192).save(asked.out, optimize=True)


if __name__ == "__main__":
    main()
