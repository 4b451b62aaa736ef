"""A real S3 server on loopback (moto's), with one empty bucket, and `kandian` that talks to it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass

import boto3
import pytest
from moto.server import ThreadedMotoServer

BUCKET = "broadcasts"


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
    for name, value in {
        "AWS_ENDPOINT_URL": server,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "AWS_EC2_METADATA_DISABLED": "true",
    }.items():
        monkeypatch.setenv(name, value)
    return server


@pytest.fixture
def bucket(storage: str) -> Iterator[Bucket]:
    client = boto3.client("s3", endpoint_url=storage)
    client.create_bucket(Bucket=BUCKET)
    yield Bucket(client)
    for key in Bucket(client).list():
        client.delete_object(Bucket=BUCKET, Key=key)
    client.delete_bucket(Bucket=BUCKET)
    client.close()
