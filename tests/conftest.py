"""What every test may rely on: no network, no unnoticed error log, and the real `kandian`."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

from pipeline.cli.main import main
from pipeline.media.tool import find_ffmpeg
from pipeline.store.store import open_store
from tests.postgres import Server, run_server

# The first example pays for imports, and the machine may be busy: a deadline tells nothing.
settings.register_profile("no-deadline", deadline=None)
settings.load_profile("no-deadline")

SAMPLE = Path(__file__).resolve().parents[1] / "sample_media"
LOOPBACK = ("127.0.0.1", "::1", "localhost")
DEAD_PROXY = "http://127.0.0.1:9"
"""Nothing listens on the discard port: a child process that asks for the network is refused."""

CATALOGUE = """\
id,title,brand,aliases,category,price,link_no
P1,北岭羊毛围巾 灰色,北岭,羊毛围巾|灰围巾,服饰,129.00,1
P2,铸铁炒锅 无涂层 32cm,灶台边,铸铁炒锅|炒锅,厨具,259.00,2
P3,桂花乌龙茶包 15 包,山雀,桂花乌龙|乌龙茶包,茶叶,39.90,3
P4,宠物饮水机 静音,毛球,宠物饮水机|饮水机,宠物,99.00,4
"""
SPEECH = (
    (0, 4_000, "大家晚上好，欢迎来到直播间"),
    (5_000, 9_000, "先看一号链接，羊毛围巾"),
    (9_000, 14_000, "这条羊毛围巾摸起来很软，一点也不扎，灰围巾最好搭"),
    (14_000, 20_000, "羊毛围巾今晚一百二十九，拍一号链接"),
    (24_000, 28_000, "接下来二号链接，铸铁炒锅"),
    (28_000, 34_000, "铸铁炒锅不粘，无涂层，炒锅用一辈子"),
    (34_000, 40_000, "炒锅二百五十九，拍二号链接"),
)
"""A short broadcast of two pitches: P1 from 5 to 20 s, P2 from 24 to 40 s."""


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "logs_errors: this test makes the program log an ERROR")


@pytest.fixture(autouse=True)
def no_unnoticed_errors(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that makes the program log at ERROR, unless it is marked `logs_errors`."""
    seen: list[str] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            seen.append(f"{record.name}: {record.getMessage()}")

    ear = Ear(logging.ERROR)
    logging.getLogger().addHandler(ear)
    yield
    logging.getLogger().removeHandler(ear)
    if seen and request.node.get_closest_marker("logs_errors") is None:
        pytest.fail(f"logged at ERROR: {seen}")


@pytest.fixture(autouse=True, scope="session")
def offline() -> Iterator[None]:
    """Let nothing reach the network: neither this process nor the ones that it starts."""
    connect, resolve = socket.socket.connect, socket.getaddrinfo

    def connect_here(self: socket.socket, address: object) -> None:
        if self.family != socket.AF_UNIX and isinstance(address, tuple):
            _refuse_beyond(address[0])
        connect(self, address)  # type: ignore[arg-type]

    def resolve_here(host: object, *arguments: object, **options: object) -> object:
        _refuse_beyond(host)
        return resolve(host, *arguments, **options)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect_here)
        patch.setattr(socket, "getaddrinfo", resolve_here)
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            patch.setenv(name, DEAD_PROXY)
            patch.setenv(name.upper(), DEAD_PROXY)
        patch.setenv("no_proxy", ",".join(LOOPBACK))
        patch.setenv("PIP_RETRIES", "0")
        yield


def _refuse_beyond(host: object) -> None:
    if host not in (None, "", *LOOPBACK, *(name.encode() for name in LOOPBACK)):
        raise OSError(f"a test asked for the network: {host!r}")


@dataclass(frozen=True, slots=True)
class Ran:
    """How one run of `kandian` ended."""

    code: int
    out: str
    err: str


class Kandian:
    """Runs `kandian` in one workspace, with its own database or the one of the URL."""

    def __init__(self, workspace: Path, database_url: str | None = None) -> None:
        self.workspace = workspace
        self.database_url = database_url
        database = () if database_url is None else ("--db", database_url)
        self._where = ("--workspace", str(workspace), *database)

    def __call__(self, *arguments: object) -> Ran:
        """Run the real command line inside this process, which has its imports paid for."""
        out, err = io.StringIO(), io.StringIO()
        with (
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
            pytest.raises(SystemExit) as ended,
        ):
            main([*self._where, *map(str, arguments)])
        assert isinstance(ended.value.code, int)
        return Ran(ended.value.code, out.getvalue(), err.getvalue())

    def command(self, *arguments: object) -> list[str]:
        """Return the command line for a process of its own."""
        program = shutil.which("kandian", path=str(Path(sys.executable).parent))
        assert program is not None, "kandian is not installed: run `make setup`"
        return [program, *self._where, *map(str, arguments)]

    def process(
        self,
        *arguments: object,
        environment: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        before: Callable[[], None] | None = None,
    ) -> Ran:
        """Run the installed command as a process of its own."""
        ended = subprocess.run(
            self.command(*arguments),
            capture_output=True,
            text=True,
            env=os.environ | (environment or {}),
            cwd=cwd,
            preexec_fn=before,
            timeout=300,
            check=False,
        )
        return Ran(ended.returncode, ended.stdout, ended.stderr)

    def files(self) -> dict[str, int]:
        """Return every file of the workspace but the database and locks, with its inode."""
        return {
            str(path.relative_to(self.workspace)): path.stat().st_ino
            for path in sorted(self.workspace.rglob("*"))
            if path.is_file() and not path.name.startswith("kandian.db") and path.suffix != ".lock"
        }


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server; where none can be had, the tests that need it fail."""
    with run_server() as server:
        yield server


@pytest.fixture(scope="session")
def empty_index(postgres: Server) -> Iterator[str]:
    """The name of a PostgreSQL database with the tables of an index, to be copied."""
    name = postgres.make()
    open_store(postgres.url_of(name)).close()
    yield name
    postgres.drop(name)


@pytest.fixture
def kandian(tmp_path: Path) -> Kandian:
    return Kandian(tmp_path / "ws")


@pytest.fixture(scope="session")
def kandian_in() -> type[Kandian]:
    """For tests that need a workspace of another place, or several."""
    return Kandian


@dataclass(frozen=True, slots=True)
class Show:
    """A broadcast as a text-only job takes it."""

    transcript: Path
    catalogue: Path

    @property
    def job(self) -> tuple[object, ...]:
        """Arguments of `kandian index`."""
        return ("index", "--transcript", self.transcript, "--catalogue", self.catalogue, *QUICK)


QUICK = ("--encoder", "lsa", "--language", "zh")
"""The sentence encoder that loads at once; which one it is decides nothing in these tests."""


def format_srt(speech: tuple[tuple[int, int, str], ...] = SPEECH) -> str:
    """Write utterances as SubRip."""

    def clock(at_ms: int) -> str:
        minutes, rest = divmod(at_ms, 60_000)
        return f"00:{minutes:02d}:{rest // 1000:02d},{rest % 1000:03d}"

    return "\n".join(
        f"{number}\n{clock(start_ms)} --> {clock(end_ms)}\n{text}\n"
        for number, (start_ms, end_ms, text) in enumerate(speech, 1)
    )


@pytest.fixture
def show(tmp_path: Path) -> Show:
    """A transcript of two pitches, and its catalogue of four products."""
    transcript, catalogue = tmp_path / "show.srt", tmp_path / "catalogue.csv"
    transcript.write_text(format_srt(), encoding="utf-8")
    catalogue.write_text(CATALOGUE, encoding="utf-8")
    return Show(transcript, catalogue)


MakeMedia = Callable[..., Path]


@pytest.fixture(scope="session")
def make_media(tmp_path_factory: pytest.TempPathFactory) -> MakeMedia:
    """Make a tiny recording, speech-free, once a session per name."""
    ffmpeg = find_ffmpeg().path
    folder = tmp_path_factory.mktemp("media")

    def make(
        name: str, *, seconds: float = 3, sound: bool = True, picture: str = "testsrc=s=90x160:r=10"
    ) -> Path:
        path = folder / name
        if path.exists():
            return path
        sources = []
        if picture:
            sources += ["-t", str(seconds), "-f", "lavfi", "-i", picture]
        if sound:
            sources += ["-t", str(seconds), "-f", "lavfi", "-i", "sine=f=440"]
        codecs = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac")
        arguments = [ffmpeg, "-nostdin", "-v", "error", *sources, *codecs, str(path)]
        subprocess.run(arguments, check=True, capture_output=True)
        return path

    return make


@pytest.fixture(scope="session")
def sample() -> Path:
    """The folder of the sample broadcast."""
    return SAMPLE
