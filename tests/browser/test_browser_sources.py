"""One page from files, from a server and as modules; HLS through hls.js; pictures beside it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipeline.media.tool import find_ffmpeg
from pipeline.web.site import PAGE, SiteFile, write_site
from tests.browser.conftest import DESKTOP, OpenPage, box_of, find_package, wait_until
from tests.browser.loopback import serve
from tests.browser.shows import Show

if TYPE_CHECKING:
    from playwright.sync_api import Page

NO_NATIVE_HLS = """
const asked = HTMLMediaElement.prototype.canPlayType;
HTMLMediaElement.prototype.canPlayType = function (type) {
  return /mpegurl/i.test(type) ? "" : asked.call(this, type);
};
"""


def _assert_plays(page: Page) -> None:
    page.locator(".dot").nth(1).click()
    page.locator(".dot").nth(1).click()
    wait_until(page, "document.querySelector('video').currentTime > 20.2")
    assert page.evaluate("!document.querySelector('video').paused")


def test_a_site_works_from_files(open_page: OpenPage, write: Callable[..., Path]) -> None:
    page = open_page((write(Show()) / "index.html").as_uri(), size=DESKTOP)
    page.wait_for_selector(".dot")
    _assert_plays(page)
    assert page.url.endswith("#t=20")


def _serve_modules(tmp_path: Path, film: Path, show: Show) -> Path:
    folder = tmp_path / "server"
    shutil.copytree(PAGE, folder)
    shutil.copy(film, folder / "replay.mp4")
    (folder / "index.json").write_text(show.to_json(), encoding="utf-8")
    return folder


@pytest.mark.parametrize("where", ["", "?index=index.json"], ids=["beside", "asked"])
def test_the_modules_work_as_they_are(
    open_page: OpenPage, tmp_path: Path, film: Path, where: str
) -> None:
    with serve(_serve_modules(tmp_path, film, Show())) as address:
        page = open_page(address + where, size=DESKTOP)
        page.wait_for_selector(".dot")
        _assert_plays(page)


def test_the_page_of_a_server_asks_the_interface(
    open_page: OpenPage, tmp_path: Path, film: Path, pictures: list[SiteFile]
) -> None:
    folder = _serve_modules(tmp_path, film, Show())
    text = (folder / "index.html").read_text(encoding="utf-8")
    rooted = text.replace('href="', 'href="/').replace('src="', 'src="/')
    told = rooted.replace("<html", '<html data-pictures="/media/{id}/"')
    (folder / "r").mkdir()
    (folder / "r" / "show 1.html").write_text(told, encoding="utf-8")
    place, media = folder / "api/recordings/show 1.html", folder / "media/show 1.html"
    place.mkdir(parents=True)
    shutil.copy(film, place / "replay.mp4")
    (place / "index").write_text(Show().to_json(), encoding="utf-8")
    (media / "covers").mkdir(parents=True)
    for number in range(4):
        shutil.copy(pictures[0].source, media / "covers" / f"hl_{number:04x}.jpg")
    with serve(folder) as address:
        page = open_page(f"{address}r/show%201.html", size=DESKTOP)
        page.wait_for_selector(".dot")
        _assert_plays(page)
        page.wait_for_selector("[data-product=P2] img[src*='/media/show%201.html/covers/']")


def test_a_missing_index_is_said(open_page: OpenPage, tmp_path: Path, complaints: object) -> None:
    folder = tmp_path / "empty"
    shutil.copytree(PAGE, folder)
    with serve(folder) as address:
        page = open_page(address)
        page.wait_for_selector("[role=alert]")
        assert "没有打开" in page.locator("[role=alert]").inner_text()
    complaints.console.clear()  # type: ignore[attr-defined]


def test_a_recording_without_media_still_tells(
    open_page: OpenPage, write: Callable[..., Path]
) -> None:
    page = open_page((write(Show(media=())) / "index.html").as_uri(), size=DESKTOP)
    page.wait_for_selector(".dot")
    assert page.get_by_text("没有视频").is_visible()
    page.locator(".dot").nth(1).click()
    page.locator(".dot").nth(1).click()
    assert page.locator("[data-product=P2]").get_attribute("aria-current") == "true"


def test_a_broken_video_is_said(
    open_page: OpenPage, write: Callable[..., Path], tmp_path: Path, complaints: object
) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no video")
    show = Show(media=(("broken.mp4", "video/mp4"),))
    page = open_page((write(show, SiteFile(broken, "broken.mp4")) / "index.html").as_uri())
    page.wait_for_selector(".notice:not([hidden])")
    assert "无法播放" in page.locator(".notice").inner_text()
    complaints.console.clear()  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def playlist(film: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The film cut into HLS segments."""
    folder = tmp_path_factory.mktemp("hls")
    command = [find_ffmpeg().path, "-nostdin", "-v", "error", "-i", film, "-c", "copy"]
    subprocess.run(
        [*map(str, command), "-hls_time", "5", "-hls_list_size", "0", "index.m3u8"],
        cwd=folder,
        check=True,
    )
    return folder


def test_hls_plays_through_hls_js(open_page: OpenPage, playlist: Path, tmp_path: Path) -> None:
    show = Show(media=(("hls/index.m3u8", "application/vnd.apple.mpegurl"),))
    files = [SiteFile(path, f"hls/{path.name}") for path in sorted(playlist.iterdir())]
    script = find_package("KANDIAN_HLS", "hls.js/dist/hls.min.js")
    write_site(show.to_json(), files, tmp_path / "site", hls_script=script)
    with serve(tmp_path / "site") as address:
        page = open_page(address, size=DESKTOP, script=NO_NATIVE_HLS)
        page.wait_for_selector(".dot")
        assert page.evaluate("typeof Hls") == "function"
        _assert_plays(page)
        assert page.evaluate("document.querySelector('video').src").startswith("blob:")


@pytest.fixture
def pictures(film: Path, tmp_path: Path) -> list[SiteFile]:
    """A cover of the first pitch, and thumbnails of every ten seconds."""
    ffmpeg = find_ffmpeg().path
    for arguments in (
        ("-ss", "5", "-i", film, "-frames:v", "1", tmp_path / "cover.jpg"),
        ("-i", film, "-vf", "fps=1/10,scale=45:80,tile=6x1", "-frames:v", "1", tmp_path / "s.jpg"),
    ):
        subprocess.run([ffmpeg, "-nostdin", "-v", "error", *map(str, arguments)], check=True)
    cues = "".join(
        f"00:00:{n * 10:02d}.000 --> 00:{(n + 1) // 6:02d}:{(n + 1) * 10 % 60:02d}.000\n"
        f"s.jpg#xywh={n * 45},0,45,80\n\n"
        for n in range(6)
    )
    (tmp_path / "thumbnails.vtt").write_text(f"WEBVTT\n\n{cues}", encoding="utf-8")
    return [
        SiteFile(tmp_path / "cover.jpg", "covers/hl_0000.jpg"),
        SiteFile(tmp_path / "thumbnails.vtt", "thumbnails.vtt"),
        SiteFile(tmp_path / "s.jpg", "s.jpg"),
    ]


def test_a_cover_stands_in_for_a_products_picture(
    open_show: OpenPage, pictures: list[SiteFile]
) -> None:
    page = open_show(Show(), *pictures, size=DESKTOP)
    page.locator(".dot").first.click()
    page.wait_for_selector(".card .picture-shown img[src$='covers/hl_0000.jpg']")
    page.locator(".dot").nth(1).click()
    assert page.locator(".card img").count() == 0
    assert page.locator(".card .tile").inner_text() == "铸"


@pytest.mark.parametrize("from_files", [True, False], ids=["files", "server"])
def test_the_bar_previews_the_moment_under_the_pointer(
    open_page: OpenPage, write: Callable[..., Path], pictures: list[SiteFile], from_files: object
) -> None:
    site = write(Show(), *pictures)
    with serve(site) as address:
        page = open_page((site / "index.html").as_uri() if from_files else address, size=DESKTOP)
        page.wait_for_selector(".dot")
        box = box_of(page, ".bar-track")
        page.mouse.move(box["x"] + box["width"] * 25 / 60, box["y"] + 2)
        page.wait_for_selector(".preview-picture:not([hidden])")
        style = page.locator(".preview-picture").get_attribute("style") or ""
        assert "-90px" in style
        assert "s.jpg" in style
        assert "铸铁炒锅" in page.locator(".preview-caption").inner_text()
