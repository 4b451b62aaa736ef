"""A Ray cluster of two nodes on this machine: two raylets, one CPU each."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def run_cluster() -> Iterator[Any]:
    """Start it, join it, and stop it at the end."""
    import ray
    from ray.cluster_utils import Cluster

    made = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    made.add_node(num_cpus=1)
    try:
        ray.init(address=made.address, logging_level=logging.ERROR, log_to_driver=False)
        yield made
    finally:
        ray.shutdown()
        made.shutdown()
