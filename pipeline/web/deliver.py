"""Turn bytes and files into responses: whole, in part, or "you have it already"."""

from __future__ import annotations

from collections.abc import Iterator
from email.utils import formatdate

from fastapi import Request
from fastapi.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from pipeline.web.beneath import OpenFile
from pipeline.web.conditions import is_range_wanted, is_unchanged, make_etag, make_file_etag
from pipeline.web.failures import failure
from pipeline.web.ranges import ByteRange, Unsatisfiable, parse_range

CHUNK_BYTES = 256 * 1024
"""Read at a time: a quarter of a second of an 8 Mbit/s replay, and little memory per viewer."""
ASK_AGAIN = "no-cache"
"""Cache-Control of what may change at any moment: keep it, but ask whether it still holds."""
KEEP_A_WHILE = "max-age=3600"
"""Of replays and pictures: a new one has another tag, and an hour of the old one does no harm."""
_NS_PER_S = 1_000_000_000


class FileResponse(StreamingResponse):
    """Bytes of an open file, closed however the response ends."""

    def __init__(
        self, file: OpenFile, part: ByteRange, *, status_code: int, headers: dict[str, str]
    ) -> None:
        super().__init__(_iter_chunks(file, part), status_code=status_code, headers=headers)
        self._file = file

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        with self._file:
            await super().__call__(scope, receive, send)


def deliver_text(
    request: Request, text: str, content_type: str, *, revision: int | None = None
) -> Response:
    """Answer with a text that may change at any moment, tagged by its revision and content."""
    return deliver_bytes(request, text.encode(), content_type, revision=revision)


def deliver_bytes(
    request: Request, body: bytes, content_type: str, *, revision: int | None = None
) -> Response:
    """Answer with bytes that may change at any moment; 304 when the asker has them."""
    etag = make_etag(body, revision)
    headers = {"ETag": etag, "Cache-Control": ASK_AGAIN}
    if is_unchanged(request.headers, etag):
        return Response(status_code=304, headers=headers)
    return Response(body, headers={**headers, "Content-Type": content_type})


def deliver_file(
    request: Request, file: OpenFile, content_type: str, *, cache_control: str
) -> Response:
    """Answer with a file or the range of it that is asked for; takes the file over.

    304 when the asker has it, 416 when it has no byte of the range. HEAD tells of the whole file.
    """
    modified_s = file.modified_ns // _NS_PER_S
    etag = make_file_etag(file.size, file.modified_ns, file.inode)
    headers = {
        "ETag": etag,
        "Last-Modified": formatdate(modified_s, usegmt=True),
        "Cache-Control": cache_control,
        "Accept-Ranges": "bytes",
    }
    if is_unchanged(request.headers, etag, modified_s):
        file.close()
        return Response(status_code=304, headers=headers)
    asked = _parse_asked(request, etag, modified_s, file.size)
    if isinstance(asked, Unsatisfiable):
        file.close()
        sentence = f"the file has {file.size} bytes; the range that is asked for begins after them"
        return failure(416, sentence, {**headers, "Content-Range": f"bytes */{file.size}"})
    part = asked or ByteRange(0, file.size)
    headers |= {"Content-Length": str(part.length), "Content-Type": content_type}
    if asked:
        headers["Content-Range"] = f"bytes {part.start}-{part.end - 1}/{file.size}"
    status = 206 if asked else 200
    if request.method == "HEAD":
        file.close()
        return Response(status_code=status, headers=headers)
    return FileResponse(file, part, status_code=status, headers=headers)


def _parse_asked(
    request: Request, etag: str, modified_s: int, size: int
) -> ByteRange | Unsatisfiable | None:
    text = request.headers.get("range")
    # Ranges have a meaning for GET alone (RFC 9110, 14.2).
    if text is None or request.method != "GET":
        return None
    wanted = is_range_wanted(request.headers, etag, modified_s)
    return parse_range(text, size) if wanted else None


def _iter_chunks(file: OpenFile, part: ByteRange) -> Iterator[bytes]:
    """Read the part piece by piece; a file that was cut meanwhile ends early."""
    position = part.start
    while position < part.end:
        chunk = file.read(position, min(CHUNK_BYTES, part.end - position))
        if not chunk:
            return
        position += len(chunk)
        yield chunk
