"""The OpenAPI document is complete, and the server keeps to it under random questions."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.config import SchemathesisConfig

from tests.web.conftest import SHOW, SLASHED, Site

EXAMPLES = 24
"""Per operation: about 430 requests in all, in well under 40 s."""


@pytest.fixture(scope="module")
def document(site: Site) -> dict[str, Any]:
    return site.ask("/api/openapi.json").json


PATHS = {
    "/api/recordings",
    "/api/recordings/{recording_id}/index",
    "/api/recordings/{recording_id}/at",
    "/api/recordings/{recording_id}/chapters.vtt",
    "/api/recordings/{recording_id}/thumbnails.vtt",
    "/api/recordings/{recording_id}/thumbnails-{number}.jpg",
    "/api/recordings/{recording_id}/covers/{highlight_id}.jpg",
    "/api/products/{product_id}/pitches",
    "/api/search",
    "/api/schema",
    "/media/{recording_id}/replay.mp4",
    "/media/{recording_id}/replay-{codec}.mp4",
    "/media/{recording_id}/replay.m4a",
    "/media/{recording_id}/hls/{name}",
}


def test_every_route_is_documented_and_only_reads(document: dict[str, Any]) -> None:
    assert set(document["paths"]) == PATHS
    assert {method for path in document["paths"].values() for method in path} == {"get"}


def test_every_answer_and_parameter_is_described(document: dict[str, Any]) -> None:
    for path, methods in document["paths"].items():
        operation = methods["get"]
        assert operation["summary"], path
        assert operation["description"], path
        good = operation["responses"]["200"]
        assert [item["schema"] for item in good["content"].values()], path
        for parameter in operation.get("parameters", ()):
            assert parameter["description"] or parameter["schema"]["description"], path
            assert parameter["schema"].keys() & {"examples", "minimum", "pattern"}, path
        for status in operation["responses"]:
            if status >= "400":
                (answer,) = operation["responses"][status]["content"].values()
                assert answer["schema"]["$ref"].rsplit("/", 1)[1] in {"Failure", "Gone"}, path


def test_every_field_has_a_type_and_an_example(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    bare = {
        f"{name}.{field}"
        for name, schema in schemas.items()
        if name not in {"KandianIndex", "MediaKind", "Source"}
        for field, shape in schema["properties"].items()
        if "examples" not in shape and "items" not in shape
    }
    assert bare == set()


def test_the_index_is_described_by_its_own_schema(site: Site, document: dict[str, Any]) -> None:
    published = site.ask("/api/schema").json
    bare = {key: value for key, value in published.items() if not key.startswith("$")}
    assert document["components"]["schemas"]["KandianIndex"] == bare


@pytest.fixture(scope="module")
def operations(site: Site) -> dict[str, schemathesis.APIOperation]:
    config = SchemathesisConfig.from_dict({})
    schema = schemathesis.openapi.from_url(f"{site.url}/api/openapi.json", config=config)
    return {item.ok().path: item.ok() for item in schema.get_all_operations()}


CAN_BE_WRONG = (
    "/api/recordings/{recording_id}/at",
    "/api/recordings/{recording_id}/thumbnails-{number}.jpg",
    "/api/recordings/{recording_id}/covers/{highlight_id}.jpg",
    "/api/search",
    "/media/{recording_id}/hls/{name}",
)
"""Operations with a parameter that is more than any text."""
VALID, INVALID = schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE
CASES = [(path, VALID) for path in sorted(PATHS)] + [(path, INVALID) for path in CAN_BE_WRONG]


@pytest.mark.parametrize(("path", "mode"), CASES, ids=str)
def test_the_server_keeps_to_its_document(
    path: str,
    mode: schemathesis.GenerationMode,
    operations: dict[str, schemathesis.APIOperation],
) -> None:
    operation = operations[path]
    statuses = []

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=mode))
    def ask(case: schemathesis.Case) -> None:
        # Every other case is about what is there: random names are only ever absent.
        if mode is VALID and len(statuses) % 2:
            there = {"recording_id": quote(SHOW), "product_id": quote(SLASHED, safe="")}
            names = case.path_parameters
            names.update({name: there[name] for name in names.keys() & there.keys()})
        statuses.append(case.call_and_validate(session=session).status_code)

    with requests.Session() as session:
        session.trust_env = False
        ask()
    assert statuses
    if mode is VALID and not path.endswith((".m4a", "}.jpg", "{name}")):
        assert 200 in statuses, statuses
