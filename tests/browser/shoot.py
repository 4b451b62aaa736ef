"""Take the picture of the page that README.md shows: a desk and a telephone, side by side.

Run as `python -m tests.browser.shoot` after `make demo`; it writes `sample_media/page.png`. The
machine needs a Chinese font (Debian: fonts-noto-cjk).
"""

from __future__ import annotations

import argparse
import base64
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.media.tool import find_ffmpeg
from tests.bench.clock import kandian
from tests.browser.conftest import DESKTOP, PHONE, find_chromium, wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parents[2]
TARGET = ROOT / "sample_media" / "page.png"
WORKSPACE = ROOT / "kandian-data" / "demo"
FRAME = """<body style="margin:0;display:flex;align-items:center;gap:32px;padding:32px;
background:#d9d2c8;width:max-content">{images}</body>"""
IMAGE = """<img style="height:{height}px;border-radius:14px;box-shadow:0 8px 32px #0004"
src="data:image/png;base64,{data}">"""


def shoot_page(browser: Browser, address: str, size: dict[str, int], dot: int) -> bytes:
    """Show the pitch of a dot, then open its card, and take the picture."""
    page = browser.new_page(viewport=size, locale="zh-CN", has_touch=size is PHONE)
    page.goto(address)
    page.locator(".dot").nth(dot).click()
    page.locator(".dot").nth(dot).click()
    wait_until(page, "document.querySelector('video').currentTime > 1")
    page.evaluate("document.querySelector('video').pause()")
    page.locator(".dot").nth(dot).click()
    page.wait_for_selector(".card .picture-shown")
    page.wait_for_timeout(800)  # pictures fade in
    picture = page.screenshot()
    page.close()
    return picture


def frame_pictures(browser: Browser, pictures: list[bytes]) -> bytes:
    """Put pictures of one height side by side."""
    images = "".join(
        IMAGE.format(height=740, data=base64.b64encode(picture).decode()) for picture in pictures
    )
    page = browser.new_page(viewport={"width": 1640, "height": 804})
    page.set_content(FRAME.format(images=images))
    picture = page.screenshot(full_page=True)
    page.close()
    return picture


def write_small(picture: bytes, target: Path) -> None:
    """Write with a palette of 160 colours, which keeps the repository small."""
    make_palette = "[a]palettegen=max_colors=160:stats_mode=single[p]"
    palette = f"split[a][b];{make_palette};[b][p]paletteuse=dither=sierra2_4a"
    command = [find_ffmpeg().path, "-nostdin", "-v", "error", "-y", "-f", "png_pipe", "-i", "-"]
    subprocess.run([*command, "-vf", palette, str(target)], input=picture, check=True)


def main() -> None:
    """Export the site of the sample, open it twice and write the picture."""
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workspace", type=Path, default=WORKSPACE)
    parser.add_argument("--output", type=Path, default=TARGET)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        site = Path(folder, "site")
        export = ("export", "demo", "--format", "site", "-o", str(site))
        subprocess.run(kandian("--workspace", str(asked.workspace), *export), check=True)
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        address = (site / "index.html").as_uri()
        pictures = [shoot_page(browser, address, size, 1) for size in (DESKTOP, PHONE)]
        write_small(frame_pictures(browser, pictures), asked.output)
        browser.close()


if __name__ == "__main__":
    main()
