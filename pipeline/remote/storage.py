"""An object storage as a few verbs: list, fetch, read, send, remove."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.errors import ConfigError, InputError, KandianError, TransientError
from models.remote import RemoteUrl
from pipeline.process.stopping import Stopped

if TYPE_CHECKING:
    from s3fs import S3FileSystem

log = logging.getLogger(__name__)

CONNECT_S = 10
"""A storage that does not answer at all is told of soon; botocore tries several times."""
READ_S = 60
RETRIES = 3

PART_BYTES = 16 * 1024 * 1024
PARTS_AT_ONCE = 4
"""So much of an object is in memory at a time; s3fs would take ten parts of 50 MB."""

MOST_FILES = 200_000
"""Pieces of one second of a broadcast of 48 hours, and some: beyond, it is not one recording."""


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """One object as a listing tells of it."""

    url: RemoteUrl
    size_bytes: int
    etag: str
    """Changes whenever the object is written anew with other content."""
    written_at: datetime | None = field(default=None, compare=False)
    """When it was written last; the same content written again is the same object."""


class Storage:
    """One S3 service, as the environment of the AWS tools names it; see `open_storage`."""

    def __init__(self, files: S3FileSystem) -> None:
        self._files = files

    def find(self, url: RemoteUrl) -> RemoteFile | None:
        """Return the object of exactly this name, None when there is none.

        Raises:
            ConfigError, TransientError: as `open_storage`.
        """
        with _told(url):
            try:
                told = self._files.info(_path(url))
            except FileNotFoundError:
                return None
        return _file_of(told) if told["type"] == "file" else None

    def list_below(self, url: RemoteUrl) -> tuple[RemoteFile, ...]:
        """List all objects below a folder, sorted by name; none when there is no such folder.

        Raises:
            InputError: when there are more than `MOST_FILES`.
            ConfigError, TransientError: as `open_storage`.
        """
        with _told(url):
            found = self._files.find(f"{_path(url)}/", detail=True)
        if len(found) > MOST_FILES:
            raise InputError(f"{url} holds {len(found)} objects, too many for one recording")
        told = (found[name] for name in sorted(found))
        return tuple(_file_of(one) for one in told if one["type"] == "file")

    def iter_named(self, url: RemoteUrl, beginning: str) -> Iterator[RemoteFile]:
        """Give every object below a folder whose name begins so, a page of them at a time.

        However many there are, memory does not grow.

        Raises:
            InputError: when there is no such bucket.
            ConfigError, TransientError: as `open_storage`.
        """
        for page in self._iter_pages(url, beginning, delimiter=""):
            for told in page.get("Contents", ()):
                yield _file_of(told | {"name": f"{url.bucket}/{told['Key']}", "size": told["Size"]})

    def iter_folders(self, url: RemoteUrl) -> Iterator[str]:
        """Give the names of the folders right below a folder; errors as `iter_named`."""
        for page in self._iter_pages(url, "", delimiter="/"):
            for told in page.get("CommonPrefixes", ()):
                yield told["Prefix"].removesuffix("/").rpartition("/")[2]

    def _iter_pages(
        self, url: RemoteUrl, beginning: str, *, delimiter: str
    ) -> Iterator[dict[str, Any]]:
        folder = f"{url.key}/" if url.key else ""
        asked = {"Bucket": url.bucket, "Prefix": folder + beginning, "Delimiter": delimiter}
        after: dict[str, str] = {}
        while True:
            with _told(url):
                page = self._files.call_s3("list_objects_v2", **asked, **after)
            yield page
            if not page.get("IsTruncated"):
                return
            after = {"ContinuationToken": page["NextContinuationToken"]}

    def fetch(self, file: RemoteFile, target: Path, *, on_bytes: Callable[[int], None]) -> None:
        """Write an object into a file, exactly the one that was listed.

        Raises:
            TransientError: when it was replaced meanwhile, or came short.
            ConfigError: as `open_storage`.
        """
        with _told(file.url):
            self._files.get_file(_path(file.url), str(target), callback=_follow(on_bytes))
        if target.stat().st_size != file.size_bytes or self.find(file.url) != file:
            raise TransientError(f"{file.url} changed while it was fetched; try again")

    def read(self, url: RemoteUrl) -> bytes | None:
        """Return the bytes of a small object, None when there is none."""
        with _told(url):
            try:
                content: bytes = self._files.cat_file(_path(url))
            except FileNotFoundError:
                return None
        return content

    def send(self, path: Path, url: RemoteUrl, *, mime: str, cache: str) -> None:
        """Put a file there; readers see the old object or the whole new one.

        Broken off by a signal it leaves nothing there.
        """
        how = {"chunksize": PART_BYTES, "ContentType": mime, "CacheControl": cache}
        with _told(url):
            # The coroutine behind `put_file`, which goes on in its thread whatever happens to us.
            whole = self._files._put_file(str(path), _path(url), **how)  # noqa: SLF001
            sending = asyncio.run_coroutine_threadsafe(whole, self._files.loop)
            try:
                sending.result()
            except (KeyboardInterrupt, Stopped):
                sending.cancel()
                self._take_back_parts(url)
                raise

    def _take_back_parts(self, url: RemoteUrl) -> None:
        """Remove what came of an upload that was broken off: nobody sees it, and it is paid for."""
        try:
            with _told(url):
                self._abort_uploads(url)
        except KandianError as error:
            log.warning("parts of %s may have stayed: %s", url, error)

    def _abort_uploads(self, url: RemoteUrl) -> None:
        ask = self._files.call_s3
        found = ask("list_multipart_uploads", Bucket=url.bucket, Prefix=url.key)
        for upload in found.get("Uploads", ()):
            if upload["Key"] == url.key:
                which = {"Bucket": url.bucket, "Key": url.key, "UploadId": upload["UploadId"]}
                ask("abort_multipart_upload", **which)

    def write(self, content: bytes, url: RemoteUrl, *, mime: str, cache: str) -> None:
        """Put a small text there; readers see the old object or the whole new one."""
        with _told(url):
            self._files.pipe_file(_path(url), content, ContentType=mime, CacheControl=cache)

    def remove(self, url: RemoteUrl) -> None:
        """Remove an object; no-op when there is none."""
        with _told(url), contextlib.suppress(FileNotFoundError):
            self._files.rm_file(_path(url))


@contextlib.contextmanager
def open_storage() -> Iterator[Storage]:
    """Open the storage that AWS_ENDPOINT_URL, AWS_PROFILE and their like name.

    Raises:
        ConfigError: when s3fs is not installed, or there are no credentials or rights.
        TransientError: by every verb, when the storage does not answer.
    """
    yield connect_storage()


def connect_storage() -> Storage:
    """Return a storage that stays open as long as the process; errors as `open_storage`."""
    if importlib.util.find_spec("s3fs") is None:
        raise ConfigError("s3:// needs an extra package; install it: pip install 'kandian[s3]'")
    from s3fs import S3FileSystem

    return Storage(
        S3FileSystem(
            config_kwargs={
                "connect_timeout": CONNECT_S,
                "read_timeout": READ_S,
                "retries": {"max_attempts": RETRIES, "mode": "standard"},
            },
            default_block_size=PART_BYTES,
            max_concurrency=PARTS_AT_ONCE,
            use_listings_cache=False,
            skip_instance_cache=True,
        )
    )


@contextlib.contextmanager
def _told(url: RemoteUrl) -> Iterator[None]:
    """Tell what storage and network say in one sentence."""
    from aiohttp import ClientError
    from botocore.exceptions import BotoCoreError, NoCredentialsError, PartialCredentialsError

    try:
        yield
    except KandianError:
        raise
    except (NoCredentialsError, PartialCredentialsError) as error:
        raise ConfigError(
            f"{url} needs credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or "
            "AWS_PROFILE"
        ) from error
    except PermissionError as error:
        raise ConfigError(
            f"the storage refuses {url} ({error}); mend the rights of these credentials"
        ) from error
    except (BotoCoreError, ClientError, TimeoutError, ConnectionError) as error:
        raise TransientError(f"{url} cannot be reached ({error}); try again") from error
    except OSError as error:
        if error.filename is not None:  # a file on this machine
            raise
        if isinstance(error, FileNotFoundError):
            raise InputError(f"{url} cannot be: {error}; check the name") from error
        raise TransientError(f"{url}: the storage failed ({error}); try again") from error


def _path(url: RemoteUrl) -> str:
    return f"{url.bucket}/{url.key}".removesuffix("/")


def _file_of(told: dict[str, Any]) -> RemoteFile:
    bucket, _, key = told["name"].partition("/")
    return RemoteFile(
        url=RemoteUrl(bucket, key),
        size_bytes=int(told["size"]),
        etag=str(told.get("ETag") or told.get("LastModified") or "").strip('"'),
        written_at=told.get("LastModified"),
    )


def _follow(on_bytes: Callable[[int], None]) -> Any:
    from fsspec.callbacks import Callback

    class Followed(Callback):  # type: ignore[misc]
        def relative_update(self, inc: int = 1) -> None:
            on_bytes(inc)

    return Followed()
