"""Find what nobody needs any more in a depot; nothing is changed here.

A mirror may hold next to nothing, so what is needed is read from the depot itself: its
recordings/ID/published.json has the digest of everything that a recording shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cached_property

from models.remote import RemoteUrl
from pipeline.run.depot import Depot
from pipeline.run.garbage import PICTURES, UNKEYED_STAGES, Waste, WasteKind
from pipeline.run.kept_far import BILL_SUFFIX, parse_bill
from pipeline.run.published import Record, read_record
from pipeline.store.contract import StageResult
from pipeline.store.stages import LivingRecording


class DepotShown:
    """What the depot's folders of living recordings hold, read when it is first asked for."""

    def __init__(self, depot: Depot, living: Sequence[LivingRecording]) -> None:
        self._depot = depot
        self._living = living

    def has(self, result: StageResult) -> bool:
        """Tell whether a living recording shows this result; True for what is not understood."""
        if not self._living:
            return False
        if result.stage == "transcript":
            return result.key in {one.transcript_key for one in self._living}
        if any(not record.revision for record in self._records):
            return True  # not deposited, or not to the end: nobody knows yet
        if result.stage in PICTURES:
            return result.sha256 in self._digests
        if result.stage in {"replay", "hls"}:
            return self._has_beside(result)
        return True

    def _has_beside(self, result: StageResult) -> bool:
        name = f"stages/{result.stage}/{result.key}{BILL_SUFFIX}"
        bill = parse_bill(self._depot.storage.read(self._depot.url.below(name)) or b"")
        return bool(bill) and {proof.sha256 for proof in bill.values()} <= self._digests

    @cached_property
    def _records(self) -> tuple[Record, ...]:
        places = [self._depot.recording(one.id) for one in self._living]
        return tuple(read_record(self._depot.storage, place) for place in places)

    @cached_property
    def _digests(self) -> frozenset[str]:
        proofs = (proof for record in self._records for proof in record.files.values())
        return frozenset(proof.sha256 for proof in proofs)


def find_depot_waste(
    depot: Depot, known: frozenset[str], vectors: frozenset[str], *, before: datetime
) -> Iterator[Waste]:
    """Find old objects that no row tells the recording of; only safe while nobody is at work."""
    for stage in sorted(depot.storage.iter_folders(depot.url.below("stages"))):
        if stage in UNKEYED_STAGES - {"vectors"}:
            continue
        for file in depot.storage.iter_named(depot.url.below(f"stages/{stage}"), ""):
            kind = _judge(depot, stage, file.url, known, vectors)
            if kind is not None and file.written_at is not None and file.written_at < before:
                name = depot.name_of(file.url)
                yield Waste(kind, name, (), file.size_bytes, None, (file.url,))


def _judge(
    depot: Depot, stage: str, url: RemoteUrl, known: frozenset[str], vectors: frozenset[str]
) -> WasteKind | None:
    name = depot.name_of(url).split("/")[2]
    if stage == "vectors":
        return None if name in vectors else WasteKind.VECTORS
    return None if name.partition(".")[0] in known else WasteKind.UNKNOWN
