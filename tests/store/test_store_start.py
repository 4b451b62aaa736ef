"""A look-up starts fast because it imports nothing heavy."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from pipeline.store.store import Store

ROOT = Path(__file__).parents[2]
HEAVY = ["sqlalchemy", "alembic", "numpy", "torch", "ctranslate2", "sklearn", "asyncio"]


def test_looking_up_imports_neither_sqlalchemy_nor_anything_else_heavy(
    sqlite_store: Store, sqlite_url: str
) -> None:
    sqlite_store.close()
    script = (
        "import json, sys\n"
        "from pipeline.store.find import FindQuery\n"
        "from pipeline.store.lookup import open_lookup\n"
        "with open_lookup(sys.argv[1]) as lookup:\n"
        "    lookup.find(FindQuery(text='a')), lookup.recordings(), lookup.products(None)\n"
        f"print(json.dumps([name for name in {HEAVY!r} if name in sys.modules]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, sqlite_url],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == []


def test_a_current_database_is_opened_without_alembic(store: Store, url: str) -> None:
    store.close()
    script = (
        "import sys\n"
        "from pipeline.store.store import open_store\n"
        "open_store(sys.argv[1]).close()\n"
        "print('alembic' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, url], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
