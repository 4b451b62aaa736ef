"""Catalogue files: what is read, what is refused, and with which words."""

from __future__ import annotations

import json
import string
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.catalogue import Catalogue, Product
from models.catalogue_file import format_catalogue_csv, parse_catalogue, read_catalogue
from models.catalogue_row import COLUMNS
from models.errors import InputError

FULL_CSV = """\
id,title,brand,aliases,category,price,link_no,url,image,listed_at,delisted_at
A1,"Pine tea, 20 bags",Larkmoor,pine tea| tea ,drinks,129.00,3,https://shop.example/1,1.jpg,\
2026-11-11T20:00:00+08:00,2026-11-11T21:00:00+08:00
B2,雾凇洗手液,,,,,,,,,
"""
CHINA = timezone(timedelta(hours=8))
FULL_PRODUCT = Product(
    id="A1",
    title="Pine tea, 20 bags",
    brand="Larkmoor",
    aliases=("pine tea", "tea"),
    category="drinks",
    price=Decimal("129.00"),
    link_no=3,
    url="https://shop.example/1",
    image="1.jpg",
    listed_at=datetime(2026, 11, 11, 20, tzinfo=CHINA),
    delisted_at=datetime(2026, 11, 11, 21, tzinfo=CHINA),
)


def parse(text: str) -> Catalogue:
    return parse_catalogue(text.encode(), name="shop.csv")


def refuse(text: str) -> str:
    """Return the words with which a catalogue is refused."""
    with pytest.raises(InputError) as caught:
        parse(text)
    return str(caught.value)


def parse_cell(column: str, cell: str) -> object:
    """Return what one cell of a good row is read as."""
    (product,) = parse(f'id,title,{column}\nA1,Tea,"{cell}"\n')
    return getattr(product, column)


def test_every_column_is_read() -> None:
    catalogue = parse(FULL_CSV)
    assert catalogue.products == (FULL_PRODUCT, Product("B2", "雾凇洗手液"))


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffid,title\nA1,Tea\n",
        "id,title\r\nA1,Tea\r\n",
        "id,title\rA1,Tea\r",
        "id,title\nA1,Tea",
        "\n\nid,title\n\nA1,Tea\n,\n\n",
        "title,id\nTea,A1\n",
        "ID, Title\nA1, Tea\n",
        'id,title\n"A1","Tea"\n',
        'id, title\nA1, "Tea"\n',
        "id,title,price,aliases\nA1,Tea\n",
        "id,title,,\nA1,Tea,,\n",
        'id,title\nA1,"\nTea\n"\n',
        '[{"id": "A1", "title": "Tea"}]',
        '\ufeff {"shop": "x", "products": [{"id": "A1", "title": "Tea", "price": null}]}',
    ],
    ids=[
        *("byte order mark", "CRLF", "CR", "no last line end", "blank lines", "other order"),
        *("case and space", "quoted", "space before a quote", "short row", "nameless columns"),
        *("line ends in a field", "JSON list", "JSON object"),
    ],
)
def test_one_product_in_every_dialect(text: str) -> None:
    assert parse(text).products == (Product("A1", "Tea"),)


def test_json_reads_as_csv_does() -> None:
    row = {
        "id": "A1",
        "title": "Pine tea, 20 bags",
        "brand": "Larkmoor",
        "aliases": ["pine tea", "tea"],
        "category": "drinks",
        "price": 129.00,
        "link_no": 3,
        "url": "https://shop.example/1",
        "image": "1.jpg",
        "listed_at": "2026-11-11T20:00:00+08:00",
        "delisted_at": "2026-11-11T21:00:00+08:00",
    }
    other = {"id": 612345678901234567890, "title": "Tea", "aliases": "a|b"}
    catalogue = parse_catalogue(json.dumps([row, other]).encode(), name="shop.json")
    assert catalogue.products == (
        FULL_PRODUCT,
        Product("612345678901234567890", "Tea", aliases=("a", "b")),
    )


@pytest.mark.parametrize(
    ("cell", "price"),
    [
        *(("129", "129"), ("129.90", "129.90"), ("0", "0"), ("¥129", "129"), ("￥ 129.5", "129.5")),
        *(("129元", "129"), ("$49.99", "49.99"), (" 129 ", "129")),
    ],
)
def test_a_price_may_carry_its_currency(cell: str, price: str) -> None:
    assert str(parse_cell("price", cell)) == price


@pytest.mark.parametrize(
    "cell",
    [
        *("-1", "NaN", "Infinity", "12,5", "1,299.00", "1e3", "99-129", "0x10", "12.", "free"),
        *("１２９", "1_000", "9" * 10, "+5", "129 129"),
    ],
)
def test_a_bad_price_is_shown_with_what_to_write(cell: str) -> None:
    message = refuse(f'id,title,price\nA1,Tea,1\nB2,Tea,"{cell}"\n')
    assert "shop.csv" in message
    assert f"line 3: price '{cell}' is not a price, write it as 129 or 129.00" in message


def test_a_data_tool_may_write_link_numbers_with_a_decimal() -> None:
    assert parse_cell("link_no", "3.0") == 3


@pytest.mark.parametrize("cell", ["0", "-1", "3号", "1.5", "one", "³", "1234567"])
def test_a_bad_link_number_is_refused(cell: str) -> None:
    assert f"line 2: link_no '{cell}'" in refuse(f"id,title,link_no\nA1,Tea,{cell}\n")


def test_a_link_number_may_move_between_products() -> None:
    assert [p.link_no for p in parse("id,title,link_no\nA1,Tea,3\nB2,Soap,3\n")] == [3, 3]


@pytest.mark.parametrize(
    "cell",
    [
        *("2026-11-11T20:00:00", "2026-11-11", "tonight", "1731326400"),
        *("2026-11-31T20:00:00Z", "0001-01-01T00:00:00Z"),
    ],
)
def test_a_time_needs_a_date_a_clock_and_an_offset(cell: str) -> None:
    assert f"line 2: listed_at '{cell}'" in refuse(f"id,title,listed_at\nA1,Tea,{cell}\n")


@pytest.mark.parametrize("until", ["2026-11-11T19:59:59Z", "2026-11-11T21:00:00+01:00"])
def test_leaving_the_shelf_before_coming_onto_it_is_refused(until: str) -> None:
    text = f"id,title,listed_at,delisted_at\nA1,Tea,2026-11-11T20:00:00Z,{until}\n"
    assert "line 2: delisted_at must be later than listed_at" in refuse(text)


@pytest.mark.parametrize(
    "cell", ["http://a.example", "HTTPS://a.example", "a/b.jpg", "//a.example/x"]
)
def test_a_web_address_may_be_relative(cell: str) -> None:
    assert parse_cell("url", cell) == cell


@pytest.mark.parametrize(
    "cell", ["javascript:alert(1)", "JavaScript:x", "data:text/html,x", "file:///etc/passwd", "a b"]
)
def test_an_address_that_a_page_must_not_link_to_is_refused(cell: str) -> None:
    assert "line 2: image" in refuse(f'id,title,image\nA1,Tea,"{cell}"\n')


def test_aliases_are_split_trimmed_and_unique() -> None:
    assert parse_cell("aliases", "| tea|pine  tea ｜tea||") == ("tea", "pine tea")


def test_duplicate_ids_name_both_lines() -> None:
    message = refuse('id,title\nA1,"Tea\nfor two"\nB2,Soap\n A1 ,Other\n')
    assert "line 5: id 'A1' is already on line 2" in message


def test_duplicate_ids_on_one_line_of_json_are_seen() -> None:
    assert "already on line 1" in refuse('[{"id":"A1","title":"a"},{"id":"A1","title":"b"}]')


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["is empty"]),
        (" \n\t\n", ["is empty"]),
        (",,\n,,\n", ["line 1", "no column id and no column title"]),
        ("id,title\n", ["holds no products"]),
        ("[]", ["holds no products"]),
        ("id,name\nA1,Tea\n", ["line 1", "no column title", "known columns are id, title"]),
        ("id;title\nA1;Tea\n", ["separated by ';'", "save it with commas"]),
        ("id\ttitle\nA1\tTea\n", ["separated by '\\t'"]),
        ("id,title,titel\nA1,Tea,x\n", ["line 1: unknown column 'titel', did you mean title?"]),
        ("id,title,zzz\nA1,Tea,x\n", ["line 1: unknown column 'zzz'", "link_no, url, image"]),
        ("id,title,id\nA1,Tea,B2\n", ["line 1", "'id' is there twice"]),
        ("id,title\nA1,\n", ["line 2: title is empty"]),
        ("id,title\n ,Tea\n", ["line 2: id is empty"]),
        ("id,title\nA1,Tea, 20 bags\n", ["line 2: 3 fields for 2 columns", "in quotes"]),
        ("id,title,\nA1,Tea, 20 bags\n", ["line 2: 3 fields for 2 columns"]),
        ('id,title\nA1,Tea\nB2,"Soap\nC3,x\n', ["line 3: a quoted field that starts here"]),
        ('id,title\nA1,"Tea" 20\n', ["line 2: a quoted field"]),
        ("id,title\nA1,Te\x1b[31ma\n", ["line 2: title holds the control character U+001B"]),
        ("id,title\nA1," + "x" * 1001 + "\n", ["line 2: title has 1001 characters, at most 1000"]),
        ("id,title\nA1," + "x" * 200_000 + "\n", ["line 2", "field"]),
        ("id,title\n6.28E+11,Tea\n", ["line 2: id '6.28E+11' was rounded by a spreadsheet"]),
        ("PK\x03\x04id,title", ["Excel workbook", "export it as CSV"]),
        ("id,title\nA1,T\x00a\n", ["binary data"]),
        ('[{"id": "A1",\n "title" "Tea"}]', ["line 2", "not valid JSON"]),
        ('{"items": []}', ["no list of products"]),
        ('{"products": {}}', ["no list of products"]),
        ("[" * 100_000, ["nested too deeply"]),
        ('[\n{"id": "A1",\n"title": "Tea"},\n3]', ["line 4: a product is written as an object"]),
        ('[\n{"id": "A1", "title": "Tea", "price": NaN}]', ["line 2: price 'NaN'"]),
        ('[{"id": "A1", "title": "Tea", "price": 1e999999999}]', ["price '1e999999999'"]),
        ('[{"id": "A1", "title": "Tea", "price": -0.5}]', ["price '-0.5'"]),
        ('[{"id": "A1", "title": true}]', ["line 1: title must be text or a number"]),
        ('[{"id": "A1", "title": "Tea", "aliases": ["a", null]}]', ["aliases must be text"]),
        ('[{"id": "A1", "title": "Tea", "id": "B2"}]', ["'id' is given twice"]),
        ('[{"id": "A1", "title": "Tea", "prize": 1}]', ["'prize', did you mean price?"]),
        ('[{"id": "A1", "title": "\\ud800"}]', ["control character U+D800"]),
    ],
    ids=lambda value: repr(value[:40]) if isinstance(value, str) else "",
)
def test_a_bad_catalogue_is_refused_with_file_line_and_advice(text: str, words: list[str]) -> None:
    message = refuse(text)
    assert "shop.csv" in message
    assert "\n" not in message
    assert [word for word in words if word not in message] == [], message


def test_all_problems_are_told_together_and_counted() -> None:
    bad = "".join(f"A{i},Tea,x\n" for i in range(7))
    message = refuse("id,title,price\n" + bad)
    assert [line for line in range(2, 9) if f"line {line}:" in message] == [2, 3, 4, 5, 6]
    assert message.endswith("; and 2 more")


def test_the_lines_of_json_products_are_counted() -> None:
    rows = [{"id": f"A{i}", "title": "Tea", "price": "x" if i == 4 else 1} for i in range(6)]
    text = json.dumps({"note": ["a\nb"], "products": rows}, indent=2)
    line = text[: text.index('"A4"')].count("\n")
    assert f"line {line}: price 'x'" in refuse(text)


SHOP = "id,title\nA1,雾凇洗手液补充装家庭用大容量\nB2,云杉木炭牙膏清新口气\n"


@pytest.mark.parametrize(
    ("encoding", "looks"),
    [
        *(("gbk", "looks like GBK"), ("gb18030", "looks like GBK"), ("utf-16", "UTF-16")),
        *(("utf-16-le", "UTF-16"), ("utf-16-be", "UTF-16"), ("utf-32", "UTF-32")),
    ],
)
def test_another_encoding_is_recognised(encoding: str, looks: str) -> None:
    with pytest.raises(InputError, match=looks) as caught:
        parse_catalogue(SHOP.encode(encoding), name="shop.csv")
    assert "save it as UTF-8" in str(caught.value)


def test_big5_is_recognised() -> None:
    traditional = "id,title\nA1,雲杉洗手液補充裝家庭用大容量\n"
    with pytest.raises(InputError, match="looks like Big5"):
        parse_catalogue(traditional.encode("big5"), name="shop.csv")


@pytest.mark.parametrize("broken", [b"\xff", b"\xe9\x9b", b"caf\xe9 \xfc"], ids=repr)
def test_broken_utf8_names_the_line(broken: bytes) -> None:
    with pytest.raises(InputError, match=r"shop\.csv is not UTF-8, line 3 holds other bytes"):
        parse_catalogue(SHOP.encode().replace("云杉".encode(), broken), name="shop.csv")


def is_read_or_refused(data: bytes) -> bool:
    """Tell whether the bytes are a catalogue; any other error than InputError passes through."""
    try:
        return len(parse_catalogue(data, name="shop.csv")) > 0
    except InputError as error:
        return "shop.csv" in str(error)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    assert is_read_or_refused(data)


@given(st.text('id,title"\n[]{}:A1 \\u|', max_size=60))
def test_any_text_like_a_catalogue_is_read_or_refused(text: str) -> None:
    assert is_read_or_refused(b"id,title\n" + text.encode())
    assert is_read_or_refused(b'[{"id": "A1", "title": ' + text.encode())


words = st.text(
    string.ascii_letters + string.digits + "，,\"'雾凇洗手液%;[{", min_size=1, max_size=8
)
names = st.lists(words, min_size=1, max_size=3).map(" ".join)
moments = st.integers(0, 10**6).map(lambda s: datetime(2026, 1, 1, tzinfo=CHINA) + timedelta(0, s))
products = st.builds(
    Product,
    id=st.text("ABC19-_", min_size=1, max_size=6).map("X".__add__),
    title=names,
    brand=names | st.just(""),
    aliases=st.lists(names, max_size=3, unique=True).map(tuple),
    category=names | st.just(""),
    price=st.none() | st.decimals(0, 10**6, places=2),
    link_no=st.none() | st.integers(1, 999),
    url=st.sampled_from(["", "https://shop.example/a,b?c=1|2", "a.html"]),
    image=st.sampled_from(["", "a.jpg"]),
    listed_at=st.none() | moments,
)
catalogues = st.lists(
    products, min_size=1, max_size=4, unique_by=lambda product: product.id
).map(lambda some: Catalogue(tuple(some)))  # fmt: skip


@given(catalogues)
def test_formatting_and_parsing_a_catalogue_returns_it(catalogue: Catalogue) -> None:
    assert parse(format_catalogue_csv(catalogue)) == catalogue


def test_every_column_is_written() -> None:
    header, *_ = format_catalogue_csv(parse(FULL_CSV)).splitlines()
    assert header == ",".join(COLUMNS) == FULL_CSV.splitlines()[0]


def test_a_file_is_read_from_disk(tmp_path: Path) -> None:
    path = tmp_path / "-晚场 'a' %03d.csv"
    path.write_text(FULL_CSV, encoding="utf-8-sig")
    assert read_catalogue(path) == parse(FULL_CSV)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("missing.csv", "there is no catalogue file"),
        (".", "is a folder"),
        ("a/b/c.csv", "there is no catalogue file"),
        ("a\0b.csv", "no catalogue file|null"),
        ("x" * 300, "too long"),
    ],
    ids=["missing", "folder", "missing folder", "null byte", "name too long"],
)
def test_a_path_that_holds_no_file_is_refused(tmp_path: Path, name: str, words: str) -> None:
    with pytest.raises(InputError, match=f"(?i){words}"):
        read_catalogue(tmp_path / name)


def test_a_file_much_larger_than_any_catalogue_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "movie.csv"
    with path.open("wb") as file:
        file.truncate(65 * 1024 * 1024)
    with pytest.raises(InputError, match="larger than 64 MiB"):
        read_catalogue(path)
