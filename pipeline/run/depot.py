"""The part of a workspace that every machine sees: a folder in an object storage.

  mirror, one a machine              depot, s3://BUCKET/NAME
  stages/STAGE/KEY.ext       <--->   stages/STAGE/KEY.ext          results, before their row
  recordings/ID/             <--->   recordings/ID/                at the end of the job, index last
  checkpoints/, scratch/, locks/     (nobody else's business)

The mirror is a workspace like any other and may vanish at any moment: what has a row in the
database lies in the depot. A depot has no locks; leases in the database say who may write.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from models.errors import ConfigError, InputError
from models.remote import RemoteUrl
from pipeline.media.artifact import atomic_output, require_space
from pipeline.remote.storage import RemoteFile, Storage, connect_storage
from pipeline.run.keys import content_key
from pipeline.run.workspace import make_folder

MIRROR = "KANDIAN_MIRROR"
"""Environment variable: the folder that mirrors lie in, one for each address."""
ENDPOINT = "AWS_ENDPOINT_URL"
"""The same address at another service is another place."""

PRIVATE = "private"
"""Only Kandian reads what stages keep."""
PLAIN = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Proof:
    """What a file has to be."""

    size_bytes: int
    sha256: str

    def holds_for(self, path: Path) -> bool:
        """Tell whether a file of this machine is exactly that."""
        if not path.is_file() or path.stat().st_size != self.size_bytes:
            return False
        return digest_of(path) == self.sha256


class Depot:
    """A folder in an object storage, whose names are those of the mirror."""

    def __init__(self, url: RemoteUrl) -> None:
        self.url = url

    @cached_property
    def storage(self) -> Storage:
        """The storage, connected to at first use; its verbs raise what `open_storage` says."""
        return connect_storage()

    def check(self) -> None:
        """Look whether it is there.

        Raises:
            ConfigError: when there is no such bucket, or no credentials or rights.
            TransientError: when the storage does not answer.
        """
        try:
            next(self.storage.iter_folders(self.url), None)
        except InputError as error:
            raise ConfigError(str(error)) from error

    def recording(self, recording_id: str) -> RemoteUrl:
        """Return where the files of one recording lie."""
        return self.url.below("recordings").below(recording_id)

    def name_of(self, url: RemoteUrl) -> str:
        """Return the name below the workspace of one of its objects."""
        return url.key.removeprefix(self.url.key).removeprefix("/")

    def list_named(self, beginning: str) -> tuple[RemoteFile, ...]:
        """List the objects whose names below the workspace begin so."""
        return tuple(self.storage.iter_named(self.url, beginning))

    def put(self, path: Path, name: str) -> None:
        """Put a file of the mirror there; others see the old object or the whole new one."""
        self.storage.send(path, self.url.below(name), mime=PLAIN, cache=PRIVATE)

    def fetch(self, name: str, target: Path, proof: Proof | None = None) -> bool:
        """Bring an object into the mirror, whole or not at all.

        Returns:
            False, with the target as it was, when it is not there or not what the proof says.
        """
        return fetch_proven(self.storage, self.url.below(name), target, proof)


def fetch_proven(storage: Storage, url: RemoteUrl, target: Path, proof: Proof | None) -> bool:
    """Fetch an object to a temporary name, check it and rename it; see `Depot.fetch`."""
    file = storage.find(url)
    if file is None or (proof is not None and file.size_bytes != proof.size_bytes):
        return False
    make_folder(target.parent)
    require_space(target.parent, file.size_bytes)
    try:
        with atomic_output(target) as partial:
            storage.fetch(file, partial, on_bytes=lambda _more: None)
            if proof is not None and digest_of(partial) != proof.sha256:
                raise _WrongContentError
    except _WrongContentError:
        return False
    return True


class _WrongContentError(Exception):
    """Ends the writing of a file that is not what it has to be."""


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def mirror_folder(url: RemoteUrl) -> Path:
    """Return where this machine keeps its mirror of a workspace in an object storage."""
    named = os.environ.get(MIRROR)
    cache = os.environ.get("XDG_CACHE_HOME")
    usual = (Path(cache) if cache else Path.home() / ".cache") / "kandian" / "mirrors"
    name = content_key(f"{os.environ.get(ENDPOINT, '')} {url}")
    return (Path(named).expanduser() if named else usual).absolute() / name
