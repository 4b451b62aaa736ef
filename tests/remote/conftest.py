"""A real S3 server on loopback (moto's), with one empty bucket, and `kandian` that talks to it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from tests.conftest import CATALOGUE, QUICK, Kandian, Ran, format_srt
from tests.postgres import Server

BUCKET = "broadcasts"
DEPOT = f"s3://{BUCKET}/live/ws"
AWS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    "AWS_EC2_METADATA_DISABLED": "true",
}


@dataclass(frozen=True, slots=True)
class Bucket:
    """What is in the bucket, seen by another client than ours."""

    client: object

    def put(self, key: str, content: bytes) -> str:
        self.client.put_object(Bucket=BUCKET, Key=key, Body=content)
        return f"s3://{BUCKET}/{key}"

    def get(self, key: str) -> dict:
        return self.client.get_object(Bucket=BUCKET, Key=key)

    def list(self, prefix: str = "") -> dict[str, str]:
        """Every key with the moment of its last writing."""
        told = self.client.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])
        return {item["Key"]: f"{item['ETag']} {item['LastModified']}" for item in told}


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield f"http://{host}:{port}"
    running.stop()


@pytest.fixture
def storage(server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The environment of somebody who has such a storage."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    for name, value in (AWS | {"AWS_ENDPOINT_URL": server}).items():
        monkeypatch.setenv(name, value)
    return server


@pytest.fixture
def bucket(storage: str) -> Iterator[Bucket]:
    client = boto3.client("s3", endpoint_url=storage)
    client.create_bucket(Bucket=BUCKET)
    yield Bucket(client)
    remove_bucket(client)


def remove_bucket(client) -> None:
    for key in Bucket(client).list():
        client.delete_object(Bucket=BUCKET, Key=key)
    client.delete_bucket(Bucket=BUCKET)
    client.close()


class Machine:
    """A machine with a disk of its own, the same depot and the same database as all others."""

    def __init__(self, disk: Path, database: str, depot: str = DEPOT) -> None:
        self.disk = disk
        self.database = database
        self.kandian = Kandian(depot)

    def __call__(self, *arguments: object) -> Ran:
        """Run `kandian` in this process, as if on that machine."""
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.environment.items():
                patch.setenv(name, value)
            return self.kandian(*arguments)

    @property
    def environment(self) -> dict[str, str]:
        return {"KANDIAN_MIRROR": str(self.disk), "KANDIAN_DB": self.database}

    @property
    def mirror(self) -> Path:
        (folder,) = self.disk.iterdir()
        return folder


@dataclass(frozen=True, slots=True)
class Done:
    """A recording that machine A indexed before its disk was lost."""

    objects: dict[str, bytes]
    database: str
    job: tuple[object, ...]


@pytest.fixture(scope="module")
def done(
    server: str, postgres: Server, empty_index: str, make_media, tmp_path_factory
) -> Iterator[Done]:
    """What is left of a recording with replay, package and pictures, to be copied."""
    folder = tmp_path_factory.mktemp("done")
    (folder / "show.srt").write_text(format_srt(), encoding="utf-8")
    (folder / "shop.csv").write_text(CATALOGUE, encoding="utf-8")
    job = (
        "index", make_media("far.mp4", seconds=41), "--transcript", folder / "show.srt",
        "--catalogue", folder / "shop.csv", *QUICK, "--id", "周五", "--package", "hls",
    )  # fmt: skip
    name = postgres.make(empty_index)
    with pytest.MonkeyPatch.context() as patch:
        for key, value in (AWS | {"AWS_ENDPOINT_URL": server}).items():
            patch.setenv(key, value)
        client = boto3.client("s3", endpoint_url=server)
        client.create_bucket(Bucket=BUCKET)
        ran = Machine(folder / "A", postgres.url_of(name))(*job)
        assert ran.code == 0, ran.err
        bucket = Bucket(client)
        objects = {key: bucket.get(key)["Body"].read() for key in bucket.list()}
        remove_bucket(client)
    yield Done(objects, name, job)
    postgres.drop(name)


@pytest.fixture
def database(postgres: Server, empty_index: str) -> Iterator[str]:
    """An empty index that all machines share."""
    name = postgres.make(empty_index)
    yield postgres.url_of(name)
    postgres.drop(name)


@pytest.fixture
def machine(database: str, bucket: Bucket, tmp_path: Path) -> Machine:
    """A machine with an empty depot."""
    assert bucket.list() == {}
    return Machine(tmp_path / "A", database)


@pytest.fixture
def left(done: Done, postgres: Server, bucket: Bucket, tmp_path: Path) -> Iterator[Machine]:
    """Machine B, that has seen nothing of what machine A did."""
    for key, content in done.objects.items():
        bucket.put(key, content)
    name = postgres.make(done.database)
    yield Machine(tmp_path / "B", postgres.url_of(name))
    postgres.drop(name)
