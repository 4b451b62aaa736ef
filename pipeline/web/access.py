"""Who may read the server from where: origins of other sites, and the headers that say so."""

from __future__ import annotations

import re
from dataclasses import dataclass

from models.errors import InputError

ANY_ORIGIN = "*"
_ORIGIN = re.compile(r"https?://([a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(:[0-9]{1,5})?")


@dataclass(frozen=True, slots=True)
class Access:
    """What pages of other sites may do, and where our page may take pictures from.

    Raises:
        InputError: for what is no origin, such as `https://shop.example/` with its slash.
    """

    readers: tuple[str, ...] = ()
    """Origins whose scripts may read the server (CORS), or `*` for all of them."""
    picture_hosts: tuple[str, ...] = ()
    """Origins that product pictures may come from, besides this server."""

    def __post_init__(self) -> None:
        for origin in self.readers:
            if origin != ANY_ORIGIN:
                check_origin(origin)
        for origin in self.picture_hosts:
            check_origin(origin)

    def grants(self, origin: str) -> str | None:
        """Return what to answer in Access-Control-Allow-Origin, None to say nothing."""
        if ANY_ORIGIN in self.readers:
            return ANY_ORIGIN
        return origin if origin in self.readers else None


def check_origin(text: str) -> str:
    """Return the origin unchanged when it is one, as browsers write it: lower case, no path.

    Raises:
        InputError: when it is none.
    """
    if not _ORIGIN.fullmatch(text):
        raise InputError(
            f"{text!r} is no origin; write it as https://shop.example or http://localhost:5173"
        )
    return text


def format_policy(access: Access) -> str:
    """Write the Content-Security-Policy of everything served: only what comes from here.

    `blob:` is what Media Source Extensions hand to a video element, which HLS needs; no script and
    no style may stand inside the page's text.
    """
    pictures = " ".join(("'self'", "data:", *access.picture_hosts))
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            f"img-src {pictures}",
            "media-src 'self' blob:",
            "worker-src 'self' blob:",
            "connect-src 'self'",
            "font-src 'self'",
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'self'",
        )
    )
