"""The application: every route over one library, read-only."""

from __future__ import annotations

import json
from importlib.metadata import version

from fastapi import FastAPI
from fastapi.routing import APIRoute

from pipeline.web.access import Access
from pipeline.web.documented import document_application
from pipeline.web.failures import handle_failures
from pipeline.web.file_routes import add_file_routes
from pipeline.web.guard import Application, make_guard
from pipeline.web.library import Library
from pipeline.web.page_routes import add_page_routes
from pipeline.web.question_routes import add_question_routes
from pipeline.web.recording_routes import add_recording_routes

OPENAPI_URL = "/api/openapi.json"
DESCRIPTION = """\
Recordings of live-selling broadcasts, the highlight points found in them, and their replays.

Read-only. Times are integer milliseconds, spans half-open. Every answer has an ETag: send it back
as If-None-Match and get 304 while nothing has changed. Titles and texts come from merchants and
from speech: escape them wherever they go into a page. A failure is `{"error": sentence}`.
"""


def make_application(library: Library, access: Access) -> Application:
    """Make the ASGI application that answers from the library; nothing is asked of it yet."""
    application = FastAPI(
        title="Kandian",
        version=version("kandian"),
        description=DESCRIPTION,
        openapi_url=OPENAPI_URL,
        # Their pages load scripts from elsewhere.
        docs_url=None,
        redoc_url=None,
        # They are absolute, with a host that the asker chose.
        redirect_slashes=False,
    )
    handle_failures(application)
    add_recording_routes(application, library)
    add_question_routes(application, library)
    add_file_routes(application, library)
    add_page_routes(application)
    _answer_head(application)
    document_application(application, json.loads(library.schema_json()))
    return make_guard(application, access)


def _answer_head(application: FastAPI) -> None:
    """Let every route answer HEAD as well; the server leaves the body out."""
    for route in tuple(application.routes):
        if isinstance(route, APIRoute):
            application.add_api_route(
                route.path,
                route.endpoint,
                methods=["HEAD"],
                response_model=None,
                include_in_schema=False,
            )
