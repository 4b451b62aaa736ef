"""What is shipped: exactly our two packages, everything that they read, and all they import."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OURS = ("models", "pipeline")


@pytest.fixture(scope="module")
def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_the_wheel_holds_our_packages_and_nothing_else(names: set[str], project: dict) -> None:
    info = f"{project['name']}-{project['version']}.dist-info"
    assert {name.split("/")[0] for name in names} == {*OURS, info}


def test_the_wheel_holds_every_file_of_our_packages(names: set[str]) -> None:
    present = {
        str(path.relative_to(ROOT))
        for package in OURS
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {name for name in names if name.split("/")[0] in OURS} == present
    assert [name for name in present if re.search(r"export/.*schema.*\.json$", name)]
    assert [name for name in present if "store/migrations/versions/0001" in name]


def test_the_wheel_has_the_command_the_licence_and_a_guard_against_upload(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        parts = {Path(name).name: name for name in archive.namelist() if "dist-info" in name}
        assert (
            "kandian = pipeline.cli.main:main" in archive.read(parts["entry_points.txt"]).decode()
        )
        assert b"Apache License" in archive.read(parts["LICENSE"])
        assert "Private :: Do Not Upload" in archive.read(parts["METADATA"]).decode()


def test_the_installed_wheel_runs_from_anywhere(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    # -I: neither the working folder nor PYTHONPATH; only what was unpacked and its dependencies.
    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path / 'site')!r})\n"
        "import pipeline.cli.main as cli\n"
        f"assert cli.__file__.startswith({str(tmp_path)!r}), cli.__file__\n"
        "from pipeline.export.index_json import load_schema\n"
        "assert load_schema()\n"
        "from pipeline.store.store import open_store\n"
        f"open_store('sqlite:///{tmp_path}/k.db').close()\n"
        "cli.main(['--version'])\n"
    )
    ended = subprocess.run(
        [sys.executable, "-I", "-c", program],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith("kandian ")


def distribution_name(requirement: str) -> str:
    name = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert name is not None
    return canonical(name[0])


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def imported_packages() -> dict[str, set[str]]:
    """Return what our files import from outside, and which file does."""
    found: dict[str, set[str]] = {}
    for path in (item for package in OURS for item in (ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            targets = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                targets.append(node.module)
            for target in targets:
                found.setdefault(target.split(".")[0], set()).add(path.name)
    return {
        name: files
        for name, files in found.items()
        if name not in (*OURS, "__future__") and name not in sys.stdlib_module_names
    }


def test_everything_that_is_imported_is_declared(project: dict) -> None:
    extras = [
        item
        for extra, items in project["optional-dependencies"].items()
        if extra != "dev"
        for item in items
    ]
    declared = {distribution_name(item) for item in (*project["dependencies"], *extras)}
    providers = packages_distributions()
    undeclared = {
        name: files
        for name, files in imported_packages().items()
        # What is not installed here (Ray) goes by its own name.
        if not {canonical(item) for item in providers.get(name, [name])} & declared
    }
    assert undeclared == {}


def test_nothing_starts_when_modules_are_imported() -> None:
    modules = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for package in OURS
        for path in sorted((ROOT / package).rglob("*.py"))
        if path.name != "__init__.py" and "migrations" not in path.parts
    ]
    program = (
        "import sys, importlib\n"
        "def hear(event, arguments):\n"
        "    if event in ('subprocess.Popen', 'os.exec', 'os.fork', 'socket.connect'):\n"
        "        raise SystemExit(f'{event} {arguments}')\n"
        "sys.addaudithook(hear)\n"
        f"for name in {modules!r}: importlib.import_module(name)\n"
        "print(sorted({'torch', 'whisper', 'ctranslate2', 'faster_whisper'} & set(sys.modules)))\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stderr, ended.stdout) == (0, "", "[]\n")
