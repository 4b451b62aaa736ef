"""What a folder or a manifest asks for."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from models.errors import InputError
from pipeline.run.batch_plan import MEDIA_SUFFIXES, read_plan
from pipeline.run.job import Job

CST = timezone(timedelta(hours=8))


def make_tree(root: Path, *names: str) -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    return root


def planned(root: Path, catalogue: Path | None = None) -> dict[str, str]:
    """Return each recording's catalogue by its name, both relative to the folder."""

    def short(path: Path | None) -> str:
        assert path is not None
        return str(path.relative_to(root))

    return {short(job.media): short(job.catalogue) for job in read_plan(root, catalogue=catalogue)}


FOLDERS: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {
    "beside-it": (("a.mp4", "a.catalogue.csv"), {"a.mp4": "a.catalogue.csv"}),
    "json-beside-it": (("a.mkv", "a.catalogue.json"), {"a.mkv": "a.catalogue.json"}),
    "shared": (
        ("a.mp4", "b.flv", "catalogue.csv"),
        {"a.mp4": "catalogue.csv", "b.flv": "catalogue.csv"},
    ),
    "own-before-shared": (
        ("a.mp4", "a.catalogue.csv", "b.mp4", "catalogue.csv"),
        {"a.mp4": "a.catalogue.csv", "b.mp4": "catalogue.csv"},
    ),
    "nearest-folder-above": (
        ("catalogue.csv", "w1/catalogue.json", "w1/mon/a.ts", "w2/tue/b.ts"),
        {"w1/mon/a.ts": "w1/catalogue.json", "w2/tue/b.ts": "catalogue.csv"},
    ),
    "hls-folder-is-one-recording": (
        ("show/index.m3u8", "show/0.ts", "show/1.ts", "catalogue.csv"),
        {"show": "catalogue.csv"},
    ),
    "hls-folder-with-its-own": (
        ("show/live.M3U8", "show/0.ts", "show/catalogue.csv", "catalogue.csv"),
        {"show": "show/catalogue.csv"},
    ),
    "hidden-files-are-none": (
        ("a.mp4", ".b.mp4", "._a.mp4", ".trash/c.mp4", "catalogue.csv"),
        {"a.mp4": "catalogue.csv"},
    ),
    "only-media": (
        ("a.MP4", "notes.txt", "a.srt", "cover.jpg", "catalogue.csv"),
        {"a.MP4": "catalogue.csv"},
    ),
    "in-order-of-names": (
        ("b.mp4", "a.mp4", "catalogue.csv"),
        {"a.mp4": "catalogue.csv", "b.mp4": "catalogue.csv"},
    ),
    "none-is-that-jobs-own-trouble": (("a.mp4",), {"a.mp4": "a.catalogue.csv"}),
}


@pytest.mark.parametrize("case", FOLDERS)
def test_a_folder_is_a_plan(case: str, tmp_path: Path) -> None:
    names, expected = FOLDERS[case]
    assert list(planned(make_tree(tmp_path, *names)).items()) == list(expected.items())


def test_a_catalogue_given_takes_the_place_of_every_other(tmp_path: Path) -> None:
    make_tree(tmp_path, "a.mp4", "a.catalogue.csv", "given.csv")
    assert planned(tmp_path, tmp_path / "given.csv") == {"a.mp4": "given.csv"}


def test_no_catalogue_is_looked_for_above_the_folder(tmp_path: Path) -> None:
    make_tree(tmp_path, "catalogue.csv", "week/a.mp4")
    (job,) = read_plan(tmp_path / "week", catalogue=None)
    assert job.catalogue == tmp_path / "week/a.catalogue.csv"


def test_what_the_operator_put_on_screen_lies_beside_the_media(tmp_path: Path) -> None:
    names = ("a.mp4", "a.operator.csv", "b.flv", "b.operator.jsonl", "c.mp4", "operator.csv")
    make_tree(tmp_path, *names, "show/index.m3u8", "show/0.ts", "show.operator.json")
    files = [job.operator and job.operator.name for job in read_plan(tmp_path, catalogue=None)]
    assert files == ["a.operator.csv", "b.operator.jsonl", None, "show.operator.json"]


@pytest.mark.parametrize("suffix", sorted(MEDIA_SUFFIXES))
def test_every_kind_of_media_is_a_recording(suffix: str, tmp_path: Path) -> None:
    make_tree(tmp_path, f"a{suffix}", "catalogue.csv")
    assert planned(tmp_path) == {f"a{suffix}": "catalogue.csv"}


MANIFESTS: dict[str, tuple[str, tuple[Job, ...]]] = {
    "csv": (
        (
            "media,catalogue,id,title,started_at,transcript,operator\n"
            "a.mp4,c.csv,show-1,晚场,2026-11-11T20:00:00+08:00,a.srt,log/a.csv\n"
            "/abs/b.mp4,sub/d.csv,,,,,\n"
        ),
        (
            Job(
                media=Path("a.mp4"),
                catalogue=Path("c.csv"),
                recording_id="show-1",
                title="晚场",
                started_at=datetime(2026, 11, 11, 20, tzinfo=CST),
                transcript=Path("a.srt"),
                operator=Path("log/a.csv"),
            ),
            Job(media=Path("/abs/b.mp4"), catalogue=Path("sub/d.csv")),
        ),
    ),
    "csv-bom-crlf-blank-lines": (
        "\ufeffmedia,catalogue\r\n\r\na.mp4,c.csv\r\n",
        (Job(media=Path("a.mp4"), catalogue=Path("c.csv")),),
    ),
    "csv-quoted": (
        'catalogue,media\nc.csv,"a, ""b"".mp4"\n',
        (Job(media=Path('a, "b".mp4'), catalogue=Path("c.csv")),),
    ),
    "csv-name-with-a-line-end": (
        'media,catalogue\n"a\nb.mp4",c.csv\n',
        (Job(media=Path("a\nb.mp4"), catalogue=Path("c.csv")),),
    ),
    "csv-text-only": (
        "transcript,catalogue\na.srt,c.csv\n",
        (Job(transcript=Path("a.srt"), catalogue=Path("c.csv")),),
    ),
    "csv-without-catalogues": ("media\na.mp4\n", (Job(media=Path("a.mp4"), catalogue=Path("/g")),)),
    "json-name-with-a-line-separator": (
        '{"media": "a\u2028b.mp4", "catalogue": "c.csv"}\r\n',
        (Job(media=Path("a\u2028b.mp4"), catalogue=Path("c.csv")),),
    ),
    "json-lines": (
        (
            '{"media": "a.mp4", "catalogue": "c.csv", "started_at": "2026-11-11T12:00:00Z"}\n'
            "\n"
            '{"transcript": "b.vtt", "catalogue": "c.csv", "title": null, "id": "b"}\n'
        ),
        (
            Job(
                media=Path("a.mp4"),
                catalogue=Path("c.csv"),
                started_at=datetime(2026, 11, 11, 12, tzinfo=UTC),
            ),
            Job(transcript=Path("b.vtt"), catalogue=Path("c.csv"), recording_id="b"),
        ),
    ),
}


def below(folder: Path, job: Job) -> Job:
    def place(path: Path | None) -> Path | None:
        return path if path is None else folder / path

    return Job(
        media=place(job.media),
        catalogue=folder / job.catalogue,
        transcript=place(job.transcript),
        recording_id=job.recording_id,
        title=job.title,
        started_at=job.started_at,
        operator=place(job.operator),
    )


@pytest.mark.parametrize("case", MANIFESTS)
def test_a_manifest_is_a_plan_with_paths_relative_to_it(case: str, tmp_path: Path) -> None:
    text, jobs = MANIFESTS[case]
    path = tmp_path / "manifest"
    path.write_bytes(text.encode())
    assert read_plan(path, catalogue=Path("/g")) == tuple(below(tmp_path, job) for job in jobs)


BAD: dict[str, tuple[bytes, str]] = {
    "unknown-field": (b"media,catalog\na,b\n", r"m line 1: unknown field 'catalog'; .* catalogue,"),
    "field-twice": (b"media,media\na,b\n", r"m line 1: the field 'media' is there twice"),
    "too-many-fields": (b"media,catalogue\na,b\nc,d,e\n", r"m line 3: it has another number"),
    "too-few-fields": (b"media,catalogue\na\n", r"m line 2: it has another number"),
    "open-quote": (b'media,catalogue\n"a,b\n', r"m line \d: it is not CSV: unexpected end"),
    "no-source": (b"media,catalogue\n,c\n", r"m line 2: nothing to index"),
    "no-catalogue": (b"media,catalogue\na,\n", r"m line 2: it names no catalogue; add one, or"),
    "bad-id": (b"media,catalogue,id\na,c,../x\n", r"m line 2: recording id '\.\./x'"),
    "bad-start": (b"media,catalogue,started_at\na,c,noon\n", r"m line 2: 'noon' is not a start"),
    "id-twice": (b"media,catalogue,id\na,c,x\nb,c,x\n", r"m: the id 'x' is given to more than one"),
    "not-json": (b'{"media": "a", "catalogue": "c"}\n{nope\n', r"m line 2: it is not JSON"),
    "json-too-deep": (
        b'{"media":' + b"[" * 100_000,
        r"m line 1: it is not JSON: maximum recursion",
    ),
    "json-list": (b'{"media": "a", "catalogue": "c"}\n[]\n', r"m line 2: a line of the manifest"),
    "json-number": (b'{"media": "a", "catalogue": "c", "id": 7}\n', r"m line 1: the id must be te"),
    "json-nested": (b'{"media": ["a"], "catalogue": "c"}\n', r'm line 1: the media must .*\["a"\]'),
    "json-unknown-field": (b'{"video": "a"}\n', r"m line 1: unknown field 'video'"),
    "header-only": (b"media,catalogue\n", r"there is no recording in it"),
    "empty": (b"", r"there is no recording in it"),
    "gbk": ("media,catalogue\n今晚直播回放,c\n".encode("gbk"), r"m is not UTF-8.*GBK.*save it as"),
    "workbook": (b"PK\x03\x04" + bytes(30), r"m is an Excel workbook"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_manifest_is_told_with_its_line(case: str, tmp_path: Path) -> None:
    content, told = BAD[case]
    path = tmp_path / "m"
    path.write_bytes(content)
    with pytest.raises(InputError, match=told):
        read_plan(path, catalogue=None)


def test_a_missing_source_and_an_empty_folder_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone; check the path"):
        read_plan(tmp_path / "gone", catalogue=None)
    with pytest.raises(InputError, match=r"there is no recording in it"):
        read_plan(tmp_path, catalogue=None)


def test_both_kinds_of_manifest_say_the_same(tmp_path: Path) -> None:
    rows = [("a.mp4", "c.csv", "x"), ("b 你.mp4", "d.csv", "y")]
    fields = ("media", "catalogue", "id")
    as_csv, as_json = tmp_path / "m.csv", tmp_path / "m.jsonl"
    as_csv.write_text("\n".join(",".join(row) for row in (fields, *rows)), encoding="utf-8")
    lines = (json.dumps(dict(zip(fields, row, strict=True))) for row in rows)
    as_json.write_text("\n".join(lines), encoding="utf-8")
    assert read_plan(as_csv, catalogue=None) == read_plan(as_json, catalogue=None)
