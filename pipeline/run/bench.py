"""Where a job works."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.run.job import Observer
from pipeline.run.toolbox import Toolbox
from pipeline.run.workspace import Workspace
from pipeline.store.store import Store


@dataclass(frozen=True, slots=True)
class Bench:
    """Its tools, its folder, its database, and who watches."""

    toolbox: Toolbox
    workspace: Workspace
    store: Store
    observer: Observer
    waits: bool = True
    """Whether to wait while another run has the same recording; else that is said at once."""
