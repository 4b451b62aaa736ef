"""What fails is told in one sentence, safely, and tells nothing of our insides."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from models.errors import ConfigError, InputError, ResourceError, TransientError
from pipeline.export.index_json import load_schema
from pipeline.web.access import Access
from pipeline.web.application import make_application
from pipeline.web.library import Standing
from tests.web.conftest import Answer

INSIDES = "/srv/secret/kandian.db is locked"


class FailingLibrary:
    """A library whose index cannot be read; a real one fails so only now and then."""

    def __init__(self, error: Exception) -> None:
        self.error = error
        self.standings = [1]
        self.read = 0

    def schema_json(self) -> str:
        return json.dumps(load_schema())

    def standing(self, recording_id: str) -> Standing:
        return Standing(recording_id, self.standings[-1], None)

    def index_json(self, recording_id: str, *, media_url: str) -> str:
        self.read += 1
        if self.read == 1:
            raise self.error
        return json.dumps([recording_id, media_url, self.read])


def ask(application: Callable[..., Any], path: str) -> Answer:
    """Ask an ASGI application without a server."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET",
        "scheme": "http", "path": path, "raw_path": path.encode(), "query_string": b"",
        "root_path": "", "headers": [], "server": ("127.0.0.1", 1), "client": ("127.0.0.1", 2),
    }  # fmt: skip
    try:
        asyncio.run(application(scope, receive, send))
    except RuntimeError:
        # The server above logs it; the answer was sent before.
        assert sent
    start, *bodies = sent
    headers = {name.decode(): value.decode() for name, value in start["headers"]}
    return Answer(start["status"], headers, b"".join(part.get("body", b"") for part in bodies))


FAILURES = {
    "input": (InputError("no recording 'a' is indexed here"), 400),
    "busy": (TransientError(INSIDES), 503),
    "full": (ResourceError(INSIDES), 503),
    "config": (ConfigError(INSIDES), 500),
    "bug": (RuntimeError(INSIDES), 500),
}


@pytest.mark.parametrize("case", FAILURES)
def test_every_failure_is_one_sentence_in_json(case: str) -> None:
    error, status = FAILURES[case]
    answer = ask(
        make_application(FailingLibrary(error), Access()),  # type: ignore[arg-type]
        "/api/recordings/a/index",
    )
    assert (answer.status, list(answer.json)) == (status, ["error"])
    assert "secret" not in answer.body.decode()
    assert ("retry-after" in answer.headers) is (status == 503)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "etag" not in answer.headers


def test_a_failure_is_not_remembered_and_an_index_is_read_once_per_revision() -> None:
    library = FailingLibrary(TransientError(INSIDES))
    application = make_application(library, Access())  # type: ignore[arg-type]
    path = "/api/recordings/晚 场/index"
    assert ask(application, path).status == 503
    first, again = ask(application, path), ask(application, path)
    assert first.json == ["晚 场", "/media/%E6%99%9A%20%E5%9C%BA/", 2]
    assert (again.json, library.read) == (first.json, 2)
    library.standings.append(2)
    changed = ask(application, path)
    assert changed.json[2] == 3
    assert changed.headers["etag"].startswith('"2-')
    assert changed.headers["etag"] != first.headers["etag"]
