"""The outermost layer: what every response says about safety, and what other sites may read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from typing import Any

from pipeline.web.access import ANY_ORIGIN, Access, format_policy

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]
"""An ASGI application (asgi.readthedocs.io, version 3)."""

_Header = tuple[bytes, bytes]

_READABLE = b"Accept-Ranges, Content-Length, Content-Range, ETag, Last-Modified"
"""Headers that a script of another site may see besides the few that it always may."""
_ASKABLE = b"If-Modified-Since, If-None-Match, If-Range, Range"
_PREFLIGHT_S = b"600"
"""How long a browser remembers a preflight answer: the longest that Chromium keeps is 2 hours."""


def make_guard(application: Application, access: Access) -> Application:
    """Wrap an application so that every response, also one to a failure, has the headers."""
    always = tuple(_iter_fixed(access))

    async def guarded(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await application(scope, receive, send)
            return
        asked = {name: value.decode("latin-1") for name, value in scope["headers"]}
        added = [*always, *_iter_granted(access, asked.get(b"origin", ""))]
        if scope["method"] == "OPTIONS" and b"access-control-request-method" in asked:
            await _answer_preflight(send, added)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), *added]}
            await send(message)

        await application(scope, receive, send_guarded)

    return guarded


def _iter_fixed(access: Access) -> Iterator[_Header]:
    yield b"content-security-policy", format_policy(access).encode()
    yield b"x-content-type-options", b"nosniff"
    yield b"referrer-policy", b"same-origin"
    # A <video> of another site asks without CORS; whoever may read us may show us too.
    yield b"cross-origin-resource-policy", b"cross-origin" if access.readers else b"same-origin"
    if access.readers and ANY_ORIGIN not in access.readers:
        yield b"vary", b"Origin"


def _iter_granted(access: Access, origin: str) -> Iterator[_Header]:
    if origin and (granted := access.grants(origin)) is not None:
        yield b"access-control-allow-origin", granted.encode("latin-1")
        yield b"access-control-expose-headers", _READABLE


async def _answer_preflight(send: Send, added: list[_Header]) -> None:
    """Answer a browser that asks before it asks; without a grant it stops there."""
    headers = list(added)
    if any(name == b"access-control-allow-origin" for name, _ in added):
        headers += [
            (b"access-control-allow-methods", b"GET, HEAD"),
            (b"access-control-allow-headers", _ASKABLE),
            (b"access-control-max-age", _PREFLIGHT_S),
        ]
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
