"""Where an index is kept: the database URL, read without the weight of SQLAlchemy."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from models.errors import ConfigError

_SQLITE = "sqlite:///"
_SERVER = "postgresql+psycopg"
_SERVER_SCHEMES = frozenset({"postgresql", "postgres", _SERVER})


CONNECT_TIMEOUT_S = 10
"""How long a server may take to answer at all; the driver's own patience lasts two minutes."""
NO_DRIVER = "needs the driver of PostgreSQL; install this: pip install 'kandian[postgres]'"


@dataclass(frozen=True, slots=True)
class Location:
    """A database that can hold an index."""

    url: str
    """For a server, with the driver that Kandian uses."""
    path: Path | None
    """The SQLite file; None for a database server."""

    @property
    def name(self) -> str:
        """What to call it in a message: the file, or the URL without its password."""
        if self.path is not None:
            return str(self.path)
        parts = urlsplit(self.url)
        return f"postgresql://{parts.netloc.rpartition('@')[2]}{parts.path}"


def make_sqlite_url(path: Path) -> str:
    """Write the URL of a SQLite file; `parse_location` gives the same path back.

    `?`, `#` and `%` are ordinary in file names, yet mean something in a URL: they are escaped.
    """
    escaped = str(path).replace("%", "%25").replace("?", "%3F").replace("#", "%23")
    return f"{_SQLITE}{escaped}"


def parse_location(url: str) -> Location:
    """Read a database URL.

    Raises:
        ConfigError: when no index can be kept there.
    """
    scheme, _, rest = url.partition(":")
    if scheme in _SERVER_SCHEMES:
        try:
            urlsplit(url)
        except ValueError as error:
            raise ConfigError(
                "the URL of the database cannot be read; write postgresql://USER:PASSWORD@HOST/NAME"
            ) from error
        return Location(f"{_SERVER}:{rest}", None)
    if scheme != "sqlite":
        raise ConfigError(
            f"{scheme or url!r} is no database that Kandian knows; "
            "give sqlite:///PATH or postgresql://USER@HOST/NAME"
        )
    path = unquote(url.removeprefix(_SQLITE))
    if not url.startswith(_SQLITE) or not path or path == ":memory:" or "?" in url:
        raise ConfigError(
            f"{url!r} names no file; write sqlite:///kandian.db or sqlite:////srv/kandian.db"
        )
    return Location(url, Path(path))


def hide_password(url: str) -> str:
    """Return the URL with stars in place of its password, if it has one."""
    parts = urlsplit(url)
    owner, at, host = parts.netloc.rpartition("@")
    user, colon, _ = owner.partition(":")
    # Replaced in place: taking a URL apart and putting it together again may change its slashes.
    return url.replace(f"//{parts.netloc}", f"//{user}:***{at}{host}", 1) if colon else url
