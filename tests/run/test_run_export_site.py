"""`kandian export --format site`: page, replay and pictures in a folder, or one sentence."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from models.errors import ConfigError
from pipeline.cli.export import SITE
from pipeline.run import export_site as exporting
from pipeline.run.workspace import Workspace
from pipeline.store.store import open_store_readonly
from pipeline.web.site import HLS_SCRIPT, PAGE
from tests.conftest import CATALOGUE, QUICK, format_srt


@pytest.fixture(scope="module")
def filmed(kandian_in, make_media, tmp_path_factory):
    """A workspace with a replay, its covers and its previews; tests only read it."""
    root = tmp_path_factory.mktemp("site")
    (root / "show.srt").write_text(format_srt(), encoding="utf-8")
    (root / "catalogue.csv").write_text(CATALOGUE, encoding="utf-8")
    kandian = kandian_in(root / "ws")
    given = ("--transcript", root / "show.srt", "--catalogue", root / "catalogue.csv", *QUICK)
    ran = kandian("index", make_media("site.mp4", seconds=42), *given, "--id", "show")
    assert ran.code == 0, ran.err
    return kandian


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_site_holds_the_page_the_replay_and_the_pictures(filmed, tmp_path: Path) -> None:
    target = tmp_path / "new folder" / "show"
    ran = filmed("export", "show", "--format", SITE, "-o", target)
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    site, own = files_of(target), files_of(filmed.workspace / "recordings" / "show")
    index = json.loads(site["index.json"])
    covers = {f"covers/{item['id']}.jpg" for item in index["highlights"]}
    taken = {*covers, "replay.mp4", "thumbnails.vtt", "thumbnails-1.jpg"}
    assert len(covers) == 2
    assert {name: site[name] for name in taken} == {name: own[name] for name in taken}
    assert {"index.html", "index.js", "app.js", "style.css"} <= set(site)
    assert index == json.loads(filmed("export", "show").out)


def test_a_site_takes_the_place_of_a_site_and_of_nothing_else(filmed, tmp_path: Path) -> None:
    site, other = tmp_path / "site", tmp_path / "other"
    for _ in range(2):
        assert filmed("export", "show", "--format", SITE, "-o", site).code == 0
    other.mkdir()
    (other / "thesis.txt").write_text("mine", encoding="utf-8")
    ran = filmed("export", "show", "--format", SITE, "-o", other)
    assert ran.code == 1
    assert "holds other things than a site" in ran.err
    assert files_of(other) == {"thesis.txt": b"mine"}


def test_the_current_folder_may_be_the_place(filmed, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = filmed("export", "show", "--format", SITE, "-o", "site")
    assert ran.code == 0, ran.err
    assert (tmp_path / "site" / "replay.mp4").is_file()


def test_a_recording_without_a_replay_has_no_site(kandian, show, tmp_path: Path) -> None:
    assert kandian(*show.job, "--id", "show").code == 0
    ran = kandian("export", "show", "--format", SITE, "-o", tmp_path / "site")
    assert ran.code == 1
    (line,) = ran.err.splitlines()
    assert "'show' has no replay to make a site of" in line
    assert not (tmp_path / "site").exists()


def test_a_site_whose_replay_was_lost_says_so(kandian, show, make_media, tmp_path: Path) -> None:
    job = (*show.job, make_media("site.mp4", seconds=42), "--id", "show")
    assert kandian(*job).code == 0
    (kandian.workspace / "recordings" / "show" / "replay.mp4").unlink()
    ran = kandian("export", "show", "--format", SITE, "-o", tmp_path / "site")
    assert ran.code == 1
    assert "has no replay" in ran.err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--format", SITE), "say where to with -o DIR"),
        (("--format", "json", "-o", "."), ". is a folder; name a file with -o FILE"),
    ],
    ids=["site-to-stdout", "text-to-a-folder"],
)
def test_a_place_must_fit_the_format(arguments, sentence: str, kandian) -> None:
    ran = kandian("export", "show", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert sentence in ran.err


def test_an_hls_replay_takes_its_pieces_and_hls_js_along(
    kandian, show, make_media, tmp_path: Path, monkeypatch
) -> None:
    job = (*show.job, make_media("site.mp4", seconds=42), "--id", "show")
    assert kandian(*job).code == 0
    workspace = Workspace(kandian.workspace)
    pieces = {"hls/master.m3u8": b"#EXTM3U\n", "hls/720/piece.ts": b"piece"}
    for name, content in pieces.items():
        path = workspace.recording_folder("show") / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    with open_store_readonly(workspace.database_url) as store:
        document = store.document("show", with_review=False)
    hls = replace(document.media[0], url="hls/master.m3u8", mime="application/vnd.apple.mpegurl")
    page = tmp_path / "page"
    shutil.copytree(PAGE, page, ignore=shutil.ignore_patterns("vendor"))
    (page / HLS_SCRIPT).parent.mkdir()
    (page / HLS_SCRIPT).write_bytes(b"hls.js")
    monkeypatch.setattr(exporting, "PAGE", page)
    exporting.export_site(replace(document, media=(hls,)), workspace, tmp_path / "site")
    site = files_of(tmp_path / "site")
    assert {name: site[name] for name in pieces} == pieces
    assert site[HLS_SCRIPT] == b"hls.js"
    (page / HLS_SCRIPT).unlink()
    with pytest.raises(ConfigError, match="make vendor"):
        exporting.export_site(replace(document, media=(hls,)), workspace, tmp_path / "other")
