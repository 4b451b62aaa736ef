"""SIGTERM in the middle of an upload leaves nothing in the storage, visible or not."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from models.remote import RemoteUrl
from pipeline.process.stopping import Stopped, stopped_by_sigterm
from pipeline.remote.storage import PART_BYTES, open_storage
from tests.remote.conftest import BUCKET, Bucket


def test_parts_of_an_upload_that_is_stopped_are_taken_back(bucket: Bucket, tmp_path: Path) -> None:
    replay = tmp_path / "replay.mp4"
    with replay.open("wb") as file:
        file.truncate(3 * PART_BYTES)
    with open_storage() as storage:
        ask = storage._files._call_s3
        begun: list[Any] = []

        async def stop_at_the_second_part(method: str, *arguments: Any, **options: Any) -> Any:
            if method == "upload_part" and options.get("PartNumber", 0) > 1:
                begun.extend(uploads(bucket))
                os.kill(os.getpid(), signal.SIGTERM)
                await asyncio.sleep(60)
            return await ask(method, *arguments, **options)

        storage._files._call_s3 = stop_at_the_second_part
        with pytest.raises(Stopped), stopped_by_sigterm():
            storage.send(replay, RemoteUrl(BUCKET, "live/a/replay.mp4"), mime="video/mp4", cache="")
    assert begun
    assert uploads(bucket) == []
    assert bucket.list() == {}


def uploads(bucket: Bucket) -> list[Any]:
    """Return what was begun and is neither whole nor given up."""
    found: list[Any] = bucket.client.list_multipart_uploads(Bucket=BUCKET).get("Uploads", [])
    return found
