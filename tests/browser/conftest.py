"""A real Chromium, a site served on loopback, and a page whose every complaint fails the test."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipeline.web.site import SiteFile, write_site
from tests.browser.loopback import serve
from tests.browser.shows import Show

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

HERE = Path(__file__).parent
PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 800}
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_FLAGS = (
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--mute-audio",
)
WAIT_MS = 10_000
"""A busy machine may need seconds for what takes milliseconds; a failing test waits this long."""
NEAR_MS = 300
"""How far from the pitch's start a jump may land."""
WATCH_FRAMES = """
window.seen = [];
document.addEventListener('play', ({target}) => target.requestVideoFrameCallback(
  (now, frame) => window.seen.push(frame.mediaTime * 1000)), true);
"""
AXE = """async () => {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  return found.violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ").slice(0, 400)}`);
}"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


def find_chromium() -> str:
    """Return the browser to test with, or say how to get one."""
    named = os.environ.get("KANDIAN_CHROMIUM")
    found = named or next(filter(None, map(shutil.which, _NAMES)), None)
    if not found or not Path(found).exists():
        pytest.fail(
            "no Chromium: `sudo apt-get install chromium`, or name one in KANDIAN_CHROMIUM",
            pytrace=False,
        )
    return found


def find_package(variable: str, path: str) -> Path:
    """Return a file of an npm package: named by the environment, or installed beside the tests."""
    named = os.environ.get(variable)
    found = Path(named) if named else HERE / "node_modules" / path
    if not found.is_file():
        pytest.fail(
            f"{found} is not there: `npm install --prefix tests/browser`, or set {variable}",
            pytrace=False,
        )
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        pytest.fail("playwright is not installed: `pip install playwright`", pytrace=False)
    program = find_chromium()
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=list(_FLAGS))
        yield started
        started.close()


@pytest.fixture(scope="session")
def film(make_media: Callable[..., Path]) -> Path:
    """A portrait recording of a minute that shows its own time."""
    return make_media("replay.mp4", seconds=60, picture="testsrc=s=180x320:r=10")


@pytest.fixture
def write(film: Path, tmp_path: Path) -> Callable[..., Path]:
    """Write the static site of a show."""

    def write_show(show: Show, *more: SiteFile, **options: Any) -> Path:
        replay = [SiteFile(film, "replay.mp4")] if ("replay.mp4", "video/mp4") in show.media else []
        target = tmp_path / "site"
        write_site(show.to_json(), [*replay, *more], target, **options)
        return target

    return write_show


@dataclass(slots=True)
class Complaints:
    """What a page said or asked for that it should not have."""

    console: list[str]
    outside: list[str]


OpenPage = Callable[..., "Page"]


@pytest.fixture
def complaints() -> Complaints:
    return Complaints([], [])


@pytest.fixture
def open_page(browser: Browser, complaints: Complaints) -> Iterator[OpenPage]:
    """Open an address in a context of its own; its complaints fail the test when it ends."""
    contexts: list[BrowserContext] = []

    def open_address(
        address: str, *, size: dict[str, int] | None = None, script: str = "", **options: Any
    ) -> Page:
        context = browser.new_context(
            **({"viewport": size or PHONE, "locale": "zh-CN", "has_touch": True} | options)
        )
        contexts.append(context)
        context.set_default_timeout(WAIT_MS)
        if script:
            context.add_init_script(script)
        page = context.new_page()
        page.on("console", lambda said: _listen(complaints, said.type, said.text))
        page.on("pageerror", lambda error: complaints.console.append(str(error)))
        page.on("request", lambda request: _watch(complaints, request.url))
        page.goto(address)
        return page

    yield open_address
    for context in contexts:
        context.close()
    assert complaints.console == [], "the console is clean"
    assert complaints.outside == [], "nothing is asked of other hosts"


@pytest.fixture
def open_show(write: Callable[..., Path], open_page: OpenPage) -> Iterator[OpenPage]:
    """Write a show's site, serve it and open it; `where` is put after the address."""
    with ExitStack() as servers:

        def open_site(
            show: Show | None = None, *more: SiteFile, where: str = "", **options: Any
        ) -> Page:
            address = servers.enter_context(serve(write(show or Show(), *more)))
            page = open_page(address + where, **options)
            page.wait_for_selector(".dot")
            return page

        yield open_site


@pytest.fixture
def modules(open_page: OpenPage) -> Iterator[Page]:
    """A page of the same origin as the page's modules, to call their functions."""
    page_folder = Path(__file__).resolve().parents[2] / "pipeline" / "web" / "page"
    with serve(page_folder) as address:
        yield open_page(address + "initials.js")


def wait_until(page: Page, expression: str) -> None:
    """Wait for an expression to hold; the page's own policy forbids Playwright's way to do it."""
    end = time.monotonic() + WAIT_MS / 1000
    while not page.evaluate(expression):
        assert time.monotonic() < end, f"never true: {expression}"
        page.wait_for_timeout(30)


def assert_landed(page: Page, start_ms: int) -> None:
    """The first frame shown after the jump is of the pitch's start, and the video runs on."""
    wait_until(page, "window.seen.length > 0")
    assert abs(page.evaluate("window.seen.at(-1)") - start_ms) <= NEAR_MS
    assert page.evaluate("!document.querySelector('video').paused")


def find_barriers(page: Page) -> list[str]:
    """Return what axe-core finds serious on the page as it is now."""
    if not page.evaluate("'axe' in window"):
        axe = find_package("KANDIAN_AXE", "axe-core/axe.min.js").read_text(encoding="utf-8")
        page.evaluate(axe)
    found: list[str] = page.evaluate(AXE)
    return found


def box_of(page: Page, selector: str) -> dict[str, float]:
    """Return where an element is; it must be visible."""
    box = page.locator(selector).bounding_box()
    assert box is not None, f"{selector} is not visible"
    return {"x": box["x"], "y": box["y"], "width": box["width"], "height": box["height"]}


def _listen(complaints: Complaints, kind: str, text: str) -> None:
    if kind in ("error", "warning"):
        complaints.console.append(text)


def _watch(complaints: Complaints, url: str) -> None:
    if not url.startswith(("http://127.0.0.1:", "file://", "blob:", "data:")):
        complaints.outside.append(url)
