"""A site is whole or absent, equal for equal input, and hostile text stays text in its files."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import ConfigError, InputError
from pipeline.web.site import HLS_SCRIPT, SiteFile, format_script, write_site

NASTY = "</script><script>x</script><!-- & \u2028\u2029 围巾 \"'"


def make_index(
    *, media: tuple[tuple[str, str], ...] = (("replay.mp4", "video/mp4"),), **more: Any
) -> str:
    recording = {
        "id": "show",
        "title": more.get("title", "周三晚场"),
        "media": [{"url": url, "mime": mime} for url, mime in media],
    }
    value = {"schema": more.get("schema", "kandian.index/1"), "recording": recording}
    return json.dumps(value, ensure_ascii=False)


@pytest.fixture
def replay(tmp_path: Path) -> SiteFile:
    path = tmp_path / "cache" / "KEY.mp4"
    path.parent.mkdir()
    path.write_bytes(b"film")
    return SiteFile(path, "replay.mp4")


def read_all(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_site_holds_page_index_and_media(tmp_path: Path, replay: SiteFile) -> None:
    write_site(make_index(), [replay], tmp_path / "site")
    files = read_all(tmp_path / "site")
    assert {"index.html", "index.json", "index.js", "app.js", "style.css", "replay.mp4"} <= set(
        files
    )
    assert files["replay.mp4"] == b"film"
    assert files["index.json"].decode() == make_index()
    assert not any(name.endswith(".js") and b"\nimport " in text for name, text in files.items())
    assert [path.name for path in tmp_path.iterdir()] == ["cache", "site"], "nothing is left over"


def test_every_file_that_the_page_names_is_there(tmp_path: Path, replay: SiteFile) -> None:
    write_site(make_index(), [replay], tmp_path / "site")
    text = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    named = re.findall(r'(?:src|href)="([^"]+)"', text)
    assert {"index.js", "app.js"} <= set(named)
    assert [name for name in named if not (tmp_path / "site" / name).is_file()] == []
    assert 'type="module"' not in text, "browsers refuse modules from files"


def test_equal_input_gives_equal_sites(tmp_path: Path, replay: SiteFile) -> None:
    for name in ("one", "other"):
        write_site(make_index(), [replay], tmp_path / name)
    assert read_all(tmp_path / "one") == read_all(tmp_path / "other")


def test_a_second_site_replaces_the_first(tmp_path: Path, replay: SiteFile) -> None:
    site = tmp_path / "site"
    write_site(make_index(title="old"), [replay, SiteFile(replay.source, "covers/hl_1.jpg")], site)
    write_site(make_index(title="new"), [replay], site)
    assert "<title>new</title>" in (site / "index.html").read_text(encoding="utf-8")
    assert not (site / "covers").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cache", "site"]


def test_a_failed_write_leaves_what_was_there(
    tmp_path: Path, replay: SiteFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site"
    write_site(make_index(title="old"), [replay], site)
    before = read_all(site)

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("pipeline.web.site._place", fail)
    with pytest.raises(OSError, match="disk full"):
        write_site(make_index(title="new"), [replay], site)
    assert read_all(site) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cache", "site"]


def test_the_source_is_neither_moved_nor_written(tmp_path: Path, replay: SiteFile) -> None:
    write_site(make_index(), [replay], tmp_path / "site")
    write_site(make_index(), [replay], tmp_path / "site")
    assert replay.source.read_bytes() == b"film"


def test_a_link_of_the_cache_becomes_a_file(tmp_path: Path, replay: SiteFile) -> None:
    link = tmp_path / "link.mp4"
    link.symlink_to(replay.source)
    write_site(make_index(), [SiteFile(link, "replay.mp4")], tmp_path / "site")
    assert not (tmp_path / "site" / "replay.mp4").is_symlink()


def test_covers_and_thumbnails_are_told_to_the_page(tmp_path: Path, replay: SiteFile) -> None:
    thumbnails = tmp_path / "t.vtt"
    thumbnails.write_text("WEBVTT\n\n</script>", encoding="utf-8")
    files = [
        replay,
        SiteFile(replay.source, "covers/hl_2b.jpg"),
        SiteFile(replay.source, "covers/hl_1a.jpg"),
        SiteFile(thumbnails, "thumbnails.vtt"),
    ]
    write_site(make_index(), files, tmp_path / "site")
    script = (tmp_path / "site" / "index.js").read_text(encoding="utf-8")
    assert '"covers": ["hl_1a", "hl_2b"]' in script
    assert "WEBVTT\\n\\n\\u003c/script\\u003e" in script


def test_the_title_of_the_page_is_escaped(tmp_path: Path, replay: SiteFile) -> None:
    write_site(make_index(title=r"<b>\1 & 'x'"), [replay], tmp_path / "site")
    text = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    assert r"<title>&lt;b&gt;\1 &amp; &#x27;x&#x27;</title>" in text


@given(st.text())
def test_no_text_leaves_the_script(text: str) -> None:
    value = {"title": text + NASTY}
    script = format_script(json.dumps(value, ensure_ascii=False), (), text)
    assert not set("<>&\u2028\u2029") & set(script)
    first, second, last = script.split(";\nwindow.KANDIAN_SITE = ")[0], *script.rsplit(";\n", 1)
    assert json.loads(first.removeprefix("window.KANDIAN_INDEX = ")) == value
    assert last == ""
    assert json.loads(second.split("window.KANDIAN_SITE = ", 1)[1])["thumbnails"] == text


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../x", "a/../../x", "/etc/passwd", "a//b", "./a", "a\\b", "a/", "a\x00b"],
    ids=repr,
)
def test_no_file_leaves_the_site(name: str) -> None:
    with pytest.raises(ValueError, match="no name inside a site"):
        SiteFile(Path("x"), name)


@pytest.mark.parametrize(
    ("index", "message"),
    [
        ("nonsense", "no kandian.index/1"),
        ("[]", "no kandian.index/1"),
        ("{}", "no kandian.index/1"),
        (make_index(schema="kandian.index/2"), "'kandian.index/2'"),
        (make_index(media=(("other.mp4", "video/mp4"),)), "names other.mp4"),
    ],
    ids=["text", "list", "empty", "schema", "media"],
)
def test_what_is_no_index_makes_no_site(
    tmp_path: Path, replay: SiteFile, index: str, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        write_site(index, [replay], tmp_path / "site")
    assert not (tmp_path / "site").exists()


def test_two_files_of_one_name_are_refused(tmp_path: Path, replay: SiteFile) -> None:
    for name in ("replay.mp4", "index.html", "style.css"):
        with pytest.raises(InputError, match="two files"):
            write_site(make_index(), [replay, SiteFile(replay.source, name)], tmp_path / "site")


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is not there"):
        write_site(make_index(), [SiteFile(tmp_path / "no.mp4", "replay.mp4")], tmp_path / "site")


@pytest.mark.parametrize("kind", ["file", "folder", "link", "no-parent"])
def test_other_things_are_never_overwritten(tmp_path: Path, replay: SiteFile, kind: str) -> None:
    target = tmp_path / "site"
    if kind == "file":
        target.write_text("mine")
    elif kind == "folder":
        target.mkdir()
        (target / "mine.txt").write_text("mine")
    elif kind == "link":
        target.symlink_to(replay.source.parent)
    else:
        target = tmp_path / "no" / "site"
    with pytest.raises(InputError, match="place"):
        write_site(make_index(), [replay], target)
    if kind == "folder":
        assert (target / "mine.txt").read_text() == "mine"


def test_hls_takes_hls_js_along(tmp_path: Path) -> None:
    playlist, script = tmp_path / "i.m3u8", tmp_path / "hls.min.js"
    playlist.write_text("#EXTM3U\n")
    index = make_index(media=(("hls/i.m3u8", "application/vnd.apple.mpegurl"),))
    files = [SiteFile(playlist, "hls/i.m3u8")]
    with pytest.raises(ConfigError, match=r"hls\.js is not there"):
        write_site(index, files, tmp_path / "site", hls_script=script)
    script.write_text("// hls")
    write_site(index, files, tmp_path / "site", hls_script=script)
    assert (tmp_path / "site" / HLS_SCRIPT).read_text() == "// hls"


def test_a_site_of_a_file_and_hls_does_without_hls_js(replay: SiteFile, tmp_path: Path) -> None:
    playlist = tmp_path / "i.m3u8"
    playlist.write_text("#EXTM3U\n")
    hls = ("hls/i.m3u8", "application/vnd.apple.mpegurl")
    index = make_index(media=((replay.name, "video/mp4"), hls))
    write_site(index, [replay, SiteFile(playlist, hls[0])], tmp_path / "site")
    assert (tmp_path / "site" / hls[0]).is_file()
    assert not (tmp_path / "site" / HLS_SCRIPT).exists()
