"""Serve an application on a socket until a signal ends it."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from types import FrameType

from models.errors import ConfigError
from pipeline.web.access import Access
from pipeline.web.library import Library

GRACE_S = 10
"""How long running downloads may go on after the signal: a player asks again for the rest."""
BACKLOG = 512
"""Connections that may wait to be accepted."""
KEEP_ALIVE_S = 30
"""A viewer who watches asks for the next piece of video within seconds."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen."""

    host: str
    port: int
    """0 for any free one."""

    @property
    def is_loopback(self) -> bool:
        """Tell whether only this machine can reach it."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


def check_installed() -> None:
    """Make sure that what serving needs is installed.

    Raises:
        ConfigError: when it is not.
    """
    try:
        import fastapi  # noqa: F401
        import uvicorn  # noqa: F401
    except ImportError as error:
        raise ConfigError(
            f"kandian serve needs FastAPI and uvicorn ({error}); "
            "install them with: pip install 'kandian[serve]'"
        ) from error


def listen(address: Address) -> socket.socket:
    """Open the socket that `serve` answers on; whoever asks from now on waits.

    Raises:
        ConfigError: when the address is taken, or is none of this machine.
    """
    try:
        family, *_, place = socket.getaddrinfo(
            address.host, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        return socket.create_server((place[0], address.port), family=family, backlog=BACKLOG)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ConfigError(
            f"cannot listen on {address.host} port {address.port}: {reason}; "
            "choose another with --host and --port"
        ) from error


def url_of(listener: socket.socket) -> str:
    """Return the address that a browser takes."""
    host, port, *_ = listener.getsockname()
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def serve(library: Library, access: Access, listener: socket.socket) -> None:
    """Answer until SIGTERM or SIGINT; then let what runs end, ten seconds at most, and return.

    Requests are logged at INFO. Call it from the main thread, which signals reach.

    Raises:
        ConfigError: when FastAPI or uvicorn is not installed.
    """
    check_installed()
    import uvicorn

    from pipeline.web.application import make_application

    config = uvicorn.Config(
        make_application(library, access),
        lifespan="off",
        log_config=None,
        ws="none",
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=GRACE_S,
    )
    with _ended_by_signals():
        uvicorn.Server(config).run(sockets=[listener])


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Take the two signals as the way to end: uvicorn raises them again once it has stopped."""

    def take(_number: int, _frame: FrameType | None) -> None:
        return

    before = {number: signal.signal(number, take) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
