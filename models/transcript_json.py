"""Transcripts as JSON text, whole and exact: what a stage keeps between runs."""

from __future__ import annotations

import json
from typing import Any

from models.errors import InputError
from models.span import Span
from models.transcript import Flag, Provenance, Transcript, Utterance, Word

SCHEMA = "kandian.transcript/1"


def format_transcript(transcript: Transcript) -> str:
    """Write a transcript as one JSON document; `parse_transcript` gives back an equal one."""
    document = {
        "schema": SCHEMA,
        "language": transcript.language,
        "provenance": {
            "engine": transcript.provenance.engine,
            "model": transcript.provenance.model,
            "weights_sha256": transcript.provenance.weights_sha256,
            "settings": transcript.provenance.settings,
        },
        "utterances": [_utterance_record(utterance) for utterance in transcript.utterances],
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def parse_transcript(text: str, *, name: str) -> Transcript:
    """Read what `format_transcript` wrote.

    Raises:
        InputError: when the text is no such document; `name` says which one.
    """
    try:
        document = json.loads(text)
        if document["schema"] != SCHEMA:
            raise ValueError(f"its schema is {document['schema']!r}")
        return Transcript(
            language=document["language"],
            utterances=tuple(_make_utterance(record) for record in document["utterances"]),
            provenance=Provenance(**document["provenance"]),
        )
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise InputError(f"{name} is not a {SCHEMA} document: {error}") from error


def _utterance_record(utterance: Utterance) -> dict[str, Any]:
    return {
        "start_ms": utterance.span.start_ms,
        "end_ms": utterance.span.end_ms,
        "text": utterance.text,
        "raw_text": utterance.raw_text,
        "words": [
            [word.span.start_ms, word.span.end_ms, word.text, word.probability]
            for word in utterance.words
        ],
        "average_log_probability": utterance.average_log_probability,
        "no_speech_probability": utterance.no_speech_probability,
        "flag": utterance.flag,
    }


def _make_utterance(record: dict[str, Any]) -> Utterance:
    return Utterance(
        span=Span(record["start_ms"], record["end_ms"]),
        text=record["text"],
        raw_text=record["raw_text"],
        words=tuple(
            Word(Span(start_ms, end_ms), text, probability)
            for start_ms, end_ms, text, probability in record["words"]
        ),
        average_log_probability=record["average_log_probability"],
        no_speech_probability=record["no_speech_probability"],
        flag=Flag(record["flag"]) if record["flag"] else None,
    )
