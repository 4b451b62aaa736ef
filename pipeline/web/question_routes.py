"""Routes that ask over all recordings: pitches of a product, words, and the JSON Schema."""

from __future__ import annotations

from typing import Annotated

from fastapi import FastAPI, Path, Query, Request
from fastapi.responses import Response

from pipeline.web.deliver import deliver_text
from pipeline.web.documented import ABSENT, COMMON, UNCHANGED
from pipeline.web.failures import JSON, AbsentError
from pipeline.web.library import Library
from pipeline.web.patterns import WORD
from pipeline.web.replies import PitchesReply, SearchReply, hit_item

SCHEMA_JSON = "application/schema+json"
MAX_WORDS = 16
"""As many as a look-up takes."""
WORDS_PATTERN = rf"^ *{WORD}( +{WORD}){{0,{MAX_WORDS - 1}}} *$"
MAX_CHARACTERS = 200
"""The longest titles of shops; each word is looked for in every transcript."""
DEFAULT_HITS, MAX_HITS = 100, 1000
"""What a person looks through, and what a script may take at once."""

ProductId = Annotated[
    str, Path(description="Id of a product, as catalogues have it.", examples=["TB1007"])
]
Words = Annotated[
    str,
    Query(
        description="Words of transcripts, titles, brands or aliases; all of them must be there.",
        pattern=WORDS_PATTERN,
        max_length=MAX_CHARACTERS,
        examples=["保温杯"],
    ),
]
Limit = Annotated[int, Query(description="How many hits to tell.", ge=1, le=MAX_HITS)]


def add_question_routes(application: FastAPI, library: Library) -> None:
    """Add the routes that answer about all recordings at once."""

    # A product's id is whatever the shop has, slashes too.
    @application.get(
        "/api/products/{product_id:path}/pitches",
        response_model=PitchesReply,
        responses={**COMMON, **ABSENT},
    )
    def read_pitches(request: Request, product_id: ProductId) -> Response:
        """Tell where a product is pitched, in all recordings."""
        found = library.pitches(product_id)
        if found is None:
            raise AbsentError(f"no catalogue of a recording here has the product {product_id!r}")
        reply = PitchesReply(product_id=product_id, pitches=tuple(map(hit_item, found)))
        return deliver_text(request, reply.model_dump_json(), JSON)

    @application.get("/api/search", response_model=SearchReply, responses=COMMON)
    def search(request: Request, q: Words, limit: Limit = DEFAULT_HITS) -> Response:
        """Look words up in transcripts and catalogues, simplified and traditional alike."""
        found = library.search(q)
        hits = tuple(map(hit_item, found[:limit]))
        reply = SearchReply(q=q, total=len(found), hits=hits)
        return deliver_text(request, reply.model_dump_json(), JSON)

    @application.get(
        "/api/schema",
        response_class=Response,
        responses={
            200: {
                "description": "The JSON Schema (draft 2020-12) of `kandian.index/1`.",
                "content": {SCHEMA_JSON: {"schema": {"type": "object"}}},
            },
            **UNCHANGED,
        },
    )
    def read_schema(request: Request) -> Response:
        """Read the JSON Schema that every index satisfies."""
        return deliver_text(request, library.schema_json(), SCHEMA_JSON)
