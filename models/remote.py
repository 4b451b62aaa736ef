"""Addresses of files that lie in an object storage."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from models.errors import InputError

SCHEME = "s3"
"""The only object storage that is tested: S3 itself and the many servers that speak like it."""

_LOOKS_LIKE_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*://")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.\-]{1,61}[a-z0-9]")
"""As Amazon has it (3 to 63 characters); no user, password or port can hide in it."""


@dataclass(frozen=True, slots=True)
class RemoteUrl:
    """One object, or the beginning of the names of several: `s3://bucket/shows/friday.flv`.

    Raises:
        InputError: when bucket or key cannot be such.
    """

    bucket: str
    key: str
    """Without a slash at either end; may be empty, which means the whole bucket."""

    def __post_init__(self) -> None:
        if not _BUCKET.fullmatch(self.bucket):
            raise InputError(f"{self.bucket!r} is no bucket; write s3://BUCKET/NAME")
        if self.key and not is_plain_name(self.key):
            raise InputError(
                f"{self!s} holds an empty step, a step of dots or a control character; write "
                "s3://BUCKET/NAME"
            )

    def __str__(self) -> str:
        return f"{SCHEME}://{self.bucket}/{self.key}"

    @property
    def name(self) -> str:
        """The last step of the key; empty for a bucket."""
        return self.key.rpartition("/")[2]

    @property
    def parent(self) -> Self:
        """The folder around it; that of a bucket is the bucket."""
        return type(self)(self.bucket, self.key.rpartition("/")[0])

    def below(self, name: str) -> Self:
        """Return the address of a name below this one."""
        return type(self)(self.bucket, f"{self.key}/{name}" if self.key else name)


def is_plain_name(name: str) -> bool:
    """Tell whether every step of a name leads downward, so that it can be a path below a folder."""
    steps = name.split("/")
    printable = all(character >= " " and character not in "\\\x7f" for character in name)
    return printable and all(step not in {"", ".", ".."} for step in steps)


def parse_remote_url(text: str) -> RemoteUrl | None:
    """Read an address; None for what is a path on this machine.

    Raises:
        InputError: when it is an address, but none that can be read from.
    """
    if not _LOOKS_LIKE_URL.match(text):
        return None
    scheme, _, rest = text.partition("://")
    if scheme.lower() != SCHEME:
        raise InputError(
            f"{scheme}:// addresses are not read; give a path on this machine or s3://BUCKET/NAME"
        )
    bucket, _, key = rest.partition("/")
    return RemoteUrl(bucket, key.removesuffix("/"))
