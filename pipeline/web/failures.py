"""Failures as JSON: one sentence, and the status that says whose fault it is."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from models.errors import InputError, KandianError, ResourceError, TransientError
from pipeline.web.library import Library, Standing
from pipeline.web.replies import Failure, Gone

log = logging.getLogger(__name__)

JSON = "application/json"
RETRY_S = "2"
"""After a passing failure: what another writer of the database usually needs."""
_TAKES = {
    "t": "give seconds, MM:SS or H:MM:SS, such as 1:23:45",
    "q": "give 1 to 16 words, no control characters",
}
"""By parameter, what its pattern means."""
_SENTENCES = {404: "there is nothing here", 405: "this server only reads: ask with GET or HEAD"}


class AbsentError(Exception):
    """What is asked for is not there; the text says what."""


class DeletedError(Exception):
    """The recording that is asked for was deleted."""

    def __init__(self, standing: Standing, removed: tuple[str, ...]) -> None:
        super().__init__(f"recording {standing.recording_id} was deleted")
        self.standing = standing
        """With its `deleted_at`."""
        self.removed = removed
        """Every highlight that it ever published."""


def require(library: Library, recording_id: str) -> Standing:
    """Return how a recording stands that is there.

    Raises:
        AbsentError: when there never was one.
        DeletedError: when there is one no more.
    """
    standing = library.standing(recording_id)
    if standing is None:
        raise AbsentError(f"no recording {recording_id!r} is indexed here; see /api/recordings")
    if standing.deleted_at is not None:
        raise DeletedError(standing, library.removed(recording_id))
    return standing


def failure(status: int, sentence: str, headers: Mapping[str, str] | None = None) -> Response:
    """Make the response that tells of a failure."""
    body = Failure(error=sentence).model_dump_json()
    return Response(body, status, headers={**(headers or {}), "Content-Type": JSON})


def handle_failures(application: FastAPI) -> None:
    """Let every exception end as a sentence in JSON; nothing of our insides is told."""
    application.add_exception_handler(AbsentError, _tell_absent)
    application.add_exception_handler(DeletedError, _tell_deleted)
    application.add_exception_handler(RequestValidationError, _tell_invalid)
    application.add_exception_handler(HTTPException, _tell_refused)
    application.add_exception_handler(KandianError, _tell_failed)
    application.add_exception_handler(Exception, _tell_unexpected)


def _tell_absent(_request: Request, error: Exception) -> Response:
    return failure(404, str(error))


def _tell_deleted(_request: Request, error: Exception) -> Response:
    if not isinstance(error, DeletedError) or error.standing.deleted_at is None:
        raise TypeError(f"{error!r} is told as a deletion")
    body = Gone(
        error=f"{error}; forget its highlights",
        recording_id=error.standing.recording_id,
        revision=error.standing.revision,
        deleted_at=error.standing.deleted_at,
        removed=error.removed,
    )
    return Response(body.model_dump_json(), 410, media_type=JSON)


def _tell_invalid(_request: Request, error: Exception) -> Response:
    return tell_invalid(error)


def tell_invalid(error: Exception) -> Response:
    """Answer 422, in words for what a pattern refuses: nobody reads regular expressions."""
    problems = error.errors() if isinstance(error, RequestValidationError) else ()
    told = (_say_problem(".".join(map(str, item["loc"][1:])), item) for item in problems)
    return failure(422, "; ".join(told) or "the request cannot be read")


def _say_problem(name: str, problem: Mapping[str, Any]) -> str:
    if problem["type"] == "string_pattern_mismatch" and name in _TAKES:
        return f"{name}: {_TAKES[name]}"
    return f"{name or 'request'}: {problem['msg']}"


def _tell_refused(_request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 400
    headers = {"Allow": "GET, HEAD"} if status == 405 else None
    return failure(status, _SENTENCES.get(status, "the request cannot be answered"), headers)


def _tell_failed(_request: Request, error: Exception) -> Response:
    if isinstance(error, InputError):
        return failure(400, str(error))
    log.warning("%s", error)
    if isinstance(error, TransientError | ResourceError):
        return failure(503, "the index cannot be read right now", {"Retry-After": RETRY_S})
    return failure(500, "the index cannot be read; the server's log says why")


def _tell_unexpected(_request: Request, _error: Exception) -> Response:
    """Say little: the server logs the rest (Starlette raises it again after this)."""
    return failure(500, "the server failed; its log says why")
