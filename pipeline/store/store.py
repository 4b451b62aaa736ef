"""The store: indexes and corrections kept, stages remembered, all through one database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import delete, select, text

from models.catalogue import Catalogue
from models.document import IndexDocument
from models.errors import ConfigError, InputError, KandianError
from models.highlight import Action, Correction
from models.operator_log import OperatorLog
from models.recording import Recording
from models.tables import RecordingRow, StageResultRow
from models.transcript import Transcript
from pipeline.store import rows
from pipeline.store.contract import IndexInput, SavedCorrection, SavedIndex, StageResult
from pipeline.store.correcting import check_correction, make_new_id, require_row
from pipeline.store.engine import (
    make_engine,
    make_engine_readonly,
    make_reading,
)
from pipeline.store.failures import told_clearly
from pipeline.store.find import FindQuery, FoundHighlight, find
from pipeline.store.leases import (
    Lease,
    give_lease_back,
    list_held,
    renew_lease,
    take_lease,
)
from pipeline.store.listing import ListedProduct, ListedRecording, list_products, list_recordings
from pipeline.store.location import parse_location
from pipeline.store.operator_log import log_of, read_marks
from pipeline.store.pages import BY_INDEX, POSTGRES_PAGES, SQLITE_PAGES
from pipeline.store.reading import (
    read_corrections,
    read_document,
    read_products,
    read_transcript,
)
from pipeline.store.readonly import NOTHING_INDEXED, check_indexed
from pipeline.store.saving import clear, write_index
from pipeline.store.schema import ensure_schema, read_revision
from pipeline.store.serving import keep_log, rebuild
from pipeline.store.transactions import Transactions, make_select
from pipeline.store.tries import RememberedFailure, delete_failure, read_failure, write_failure
from pipeline.store.version import SCHEMA_REVISION


def open_store(url: str, *, unreachable: type[KandianError] = ConfigError) -> Store:
    """Open the database, made or upgraded first where that is due.

    A server that cannot be reached is a wrong setting, unless somebody has reached it already: then
    `unreachable` is TransientError.

    Raises:
        ConfigError: when it cannot be opened or written, is another application's, or was written
            by a newer Kandian.
        ResourceError: when the disk is full.
        TransientError: when another process keeps it locked.
    """
    location = parse_location(url)
    if location.path is not None:
        try:
            location.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigError(
                f"the folder {location.path.parent} cannot be made ({error.strerror}); "
                "name a workspace that can be written"
            ) from error
    engine = make_engine(location)
    try:
        with told_clearly(location.name, unreachable=unreachable):
            ensure_schema(engine, location)
    except BaseException:
        engine.dispose()
        raise
    return Store(engine, location)


def open_store_readonly(url: str) -> Store:
    """Open an index to read it; on SQLite nothing can be written through it.

    An index that an older Kandian wrote is upgraded first.

    Raises:
        InputError: when nothing is indexed there yet.
        ConfigError: when the database cannot be read.
    """
    location = parse_location(url)
    check_indexed(location)
    engine = make_engine_readonly(location)
    try:
        with told_clearly(location.name), engine.connect() as connection:
            revision = read_revision(connection)
            if revision is None and location.path is None:
                raise InputError(NOTHING_INDEXED.format(f"{location.name} has no tables"))
    except BaseException:
        engine.dispose()
        raise
    if revision == SCHEMA_REVISION:
        return Store(engine, location)
    engine.dispose()
    open_store(url).close()
    return Store(make_engine_readonly(location), location)


class Store(Transactions):
    """One database; a context manager that closes it.

    Every method is one transaction: it happens as a whole or not at all, also under kill -9.
    Readers never wait for writers. Every method may raise ResourceError (disk full),
    TransientError (locked for long) or ConfigError (read-only, damaged).
    """

    def save_index(self, data: IndexInput) -> SavedIndex:
        """Save all that is known about one recording, in place of what was saved before.

        Saving the same again changes nothing. Highlights keep their ids over re-runs; published
        ones that vanish are listed as removed; people's corrections are laid over the result.

        Raises:
            InputError: when the id belongs to a recording of other media.
        """
        with self._writing(data.recording.id) as session:
            return write_index(session, data, datetime.now(UTC))

    def correct(self, correction: Correction) -> SavedCorrection:
        """Keep a person's correction and apply it; an addition without an id is given one.

        Raises:
            InputError: when its recording, highlight or product is not there, or its span ends
                after the recording.
        """
        with self._writing(correction.recording_id) as session:
            row = require_row(session, correction.recording_id)
            if correction.action is Action.ADD and not correction.highlight_id:
                correction = replace(correction, highlight_id=make_new_id(session, row, correction))
            check_correction(session, row, correction)
            session.add(rows.make_correction_row(correction, row.fingerprint))
            session.flush()
            rebuild(session, row, datetime.now(UTC))
            return SavedCorrection(row.revision, correction.highlight_id)

    def keep_log(self, recording_id: str, log: OperatorLog) -> SavedIndex:
        """Keep what the operator put on screen, in place of what was kept of it, and apply it.

        Keeping the same again changes nothing. People's corrections stay on top of it.

        Raises:
            InputError: when the recording, a product or a time is not there.
        """
        with self._writing(recording_id) as session:
            row = require_row(session, recording_id)
            return keep_log(session, row, log, datetime.now(UTC))

    def log(self, recording_id: str) -> OperatorLog:
        """Return what the operator of the recording put on screen, as far as it was told.

        Raises:
            InputError: when no such recording is indexed.
        """
        with self._reading() as session:
            row = require_row(session, recording_id)
            return log_of(read_marks(session, rows.recording_of(row)))

    def corrections(self, recording_id: str) -> tuple[Correction, ...]:
        """Return all corrections of the recording, in the order they were made."""
        with self._reading() as session:
            row = require_row(session, recording_id)
            return read_corrections(session, rows.recording_of(row))

    def document(self, recording_id: str, *, with_review: bool) -> IndexDocument:
        """Return what a player reads.

        Raises:
            InputError: when no such recording is indexed.
        """
        with self._reading() as session:
            row = require_row(session, recording_id)
            return read_document(session, row, with_review=with_review)

    def transcript(self, recording_id: str) -> Transcript:
        """Return the transcript as it was saved.

        Raises:
            InputError: when no such recording is indexed.
        """
        with self._reading() as session:
            return read_transcript(session, require_row(session, recording_id).id)

    def catalogue(self, recording_id: str) -> Catalogue:
        """Return the catalogue that the recording was indexed with.

        Raises:
            InputError: when no such recording is indexed.
        """
        with self._reading() as session:
            return Catalogue(read_products(session, require_row(session, recording_id).id))

    def find_recording(self, recording_id: str) -> Recording | None:
        """Return the recording of that id, None when there is none."""
        with self._reading() as session:
            row = session.get(RecordingRow, recording_id)
            return None if row is None or row.deleted_at else rows.recording_of(row)

    def find_recording_by_fingerprint(self, fingerprint: str) -> Recording | None:
        """Return the recording made of these bytes, the first one indexed; None when none was."""
        query = (
            select(RecordingRow)
            .where(RecordingRow.fingerprint == fingerprint, RecordingRow.deleted_at.is_(None))
            .order_by(RecordingRow.created_at, RecordingRow.id)
            .limit(1)
        )
        with self._reading() as session:
            row = session.scalars(query).first()
            return None if row is None else rows.recording_of(row)

    def delete_recording(self, recording_id: str) -> int:
        """Delete all that was found in a recording and return the revision that says so.

        Its published highlights are listed as removed should it be indexed again; corrections
        are kept and apply again.

        Raises:
            InputError: when no such recording is indexed.
        """
        with self._writing(recording_id) as session:
            row = require_row(session, recording_id)
            clear(session, row, datetime.now(UTC))
            return row.revision

    def stage_result(self, key: str) -> StageResult | None:
        """Return the result of the stage with that key, None when it is not done."""
        with self._reading() as session:
            row = session.get(StageResultRow, key)
            return None if row is None else rows.stage_result_of(row)

    def record_stage(self, result: StageResult) -> None:
        """Remember that a stage is done; over what was remembered under the same key."""
        with self._writing(result.key) as session:
            session.merge(rows.make_stage_result_row(result))

    def take_lease(self, name: str, holder: str, *, for_ms: int, gone: str = "") -> Lease | None:
        """Take a lease; see `pipeline.store.leases.take_lease`."""
        with self._writing(f"lease/{name}") as session:
            return take_lease(session, name, holder, for_ms=for_ms, gone=gone)

    def renew_lease(self, lease: Lease, *, for_ms: int) -> bool:
        """Hold a lease longer; False when somebody took it over."""
        with self._writing(f"lease/{lease.name}") as session:
            return renew_lease(session, lease, for_ms=for_ms)

    def give_lease_back(self, lease: Lease) -> None:
        """Let others have a lease at once; no-op when somebody took it over."""
        with self._writing(f"lease/{lease.name}") as session:
            give_lease_back(session, lease)

    def held_leases(self) -> tuple[str, ...]:
        """List the names of all leases that somebody holds, on whatever machine."""
        with self._reading() as session:
            return list_held(session)

    def under(self, lease: Lease) -> Store:
        """Return the same store for the holder of a lease: every change is refused once it is lost.

        The check is part of the transaction that makes the change; it raises LeaseLostError.
        """
        return Store(self._engine, self._location, lease)

    def require_lease(self) -> None:
        """Check that the lease that this store was given is still held; no-op without one.

        Raises:
            LeaseLostError: when somebody took it over.
        """
        if self._lease is not None:
            with self._writing(f"lease/{self._lease.name}"):
                pass

    def failure(self, item: str) -> RememberedFailure | None:
        """Return how an item failed before, None when it did not."""
        with self._reading() as session:
            return read_failure(session, item)

    def remember_failure(self, failure: RememberedFailure) -> None:
        """Remember a failure, over what was remembered of the same item."""
        with self._writing(f"failure/{failure.item}") as session:
            write_failure(session, failure)

    def forget_failure(self, item: str) -> None:
        """Forget an item's failures."""
        with self._writing(f"failure/{item}") as session:
            delete_failure(session, item)

    def forget_stage(self, key: str) -> None:
        """Remember no longer that a stage is done; no-op when it is not."""
        with self._writing(key) as session:
            session.execute(delete(StageResultRow).where(StageResultRow.key == key))

    def find(self, query: FindQuery) -> tuple[FoundHighlight, ...]:
        """Answer a query; see `pipeline.store.find.find`."""
        with self._told(), make_reading(self._engine).connect() as connection:
            pages = SQLITE_PAGES
            if self._location.path is None:
                pages = POSTGRES_PAGES
                connection.execute(text(BY_INDEX))
            return find(make_select(connection), query, pages)

    def products(self, recording_id: str | None) -> tuple[ListedProduct, ...]:
        """List the products of one recording's catalogue, or of all recordings."""
        return list_products(self.select, recording_id)

    def recordings(self) -> tuple[ListedRecording, ...]:
        """List the recordings, sorted by id."""
        return list_recordings(self.select)
