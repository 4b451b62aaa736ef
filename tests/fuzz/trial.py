"""Index one input in a process of its own, and note what came of it."""

from __future__ import annotations

import contextlib
import importlib
import os
import shutil
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz.bases import CATALOGUE, Base, format_srt

LIMIT_S = 90.0
"""A trial takes one to three seconds; what takes this long on a busy machine hangs."""

HUNG = -1000
LEFTOVERS = (".partial", ".tmp", ".search", "partial-", ".part")


@dataclass(frozen=True, slots=True)
class Trial:
    """How one run of `kandian index` ended."""

    code: int
    """Exit code; negative a signal; `HUNG` when it had to be killed."""
    out: str
    err: str
    folder: Path
    leftovers: tuple[str, ...]
    took_s: float

    @property
    def replay(self) -> Path | None:
        """The replay that it published."""
        return next(iter(sorted(self.folder.glob("ws/recordings/show/replay*"))), None)


IMPORTED = (
    "av", "ffmpeg", "scipy.sparse", "sklearn.decomposition", "sklearn.feature_extraction.text",
    "pypinyin", "opencc", "rapidfuzz", "alembic.command", "pipeline.cli.index",
    "pipeline.run.bench", "pipeline.run.index_recording", "pipeline.run.toolbox",
)  # fmt: skip
"""What every trial would import: a second of CPU time each."""


def prepare() -> None:
    """Import once what all trials need; starts no thread, so that forks are safe."""
    for name in IMPORTED:
        importlib.import_module(name)
    threads = len(list(Path("/proc/self/task").iterdir()))
    if threads > 1:
        raise RuntimeError(f"{threads} threads run; a fork would take only one of them along")


def run_trial(base: Base, content: bytes, folder: Path) -> Trial:
    """Run the real command on this content under the base's name; the folder is made anew."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "tmp").mkdir(parents=True)
    files = {"transcript": folder / "said.srt", "catalogue": folder / "shop.csv"}
    files["transcript"].write_text(format_srt(), encoding="utf-8")
    files["catalogue"].write_text(CATALOGUE, encoding="utf-8")
    files[base.role] = folder / base.path.name
    files[base.role].write_bytes(content)
    arguments = ["--workspace", str(folder / "ws"), "index", "--encoder", "lsa", "--id", "show"]
    arguments += ["--threads", "1", "--language", "zh"]
    for role in ("transcript", "catalogue"):
        arguments += [f"--{role}", str(files[role])]
    if "media" in files:
        arguments += ["--", str(files["media"])]
    begun = time.monotonic()
    code = _wait(_start(arguments, folder), begun + LIMIT_S)
    out, err = ((folder / name).read_text(errors="replace") for name in ("out", "err"))
    return Trial(code, out, err, folder, _leftovers(folder, code), time.monotonic() - begun)


def _start(arguments: list[str], folder: Path) -> int:
    """Fork: the imports are paid for once, and a crash takes nobody along."""
    pid = os.fork()
    if pid:
        return pid
    try:
        os.setpgid(0, 0)
        os.environ["TMPDIR"] = str(folder / "tmp")
        for stream, name in ((1, "out"), (2, "err")):
            os.dup2(os.open(folder / name, os.O_WRONLY | os.O_CREAT), stream)
        from pipeline.cli.main import main

        main(arguments)
    except SystemExit as ended:
        os._exit(ended.code if isinstance(ended.code, int) else 99)
    finally:
        os._exit(98)


def _wait(pid: int, until: float) -> int:
    while True:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > until:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            return HUNG
        time.sleep(0.01)


def _leftovers(folder: Path, code: int) -> tuple[str, ...]:
    """Return what should not be there: temporary files always, any replay after a failure."""
    made = [path for path in (folder / "ws").rglob("*") if path.is_file()]
    odd = [
        path for path in made if any(sign in str(path.relative_to(folder)) for sign in LEFTOVERS)
    ]
    if code:
        odd += [path for path in made if ".mp4" in path.name or "recordings" in path.parts]
    odd += list((folder / "tmp").iterdir())
    return tuple(sorted({str(path.relative_to(folder)) for path in odd}))
