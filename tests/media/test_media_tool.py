"""Which ffmpeg is taken, and what is said when none will do."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.errors import ConfigError
from pipeline.media.tool import find_ffmpeg


@pytest.fixture
def real(ffmpeg):
    return ffmpeg.path


def link(folder: Path, real: Path, name: str = "ffmpeg") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.symlink_to(real)
    return path


def script(folder: Path, body: str, name: str = "ffmpeg") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


WEAK = """case "$*" in
*-version*) echo "ffmpeg version 0.1-weak Copyright";;
*-encoders*) echo " A....D aac      AAC";;
*-filters*) echo " .. scale   V->V  Scale";;
esac"""


def test_the_one_that_comes_along_is_found_and_able():
    found = find_ffmpeg(environ={"PATH": ""})
    assert found.where == "imageio-ffmpeg"
    assert {"libx264", "aac"} <= found.encoders
    assert "aresample" in found.filters
    assert found.version in found.build_id
    assert found.path.is_absolute()


def test_setting_beats_environment_beats_path(tmp_path, real):
    setting = link(tmp_path / "setting", real)
    ours = link(tmp_path / "ours", real)
    theirs = link(tmp_path / "theirs", real)
    on_path = link(tmp_path / "bin", real)
    environ = {
        "KANDIAN_FFMPEG": str(ours),
        "FFMPEG": str(theirs),
        "PATH": str(on_path.parent),
    }
    order = []
    found = find_ffmpeg(str(setting), environ=environ)
    order.append((found.path, found.where))
    for name in ("KANDIAN_FFMPEG", "FFMPEG", "PATH"):
        found = find_ffmpeg(environ=environ)
        order.append((found.path, found.where))
        del environ[name]
    assert order == [
        (setting, "setting"),
        (ours, "environment KANDIAN_FFMPEG"),
        (theirs, "environment FFMPEG"),
        (on_path, "PATH"),
    ]
    assert find_ffmpeg(environ={**environ, "PATH": ""}).where == "imageio-ffmpeg"


def test_a_bare_name_is_looked_up_on_path(tmp_path, real):
    named = link(tmp_path / "bin", real, "my-ffmpeg")
    assert find_ffmpeg("my-ffmpeg", environ={"PATH": str(named.parent)}).path == named


def test_a_weak_one_on_path_is_passed_over(tmp_path, caplog):
    weak = script(tmp_path / "bin", WEAK)
    found = find_ffmpeg(environ={"PATH": str(weak.parent)})
    assert found.where == "imageio-ffmpeg"
    assert "0.1-weak" in caplog.text
    assert "libx264" in caplog.text


def test_a_weak_one_that_was_named_is_refused(tmp_path):
    weak = script(tmp_path / "bin", WEAK)
    with pytest.raises(ConfigError, match=r"0\.1-weak\) lacks .*libx264.*; take a build") as caught:
        find_ffmpeg(str(weak), environ={})
    assert " aac" not in str(caught.value).split(";")[0].split("lacks")[1]


NAMED = {
    "missing": (None, "there is no ffmpeg at"),
    "something else": ("echo hello", "is not ffmpeg"),
    "fails": ("exit 3", "does not run: ffmpeg failed with exit status 3"),
}


@pytest.mark.parametrize("label", NAMED)
@pytest.mark.parametrize("by", ["setting", "environment"])
def test_a_useless_one_that_was_named_is_refused(tmp_path, label, by):
    body, message = NAMED[label]
    path = tmp_path / "ffmpeg" if body is None else script(tmp_path, body)
    setting, environ = (str(path), {}) if by == "setting" else (None, {"FFMPEG": str(path)})
    with pytest.raises(ConfigError, match=message):
        find_ffmpeg(setting, environ=environ)


def test_a_binary_is_asked_once_a_process(tmp_path, real):
    count = tmp_path / "count"
    counting = script(tmp_path, f'echo x >> {count}; exec {real} "$@"')
    find_ffmpeg(str(counting), environ={})
    asked = len(count.read_text().split())
    find_ffmpeg(str(counting), environ={})
    assert len(count.read_text().split()) == asked == 3
