"""One holder at a time, tokens that only rise, nothing stored by a holder that was overtaken."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from models.errors import FailureKind, LeaseLostError
from pipeline.store.contract import IndexInput, StageResult
from pipeline.store.leases import Lease
from pipeline.store.store import Store
from pipeline.store.tries import RememberedFailure

LONG_MS = 60_000
SHORT_MS = 50
MakeInput = Callable[..., IndexInput]


def take(store: Store, holder: str, for_ms: int = LONG_MS, gone: str = "") -> Lease | None:
    return store.take_lease("show", holder, for_ms=for_ms, gone=gone)


def test_a_held_lease_is_not_given_to_another(store: Store) -> None:
    first = take(store, "a")
    assert first == Lease("show", "a", 1)
    assert take(store, "b") is None
    assert take(store, "a") is None
    assert store.take_lease("other", "b", for_ms=LONG_MS) == Lease("other", "b", 1)


WAYS_ON: list[object] = [
    pytest.param(lambda store, lease: store.give_lease_back(lease), "", id="given-back"),
    pytest.param(lambda _store, _lease: None, "a", id="its-holder-is-known-to-be-gone"),
]


@pytest.mark.parametrize(("then", "gone"), WAYS_ON)
def test_a_lease_that_is_free_changes_hands(
    then: Callable[[Store, Lease], None], gone: str, store: Store
) -> None:
    first = take(store, "a")
    assert first is not None
    then(store, first)
    assert take(store, "b", gone=gone) == Lease("show", "b", 2)


def test_an_expired_lease_changes_hands_and_a_renewed_one_does_not(store: Store) -> None:
    first = take(store, "a", SHORT_MS)
    assert first is not None
    assert store.renew_lease(first, for_ms=LONG_MS)
    time.sleep(2 * SHORT_MS / 1000)
    assert take(store, "b") is None
    assert store.renew_lease(first, for_ms=0)
    second = take(store, "b")
    assert second == Lease("show", "b", 2)
    assert not store.renew_lease(first, for_ms=LONG_MS)
    store.give_lease_back(first)
    assert take(store, "c") is None


def test_who_was_overtaken_stores_nothing(store: Store, index_input: MakeInput) -> None:
    late = take(store, "a", 0)
    assert late is not None
    assert store.under(late).save_index(index_input(config="k1")).changed
    before = store.document("rec-1", with_review=True)
    in_time = take(store, "b")
    assert in_time is not None
    stage = StageResult("k", "replay", "f", "a", "s", 1, datetime.now(UTC))
    attempts: list[Callable[[], object]] = [
        lambda: store.under(late).save_index(index_input(config="k2")),
        lambda: store.under(late).record_stage(stage),
        lambda: store.under(late).require_lease(),
    ]
    for attempt in attempts:
        with pytest.raises(LeaseLostError, match="took this recording over"):
            attempt()
    assert store.document("rec-1", with_review=True) == before
    assert store.stage_result("k") is None
    assert store.under(in_time).save_index(index_input(config="k2")).changed


def test_of_many_who_ask_at_once_one_gets_it(store: Store) -> None:
    got: list[Lease | None] = []
    threads = [
        threading.Thread(target=lambda name=name: got.append(take(store, name)))  # type: ignore[misc]
        for name in "abcdefgh"
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == len(threads)
    assert sum(lease is not None for lease in got) == 1


def test_a_failure_is_remembered_until_it_is_forgotten(store: Store) -> None:
    assert store.failure("i") is None
    failure = RememberedFailure(
        item="i",
        label="周三.mp4",
        input="h1",
        kind=FailureKind.TOOL,
        reason="ffmpeg failed",
        times=1,
        failed_at=datetime(2026, 3, 1, 12, tzinfo=UTC),
    )
    store.remember_failure(failure)
    assert store.failure("i") == failure
    store.forget_failure("i")
    store.forget_failure("i")
    assert store.failure("i") is None
