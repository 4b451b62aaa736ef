"""Damage inputs and see what comes of each: `make fuzz`, `FUZZ="--cases 50 --first 100"`."""

from __future__ import annotations

import os

os.environ |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}  # no threads before the forks

import argparse
import collections
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from tests.fuzz.bases import Base, make_bases
from tests.fuzz.damage import make_case
from tests.fuzz.judge import Content, Verdict, judge, look
from tests.fuzz.trial import prepare, run_trial

SEED = 20261111


def main() -> int:
    """Run the cases; exit 1 when any of them ended as none may."""
    asked = _parse()
    begun = time.monotonic()
    prepare()
    counts: collections.Counter[Verdict] = collections.Counter()
    with tempfile.TemporaryDirectory(prefix="kandian-fuzz-") as place:
        folder = Path(place)
        bases = make_bases(folder)
        truths = Truths(folder / "whole")
        for number in _numbers(asked, begun):
            case = make_case(bases, number, seed=asked.seed)
            trial = run_trial(case.base, case.content, folder / "trial")
            verdict, why = judge(case.base, trial, truths.of(case.base) if trial.replay else None)
            counts[verdict] += 1
            if asked.verbose or verdict.is_defect:
                print(f"{number}\t{case.base.name}\t{case.how}\t{verdict}\t{why}", flush=True)
            if verdict.is_defect and asked.keep:
                shutil.copytree(trial.folder, asked.keep / str(number), dirs_exist_ok=True)
    peak_mib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print(
        f"{counts.total()} inputs, seed {asked.seed}, {time.monotonic() - begun:.0f} s, "
        f"largest process {peak_mib} MiB"
    )
    for verdict in Verdict:
        print(f"{counts[verdict]:6}  {verdict}")
    return int(any(verdict.is_defect for verdict in counts))


class Truths:
    """What comes of every recording as it is whole, found when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.known: dict[str, Content] = {}

    def of(self, base: Base) -> Content | None:
        """Return it; None for a text."""
        if base.role != "media":
            return None
        if base.name not in self.known:
            trial = run_trial(base, base.path.read_bytes(), self.folder)
            if trial.code or trial.leftovers or trial.replay is None:
                raise SystemExit(f"{base.name} is whole and was not indexed: {trial}")
            self.known[base.name] = look(trial.replay)
        return self.known[base.name]


def _numbers(asked: argparse.Namespace, begun: float) -> Iterable[int]:
    for number in range(asked.first, asked.first + asked.cases):
        if asked.seconds and time.monotonic() - begun > asked.seconds:
            return
        yield number


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("--cases", type=int, default=500)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--seconds", type=float, default=0, help="stop after this long")
    parser.add_argument("--keep", type=Path, help="folder for what defects left")
    parser.add_argument("--verbose", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
