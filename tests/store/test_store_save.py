"""What is saved comes back; saving again changes nothing; ids and tombstones over re-runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from models.errors import InputError
from models.highlight import Highlight, Status
from pipeline.store.contract import IndexInput, SavedIndex
from pipeline.store.store import Store

MakeInput = Callable[..., IndexInput]


def without_ids(highlights: tuple[Highlight, ...]) -> list[Highlight]:
    return [replace(highlight, id="hl_0") for highlight in highlights]


def ids(store: Store) -> list[str]:
    return [item.id for item in store.document("rec-1", with_review=True).highlights]


def test_what_is_saved_comes_back(store: Store, index_input: MakeInput) -> None:
    data = index_input()
    assert store.save_index(data) == SavedIndex(revision=1, changed=True)
    document = store.document("rec-1", with_review=False)
    assert document.recording == data.recording
    assert document.media == data.media
    assert without_ids(document.highlights) == list(data.detection.highlights)
    assert document.mentions == data.detection.mentions
    assert document.provenance == data.provenance
    assert document.removed == ()
    assert store.transcript("rec-1") == data.transcript
    assert tuple(item.product for item in store.products("rec-1")) == data.catalogue.products


def test_a_price_keeps_every_digit(store: Store, index_input: MakeInput) -> None:
    store.save_index(index_input())
    assert [str(item.product.price) for item in store.products(None)] == ["129.00", "0.10", "None"]


def test_the_document_lists_only_products_that_it_names(
    store: Store, index_input: MakeInput
) -> None:
    store.save_index(index_input(("P1", 10, 60)))
    products = store.document("rec-1", with_review=False).products
    assert [product.id for product in products] == ["P1", "P2"]


def test_saving_again_changes_nothing(store: Store, index_input: MakeInput) -> None:
    store.save_index(index_input())
    before = store.document("rec-1", with_review=True), store.recordings()
    assert store.save_index(index_input()) == SavedIndex(revision=1, changed=False)
    assert (store.document("rec-1", with_review=True), store.recordings()) == before


def test_any_difference_makes_a_new_revision(store: Store, index_input: MakeInput) -> None:
    data = index_input()
    store.save_index(data)
    changed = [
        replace(data, recording=replace(data.recording, title="周四晚场")),
        replace(data, media=()),
        replace(data, transcript=replace(data.transcript, language="en")),
        replace(data, detection=replace(data.detection, mentions=())),
        replace(data, provenance=replace(data.provenance, version="0.2")),
        index_input(status=Status.REVIEW),
    ]
    revisions = [store.save_index(other).revision for other in changed]
    assert revisions == [2, 3, 4, 5, 6, 7]


def test_ids_survive_moved_boundaries_and_new_neighbours(
    store: Store, index_input: MakeInput
) -> None:
    store.save_index(index_input(("P1", 10, 60), ("P2", 90, 150), ("P1", 200, 240)))
    first = ids(store)
    store.save_index(index_input(("P1", 2, 6), ("P1", 12, 70), ("P2", 80, 149), ("P1", 205, 240)))
    second = ids(store)
    assert second[1:] == first
    assert second[0] not in first


def test_ids_are_the_same_in_another_database(
    store: Store, index_input: MakeInput, tmp_path_factory: pytest.TempPathFactory
) -> None:
    from pipeline.store.location import make_sqlite_url
    from pipeline.store.store import open_store

    store.save_index(index_input())
    with open_store(make_sqlite_url(tmp_path_factory.mktemp("other") / "o.db")) as other:
        other.save_index(index_input())
        assert ids(other) == ids(store)


def test_the_same_media_under_two_ids_shares_no_highlight_id(
    store: Store, index_input: MakeInput
) -> None:
    store.save_index(index_input())
    store.save_index(index_input(recording_id="rec-2"))
    other = {item.id for item in store.document("rec-2", with_review=True).highlights}
    assert other.isdisjoint(ids(store))


def test_a_vanished_highlight_is_removed_and_comes_back_under_its_id(
    store: Store, index_input: MakeInput
) -> None:
    store.save_index(index_input(("P1", 10, 60), ("P2", 90, 150)))
    first = ids(store)
    store.save_index(index_input(("P1", 10, 60)))
    assert store.document("rec-1", with_review=False).removed == (first[1],)
    store.save_index(index_input(("P1", 10, 60), ("P3", 170, 190), ("P2", 200, 260)))
    assert store.document("rec-1", with_review=False).removed == (first[1],)
    store.save_index(index_input(("P1", 10, 60), ("P2", 95, 150)))
    assert ids(store) == first
    assert first[1] not in store.document("rec-1", with_review=False).removed
    store.save_index(index_input(("P1", 10, 60)))
    document = store.document("rec-1", with_review=False)
    assert first[1] in document.removed
    assert len(set(document.removed)) == len(document.removed) == 3


def test_what_was_never_published_leaves_no_tombstone(store: Store, index_input: MakeInput) -> None:
    store.save_index(index_input(("P1", 10, 60), status=Status.REVIEW))
    store.save_index(index_input(("P2", 90, 150)))
    assert store.document("rec-1", with_review=False).removed == ()


def test_published_then_review_is_removed_only_where_it_is_not_listed(
    store: Store, index_input: MakeInput
) -> None:
    store.save_index(index_input(("P1", 10, 60)))
    (name,) = ids(store)
    store.save_index(index_input(("P1", 10, 60), status=Status.REVIEW))
    assert store.document("rec-1", with_review=False).removed == (name,)
    assert store.document("rec-1", with_review=True).removed == ()
    assert ids(store) == [name]


def test_other_media_under_the_same_id_is_refused(store: Store, index_input: MakeInput) -> None:
    store.save_index(index_input())
    with pytest.raises(InputError, match="other media"):
        store.save_index(index_input(fingerprint="sha256:" + "2" * 64))


def test_a_recording_is_found_by_its_bytes(store: Store, index_input: MakeInput) -> None:
    data = index_input()
    assert store.find_recording_by_fingerprint(data.recording.fingerprint) is None
    store.save_index(data)
    assert store.find_recording_by_fingerprint(data.recording.fingerprint) == data.recording
    assert store.find_recording("rec-1") == data.recording
    assert store.find_recording("rec-9") is None


def test_deleting_leaves_tombstones_and_indexing_again_brings_the_ids_back(
    store: Store, index_input: MakeInput
) -> None:
    data = index_input()
    store.save_index(data)
    before = ids(store)
    assert store.delete_recording("rec-1") == 2
    assert store.recordings() == ()
    assert store.products(None) == ()
    assert store.find_recording("rec-1") is None
    assert store.find_recording_by_fingerprint(data.recording.fingerprint) is None
    with pytest.raises(InputError, match="was deleted on"):
        store.document("rec-1", with_review=False)
    assert store.save_index(data) == SavedIndex(revision=3, changed=True)
    assert ids(store) == before
    assert store.document("rec-1", with_review=False).removed == ()


def test_a_deleted_id_may_name_other_media_but_never_reuses_its_highlights(
    store: Store, index_input: MakeInput
) -> None:
    store.save_index(index_input())
    before = set(ids(store))
    store.delete_recording("rec-1")
    store.save_index(index_input(fingerprint="sha256:" + "2" * 64))
    assert before.isdisjoint(ids(store))
    assert set(store.document("rec-1", with_review=False).removed) == before


@pytest.mark.parametrize(
    "call",
    [
        lambda store: store.document("rec-9", with_review=False),
        lambda store: store.transcript("rec-9"),
        lambda store: store.corrections("rec-9"),
        lambda store: store.delete_recording("rec-9"),
    ],
    ids=["document", "transcript", "corrections", "delete"],
)
def test_an_unknown_recording_is_named(store: Store, call: Callable[[Store], object]) -> None:
    with pytest.raises(InputError, match="rec-9"):
        call(store)


def test_a_product_id_too_long_to_keep_is_refused(store: Store, index_input: MakeInput) -> None:
    data = index_input()
    long = replace(data.catalogue.products[2], id="x" * 201)
    with pytest.raises(InputError, match="201 characters"):
        store.save_index(index_input(products=(*data.catalogue.products[:2], long)))


def test_text_that_is_no_unicode_is_refused_and_nothing_is_kept(
    store: Store, index_input: MakeInput
) -> None:
    data = index_input()
    with pytest.raises(InputError, match="not Unicode"):
        store.save_index(replace(data, recording=replace(data.recording, title="a\udce9b")))
    assert store.recordings() == ()


def test_a_detection_outside_the_catalogue_is_no_input(index_input: MakeInput) -> None:
    data = index_input()
    with pytest.raises(ValueError, match="P1"):
        index_input(products=data.catalogue.products[1:])


def test_recordings_count_what_players_show_and_what_waits(
    store: Store, index_input: MakeInput
) -> None:
    store.save_index(index_input())
    store.save_index(index_input(("P1", 10, 60), recording_id="另一场", status=Status.REVIEW))
    listed = store.recordings()
    assert [(item.recording.id, item.products, item.published, item.review) for item in listed] == [
        ("rec-1", 3, 3, 0),
        ("另一场", 3, 0, 1),
    ]
    assert listed[0].recording == index_input().recording
    assert [(item.product.id, item.published) for item in store.products("rec-1")] == [
        ("P1", 2),
        ("P2", 1),
        ("P3", 0),
    ]
