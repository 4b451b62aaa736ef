"""Write the replay page of one recording as a folder that needs no server: a static site."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from models.errors import ConfigError, InputError
from pipeline.web.bundle import bundle_modules

PAGE = Path(__file__).parent / "page"
"""The page's own files: index.html, style sheets, ES modules."""
HLS_SCRIPT = "vendor/hls.min.js"
"""Where the page looks for hls.js when it plays HLS."""

_SCHEMA = "kandian.index/1"
_MODULES = '<script type="module" src="app.js"></script>'
_SCRIPTS = '<script defer src="index.js"></script>\n<script defer src="app.js"></script>'
_TITLE = re.compile(r"<title>.*</title>")
_COPIED = re.compile(r'href="([\w-]+\.(?:css|svg))"')
_COVER = re.compile(r"covers/(hl_[0-9a-f]+)\.jpg")
_THUMBNAILS = "thumbnails.vtt"
_OWN_NAMES = frozenset({"index.html", "index.json", "index.js", "app.js"})
_UNSAFE_IN_SCRIPTS = str.maketrans(
    {character: f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}
)
"""In JSON these stand inside strings only, so that the escape is the same text."""


@dataclass(frozen=True, slots=True)
class SiteFile:
    """A file that the site takes along.

    Raises:
        ValueError: when the name leads out of the site or is not written plainly.
    """

    source: Path
    name: str
    """Where it lies in the site, with `/`: `replay.mp4`, `covers/hl_1f.jpg`, `thumbnails.vtt`."""

    def __post_init__(self) -> None:
        path = PurePosixPath(self.name)
        plain = str(path) == self.name and not path.is_absolute() and ".." not in path.parts
        if not plain or not path.parts or "\\" in self.name or "\x00" in self.name:
            raise ValueError(f"{self.name!r} is no name inside a site")


def write_site(
    index_json: str,
    files: Sequence[SiteFile],
    target: Path,
    *,
    page: Path = PAGE,
    hls_script: Path | None = None,
) -> None:
    """Write the folder `target`: the page, the index, and the files that both name.

    Files are hard links where the file system allows, copies elsewhere; sources are never written.
    The folder appears whole or not at all: it is made beside `target` and renamed. A site that is
    there already is replaced; any other folder that holds something is refused. Equal input gives
    equal folders. It works from `file://` (HLS excepted: browsers fetch no playlist from files).

    Args:
        index_json: the `kandian.index/1` document; media addresses are relative to the site.
        files: media, `covers/HIGHLIGHT.jpg`, `thumbnails.vtt` and its sheets.
        target: the folder to write; its parent must exist.
        page: the folder of the page's own files.
        hls_script: hls.min.js, taken along when the recording is HLS, needed when it is HLS alone.

    Raises:
        InputError: when the document is no index, a file is missing, two have one name, or `target`
            is something else than a site.
        ConfigError: when the recording is HLS alone and hls.js is not there.
    """
    index = _read_index(index_json)
    files = [*files, *_choose_hls(index, hls_script)]
    _check_files(index, files, page)
    _check_target(target)
    made = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        made.chmod(0o755)  # mkdtemp makes folders for one's own eyes; a site is for a web server's
        _write_page(made, index_json, index, files, page)
        for file in files:
            _place(file, made)
        _swap(made, target)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def format_script(index_json: str, covers: Sequence[str], thumbnails: str) -> str:
    """Write the script that hands the index to the page, where `fetch` reaches no files.

    Safe to stand inside HTML as well: no text of a shop can end the script or start a tag.
    """
    site = json.dumps({"covers": list(covers), "thumbnails": thumbnails}, ensure_ascii=False)
    lines = (
        f"window.KANDIAN_INDEX = {index_json.strip().translate(_UNSAFE_IN_SCRIPTS)};",
        f"window.KANDIAN_SITE = {site.translate(_UNSAFE_IN_SCRIPTS)};",
    )
    return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class _Index:
    """What the site needs to know of the document."""

    title: str
    media: tuple[str, ...]
    playlists: tuple[str, ...]


def _read_index(index_json: str) -> _Index:
    try:
        value = json.loads(index_json)
        schema, recording = value["schema"], value["recording"]
        media = [(str(one["url"]), str(one["mime"])) for one in recording["media"]]
        title = str(recording["title"] or recording["id"])
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"the document is no {_SCHEMA}: {error!r}") from error
    if schema != _SCHEMA:
        raise InputError(f"the document is {schema!r}; a site is made of {_SCHEMA}")
    return _Index(
        title=title,
        media=tuple(url for url, _ in media),
        playlists=tuple(
            url for url, mime in media if url.endswith(".m3u8") or "mpegurl" in mime.lower()
        ),
    )


def _choose_hls(index: _Index, hls_script: Path | None) -> tuple[SiteFile, ...]:
    if not index.playlists:
        return ()
    if hls_script is not None and hls_script.is_file():
        return (SiteFile(hls_script, HLS_SCRIPT),)
    if set(index.media) - set(index.playlists):
        return ()  # the page plays the file
    raise ConfigError(
        f"{index.playlists[0]} is HLS, and hls.js is not there; run `make vendor` to install it"
    )


def _check_files(index: _Index, files: Sequence[SiteFile], page: Path) -> None:
    taken = {*_OWN_NAMES, *(path.name for path in _iter_copied(page))}
    for file in files:
        if file.name in taken:
            raise InputError(f"two files of the site would be called {file.name}; rename one")
        taken.add(file.name)
        if not file.source.is_file():
            raise InputError(f"{file.source} is not there; index the recording again")
    for url in index.media:
        if "://" not in url and url not in taken:
            raise InputError(f"the index names {url}, and no file of the site is called so")


def _check_target(target: Path) -> None:
    if not target.parent.is_dir():
        raise InputError(f"{target.parent} is no folder; make it, or choose another place")
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise InputError(f"{target} is no folder; choose another place for the site")
    if target.is_dir() and any(target.iterdir()) and not (target / "index.js").is_file():
        raise InputError(f"{target} holds other things than a site; choose another place")


def _write_page(
    folder: Path, index_json: str, index: _Index, files: Sequence[SiteFile], page: Path
) -> None:
    text = (page / "index.html").read_text(encoding="utf-8")
    if _MODULES not in text:
        raise ValueError(f"{page / 'index.html'} does not start app.js as the site expects")
    title = f"<title>{html.escape(index.title)}</title>"
    text = _TITLE.sub(lambda _: title, text.replace(_MODULES, _SCRIPTS), count=1)
    covers = sorted(match[1] for file in files if (match := _COVER.fullmatch(file.name)))
    thumbnails = next((file.source for file in files if file.name == _THUMBNAILS), None)
    script = format_script(
        index_json, covers, thumbnails.read_text(encoding="utf-8") if thumbnails else ""
    )
    _write(folder / "index.html", text)
    _write(folder / "index.json", index_json)
    _write(folder / "index.js", script)
    _write(folder / "app.js", bundle_modules(page, "app"))
    for path in _iter_copied(page):
        shutil.copyfile(path, folder / path.name)


def _iter_copied(page: Path) -> list[Path]:
    """Return the style sheets and the icon that the page names."""
    names = _COPIED.findall((page / "index.html").read_text(encoding="utf-8"))
    return [page / name for name in sorted(set(names))]


def _write(path: Path, text: str) -> None:
    path.write_bytes(text.encode("utf-8"))


def _place(file: SiteFile, folder: Path) -> None:
    source, place = file.source.resolve(), folder / file.name
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, place)
    except OSError:  # another file system, or one without links
        shutil.copyfile(source, place)


def _swap(made: Path, target: Path) -> None:
    """Put the new folder in the place of the old one, which comes back when that fails."""
    if not target.exists():
        made.rename(target)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent)) / "old"
    target.rename(old)
    try:
        made.rename(target)
    except OSError:
        old.rename(target)
        raise
    finally:
        shutil.rmtree(old.parent, ignore_errors=True)
