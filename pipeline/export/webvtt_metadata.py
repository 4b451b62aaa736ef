r"""Highlights as a WebVTT metadata track: every cue carries the whole record as JSON.

    WEBVTT

    hl_1f
    00:01:01.200 --> 00:02:31.000
    {"id":"hl_1f","product_id":"TB1001", ... ,"product":{"id":"TB1001","title":"护手霜", ...}}

For pages of one's own on any browser: `<track kind="metadata">`, `JSON.parse(cue.text)` on
`cuechange`. Browsers do not parse the text of such a track, yet a reader ends a cue at a blank line
and refuses `-->`; so the JSON is one line, and `<`, `>` and `&` are written as `\uXXXX`.
"""

from __future__ import annotations

import json
from dataclasses import replace

from models.document import IndexDocument
from pipeline.export.escaping import script_safe
from pipeline.export.index_json import highlight_value, product_value
from pipeline.export.marks import Mark
from pipeline.export.normalise import normalise_pitches
from pipeline.export.report import Exported
from pipeline.export.webvtt import format_cue


def format_webvtt_metadata(document: IndexDocument) -> Exported:
    """Write one cue per highlight; its text is the highlight of `kandian.index/1` with its product.

    Guaranteed: the times of a record are those of its cue.
    """
    pitches = normalise_pitches(document)
    cues = [format_cue(mark, _record(mark)) for mark in pitches.marks]
    return Exported("".join(["WEBVTT\n", *cues]), pitches.report)


def _record(mark: Mark) -> str:
    shown = replace(mark.highlight, id=mark.id, span=mark.span, point_ms=mark.at_ms)
    value = highlight_value(shown) | {"product": product_value(mark.product)}
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return script_safe(text)
