"""A manifest may name objects; one that is not there does not stop the rest."""

from __future__ import annotations

import json
from pathlib import Path

from tests.remote.conftest import BUCKET, Bucket


def test_a_manifest_may_name_objects(
    bucket: Bucket, kandian, show, make_media, tmp_path: Path
) -> None:
    url = bucket.put("show.mp4", make_media("far.mp4", seconds=41).read_bytes())
    manifest = tmp_path / "tonight.csv"
    lines = ("media,transcript,id", f"{url},show.srt,far", f"s3://{BUCKET}/no.mp4,show.srt,no")
    manifest.write_text("\n".join(lines), encoding="utf-8")
    job = ("batch", manifest, "--catalogue", show.catalogue, "--encoder", "lsa", "--no-transcode")
    plan = json.loads(kandian(*job, "--dry-run", "--format", "json").out)
    assert ["object storage" in line["why"] for line in plan] == [True, True]
    ran = kandian(*job, "--format", "json")
    assert ran.code == 1
    assert [line["outcome"] for line in json.loads(ran.out)] == ["done", "rejected"], ran.err
