"""Routes to the replay page: the files that lie in this package's folder `page`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response

from pipeline.web.beneath import open_beneath
from pipeline.web.deliver import ASK_AGAIN, deliver_file
from pipeline.web.failures import AbsentError
from pipeline.web.library import Folder

PAGE_FOLDER = Path(__file__).with_name("page")
PAGE_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}
"""Content types by suffix; files of other kinds are not served."""
INDEX = "index.html"
"""The page of one recording."""
START = "recordings.html"
"""The list of all."""


def list_page_files(root: Path) -> Mapping[str, str]:
    """List what of the page's folder is served: names with `/`, and their content types."""
    found = {}
    for path in sorted(root.rglob("*")):
        content_type = PAGE_TYPES.get(path.suffix.lower())
        if content_type is not None and path.is_file() and not path.is_symlink():
            found[path.relative_to(root).as_posix()] = content_type
    return found


def add_page_routes(application: FastAPI, root: Path = PAGE_FOLDER) -> None:
    """Add the list at `/`, and the page of one recording at `/r/ID/`; files lie beside both.

    So a page may name its files relatively, as in a folder that was exported. These routes take
    every address that is left: add them last.
    """
    files = list_page_files(root)
    folder = Folder(root, ())

    def deliver(request: Request, name: str) -> Response:
        file = open_beneath(folder, name) if name in files else None
        if file is None:
            raise AbsentError(f"there is nothing at /{name}")
        return deliver_file(request, file, files[name], cache_control=ASK_AGAIN)

    @application.get("/", include_in_schema=False)
    def read_start(request: Request) -> Response:
        return deliver(request, START)

    @application.get("/r/{recording_id}", include_in_schema=False)
    def redirect_to_folder(recording_id: str) -> Response:
        return RedirectResponse(f"/r/{quote(recording_id, safe='')}/", status_code=308)

    @application.get("/r/{recording_id}/", include_in_schema=False)
    def read_page(request: Request, recording_id: str) -> Response:
        del recording_id  # the page asks the API for it, and tells what the API answers
        return deliver(request, INDEX)

    @application.get("/r/{recording_id}/{name:path}", include_in_schema=False)
    def read_file_of_page(request: Request, recording_id: str, name: str) -> Response:
        del recording_id
        return deliver(request, name)

    @application.get("/{name:path}", include_in_schema=False)
    def read_file(request: Request, name: str) -> Response:
        return deliver(request, name)
