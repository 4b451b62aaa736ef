"""Operator files: what is read, what is refused, and with which words."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.catalogue import Catalogue, Product
from models.errors import InputError
from models.operator_file import MOST_MARKS, parse_operator_log, read_operator_log
from models.operator_log import OperatorLog, OperatorMark
from models.recording import MediaKind, Recording

CATALOGUE = Catalogue((Product("A1", "Tea"), Product("B2", "雾凇洗手液"), Product("007", "Cup")))
RECORDING = Recording(
    id="rec",
    fingerprint="sha256:0",
    title="t",
    kind=MediaKind.FILE,
    duration_ms=7_200_000,
    started_at=datetime(2026, 11, 11, 12, tzinfo=UTC),
)
TIMELESS = replace(RECORDING, started_at=None)


def parse(text: str, recording: Recording = RECORDING) -> OperatorLog:
    return parse_operator_log(text.encode(), recording, CATALOGUE, name="op.csv")


def refuse(text: str, recording: Recording = RECORDING) -> str:
    """Return the words with which a file is refused."""
    with pytest.raises(InputError) as caught:
        parse(text, recording)
    return str(caught.value)


ONE = OperatorLog((OperatorMark("A1", 62_500, 90_000, "Tea tonight"),))
DIALECTS = {
    "plain": "product_id,start,end,title\nA1,1:02.5,1:30,Tea tonight\n",
    "mark and CRLF": "\ufeffproduct_id,start,end,title\r\nA1,62.5,90,Tea tonight\r\n",
    "other order, case and space": "End,Title ,START,Product_ID\n1:30,Tea  tonight,1:02.5,A1\n",
    "blank lines": "\nproduct_id,start,end,title\n\nA1,62.5,0:1:30,Tea tonight\n,,,\n",
    "the same row twice": "product_id,start,end,title\n" + "A1,62.5,90,Tea tonight\n" * 2,
    "moments": (
        "product_id,start,end,title\n"
        "A1,2026-11-11T20:01:02.500+08:00,2026-11-11T12:01:30Z,Tea tonight\n"
    ),
    "JSON list": '[{"product_id": "A1", "start": 62.5, "end": "1:30", "title": "Tea tonight"}]',
    "JSON lines": '{"product_id":"A1","start":"62.50","end":90,"title":"Tea tonight"}\r\n\n',
}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_one_mark_in_every_dialect(dialect: str) -> None:
    assert parse(DIALECTS[dialect]) == ONE


def test_end_and_title_may_be_left_out_and_rows_come_in_any_order() -> None:
    log = parse("start,product_id\n20:00,B2\n5,007\n1:00:00,A1\n")
    assert log.marks == (
        OperatorMark("007", 5_000),
        OperatorMark("B2", 1_200_000),
        OperatorMark("A1", 3_600_000),
    )


@pytest.mark.parametrize("text", ["product_id,start\n", "[]", "product_id,start,end\n,,\n"])
def test_a_file_without_rows_says_that_nothing_was_on_screen(text: str) -> None:
    assert parse(text) == OperatorLog(())


def test_marks_may_touch_and_reach_the_end() -> None:
    log = parse("product_id,start,end\nA1,0,3600\nB2,3600,2:00:00\n")
    assert [mark.end_ms for mark in log.marks] == [3_600_000, 7_200_000]


HEAD = "product_id,start,end,title\n"
BAD: dict[str, tuple[str, list[str]]] = {
    "empty": ("", ["is empty", "a line per mark"]),
    "no header": ("A1,0:10\n", ["line 1", "no column product_id and no column start"]),
    "semicolons": ("product_id;start\nA1;5\n", ["separated by ';'", "save it with commas"]),
    "unknown column": ("product_id,start,ende\nA1,1,2\n", ["line 1", "'ende', did you mean end?"]),
    "unknown key": ('{"product_id":"A1","start":1,"who":"x"}', ["line 1: unknown column 'who'"]),
    "column twice": ("product_id,start,start\nA1,1,2\n", ["line 1", "'start' is there twice"]),
    "too many fields": (HEAD + "A1,1,2,x,y\n", ["line 2: 5 fields for 4 columns"]),
    "open quote": (HEAD + 'A1,1,2,"x\n', ["line 2: a quoted field"]),
    "no product": (HEAD + ",5,,\n", ["line 2: product_id is empty, every mark needs one"]),
    "no start": (HEAD + "A1,,9,\n", ["line 2: start is empty"]),
    "unknown product": (HEAD + "C3,5,,\n", ["line 2: product_id 'C3' is not in the catalogue"]),
    "case of a product": (HEAD + "a1,5,,\n", ["product_id 'a1' is not in the catalogue"]),
    "rounded id": (HEAD + "6.28E+11,5,,\n", ["'6.28E+11' was rounded by a spreadsheet"]),
    "lost zeros": (HEAD + "7,5,,\n", ["product_id '7' is not in the catalogue"]),
    "no time": (HEAD + "A1,noon,,\n", ["line 2: start 'noon' is not a time, write it as 83:05"]),
    "negative": (HEAD + "A1,-5,,\n", ["start '-5' is not a time"]),
    "exponent": ('[{"product_id":"A1","start":1e3}]', ["start '1e3' is not a time"]),
    "endless number": (HEAD + "A1," + "9" * 41 + ",,\n", ["start has 41 characters, at most 40"]),
    "minutes beyond an hour": (HEAD + "A1,1:75:00,,\n", ["start '1:75:00' is not a time"]),
    "beyond the end": (HEAD + "A1,2:00:00,,\n", ["start '2:00:00' is beyond the recording"]),
    "far beyond the end": (HEAD + "A1,999999999,,\n", ["beyond the recording", "ends at 2:00:00"]),
    "ends beyond the end": (HEAD + "A1,5,7200.001,\n", ["end '7200.001' is beyond the recording"]),
    "ends as it begins": (HEAD + "A1,9,9,\n", ["line 2: end must be later than start"]),
    "moment without offset": (HEAD + "A1,2026-11-11T20:00:00,,\n", ["has no time zone, write it"]),
    "day alone": (HEAD + "A1,2026/11/11 20:00,,\n", ["start '2026/11/11 20:00' is not a time"]),
    "moment before": (HEAD + "A1,2026-11-11T11:59:59Z,,\n", ["before the recording began (2026-"]),
    "moment after": (HEAD + "A1,2026-11-11T14:00:00Z,,\n", ["beyond the recording"]),
    "moment of year 0": (HEAD + "A1,0000-11-11T14:00:00Z,,\n", ["is not a time"]),
    "control character": (HEAD + "A1,5,,a\x1b[31m\n", ["title holds the control character U+001B"]),
    "long title": (HEAD + "A1,5,," + "x" * 1001 + "\n", ["title has 1001 characters"]),
    "at one moment": (HEAD + "A1,9,,\nB2,9,,\n", ["line 3: begins at 0:00:09 as line 2 does"]),
    "two ends for one": (HEAD + "A1,9,20,\nA1,9,30,\n", ["line 3: begins at 0:00:09 as line 2"]),
    "overlap": (HEAD + "A1,9,30,\nB2,20,,\n", ["line 3: begins at 0:00:20, before line 2 ends"]),
    "overlap out of order": (
        HEAD + "B2,20,,\nA1,9,30,\n",
        ["line 2: begins", "before line 3 ends"],
    ),
    "overlap over others": (
        HEAD + "A1,1,300,\nB2,20,30,\n007,40,,\n",
        ["line 3: begins at 0:00:20, before line 2 ends (0:05:00)", "line 4: begins at 0:00:40"],
    ),
    "broken line": ('{"product_id":"A1","start":1}\n{nope\n', ["line 2: is not one JSON object"]),
    "deep line": ('{"product_id":' + "[" * 100_000, ["line 1: is nested too deeply"]),
    "deep list": ("[" * 100_000, ["is nested too deeply, as no operator file is"]),
    "broken list": ('[{"product_id":"A1"\n"start":1}]', ["not valid JSON, line 2"]),
    "not an object": ("[3]", ["line 1: a mark is written as an object"]),
    "a list of products": (
        '[{"product_id":["A1"],"start":1}]',
        ["product_id must be text or a nu"],
    ),
    "true": ('[{"product_id":"A1","start":true}]', ["start must be text or a number"]),
    "key twice": ('{"product_id":"A1","start":1,"start":2}', ["line 1: 'start' is given twice"]),
    "workbook": ("PK\x03\x04", ["Excel workbook", "export it as CSV"]),
    "endless": (
        HEAD + "".join(f"A1,{n},,\n" for n in range(MOST_MARKS + 1)),
        [f"has {MOST_MARKS + 1} lines, and at most {MOST_MARKS}"],
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_refused_with_file_line_and_advice(case: str) -> None:
    text, words = BAD[case]
    message = refuse(text)
    assert "op.csv" in message
    assert "\n" not in message
    assert [word for word in words if word not in message] == [], message


def test_a_time_of_day_needs_to_know_when_the_recording_began() -> None:
    message = refuse(HEAD + "A1,2026-11-11T20:00:00+08:00,,\n", TIMELESS)
    assert "nobody said when the recording began: give started_at" in message
    assert parse(HEAD + "A1,20:00,,\n", TIMELESS).marks == (OperatorMark("A1", 1_200_000),)


def test_all_that_is_wrong_is_told_together_in_order_and_counted() -> None:
    text = "product_id,start,end,why\nA1,9:00,5:00,\nC3,x,,\n007,30,60,\nB2,40,,\nA1,3:00:00,,\n"
    message = refuse(text)
    assert message.startswith("the operator file op.csv cannot be used: line 1: unknown column")
    places = [message.find(f"line {line}: ") for line in (1, 2, 3)]
    assert places == sorted(places)
    assert -1 not in places
    assert message.endswith("; and 1 more")


def test_other_encodings_are_recognised() -> None:
    text = HEAD + "A1,5,,雾凇洗手液补充装家庭用大容量\n"
    with pytest.raises(InputError, match=r"looks like GBK; save it as UTF-8"):
        parse_operator_log(text.encode("gbk"), RECORDING, CATALOGUE, name="op.csv")


def test_a_file_is_read_from_disk_and_a_missing_one_is_named(tmp_path: Path) -> None:
    path = tmp_path / "-晚场 'a' %03d.operator.csv"
    path.write_text(DIALECTS["plain"], encoding="utf-8-sig")
    assert read_operator_log(path, RECORDING, CATALOGUE) == ONE
    with pytest.raises(InputError, match="there is no operator file"):
        read_operator_log(tmp_path / "gone.csv", RECORDING, CATALOGUE)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        parse_operator_log(HEAD.encode() + data, RECORDING, CATALOGUE, name="op.csv")
    except InputError as error:
        assert "op.csv" in str(error)  # noqa: PT017


@given(st.text('product_id,start"\n[]{}:A1 5T-', max_size=60))
def test_any_text_like_a_file_is_read_or_refused(text: str) -> None:
    for data in (text, HEAD + text, '{"product_id": "A1", "start": ' + text):
        try:
            parse(data)
        except InputError as error:
            assert "op.csv" in str(error)  # noqa: PT017


@st.composite
def logs(draw: st.DrawFn) -> OperatorLog:
    times = sorted(draw(st.sets(st.integers(0, 7_199_999), max_size=8)))
    marks = []
    for start_ms, limit_ms in zip(times, [*times[1:], 7_200_000], strict=False):
        end_ms = draw(st.none() | st.integers(start_ms + 1, limit_ms))
        product_id = draw(st.sampled_from([product.id for product in CATALOGUE]))
        marks.append(OperatorMark(product_id, start_ms, end_ms, draw(st.sampled_from(["", "茶,"]))))
    return OperatorLog(tuple(marks))


@given(logs(), st.randoms())
def test_a_log_written_in_any_order_and_form_is_read_back(log: OperatorLog, random) -> None:
    rows = [
        {"product_id": mark.product_id, "start": f"{mark.start_ms / 1000:.3f}", "title": mark.title}
        | ({} if mark.end_ms is None else {"end": f"{mark.end_ms / 1000:.3f}"})
        for mark in log.marks
    ]
    random.shuffle(rows)
    assert parse(json.dumps(rows)) == log
    assert parse("\n".join(map(json.dumps, rows)) or "[]") == log
    cells = (
        f'{row["product_id"]},{row["start"]},{row.get("end", "")},"{row["title"]}"\n'
        for row in rows
    )
    assert parse(HEAD + "".join(cells)) == log
