"""What an object storage holds of one recording, by its own account: published.json."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from models.remote import RemoteUrl, is_plain_name
from pipeline.remote.storage import Storage
from pipeline.run.depot import Proof

RECORD_FILE = "published.json"
SCHEMA = "kandian.published/1"
JSON_MIME = "application/json"
ASK_AGAIN = "no-cache"
"""Caches may keep every file, and must ask whether it is still the same: names stay, contents do
not, and a player that keeps an old index shows dots that are no more."""


@dataclass(frozen=True, slots=True)
class Record:
    """The files of one recording; digests are empty where it is not known what is there."""

    revision: int
    """0 = somebody began to publish and did not end."""
    files: Mapping[str, Proof]
    etags: Mapping[str, str]
    """By which it shows that somebody else changed a file; not every version wrote them."""

    @property
    def sizes(self) -> dict[str, int]:
        """Bytes of every file."""
        return {name: proof.size_bytes for name, proof in self.files.items()}


NOTHING = Record(0, {}, {})


def read_record(storage: Storage, place: RemoteUrl) -> Record:
    """Return what is published there: `NOTHING`, or an empty record when it cannot be read."""
    content = storage.read(place.below(RECORD_FILE))
    if content is None:
        return NOTHING
    try:
        told = json.loads(content)
        files = {name: told["files"][name] for name in told["files"] if is_plain_name(name)}
        return Record(
            revision=int(told["revision"]),
            files={name: _proof_of(file) for name, file in files.items()},
            etags={name: str(file["etag"]) for name, file in files.items() if "etag" in file},
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return Record(0, {}, {})


def write_record(storage: Storage, place: RemoteUrl, record: Record) -> None:
    """Say what is there."""
    files = {name: _describe(record, name) for name in sorted(record.files)}
    told = {"schema": SCHEMA, "revision": record.revision, "files": files}
    content = json.dumps(told, ensure_ascii=False, indent=1) + "\n"
    storage.write(content.encode(), place.below(RECORD_FILE), mime=JSON_MIME, cache=ASK_AGAIN)


def _proof_of(file: Mapping[str, object]) -> Proof:
    return Proof(int(str(file["bytes"])), str(file["sha256"]))


def _describe(record: Record, name: str) -> dict[str, object]:
    proof = record.files[name]
    told: dict[str, object] = {"bytes": proof.size_bytes, "sha256": proof.sha256}
    return told | ({"etag": record.etags[name]} if name in record.etags else {})
