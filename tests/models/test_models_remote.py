"""Addresses of objects: read exactly, and never a way out of a folder."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import InputError
from models.remote import RemoteUrl, is_plain_name, parse_remote_url


@pytest.mark.parametrize(
    ("text", "bucket", "key"),
    [
        ("s3://shows/a/b.mp4", "shows", "a/b.mp4"),
        ("S3://shows/周五 #1?%.mp4", "shows", "周五 #1?%.mp4"),
        ("s3://shows/folder/", "shows", "folder"),
        ("s3://shows", "shows", ""),
    ],
)
def test_addresses_are_read(text: str, bucket: str, key: str) -> None:
    assert parse_remote_url(text) == RemoteUrl(bucket, key)


@pytest.mark.parametrize("text", ["a.mp4", "s3:/shows/a", "/a/b", "C:\\a", "file:x.mp4", "a b://c"])
def test_paths_are_none(text: str) -> None:
    assert parse_remote_url(text) is None


@pytest.mark.parametrize(
    "text",
    ["s3://", "s3:///a", "s3://me:secret@shows/a", "s3://shows:80/a", "s3://Shows/a", "s3://b/a//b",
     "s3://shows/../a", "s3://shows/a/./b", "s3://shows/a\\b", "s3://shows/a\nb", "http://x/a"],
)  # fmt: skip
def test_other_addresses_are_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse_remote_url(text)


@given(st.text(st.sampled_from("ab./\\\0"), max_size=12))
def test_a_plain_name_stays_below_its_folder(name: str) -> None:
    if is_plain_name(name):
        path = PurePosixPath("/folder", name)
        assert path.is_relative_to("/folder")
        assert ".." not in path.parts
        assert str(path) == f"/folder/{name}"


@given(st.text(st.characters(codec="utf-8"), min_size=1).filter(is_plain_name))
def test_an_address_survives_being_written(key: str) -> None:
    url = RemoteUrl("shows", key)
    assert parse_remote_url(str(url)) == url
    assert url.parent.below(url.name) == url
