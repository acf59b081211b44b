import os
from contextlib import contextmanager

import pytest
from made_up import access, finding, report, table

from audit.errors import InputOutputError, UsageError
from audit.files import sha256_of
from audit.report import write
from audit.report.read import (
    Wanted,
    count_findings,
    find_finding,
    latest,
    manifest_sha256,
    published_runs,
    read_evidence,
    read_findings,
    read_manifest,
    read_table,
)
from audit.report.write import write_report

FINDINGS = [
    finding("aa1", 1, user_id="U1", level="critical", detector="access-after-warning"),
    finding("bb1", 2, user_id="U2", level="high", status="updated"),
    finding("bb2", 3, user_id="U1", level="medium", subject_id=None),
    finding("cc1", 4, user_id="U2", level="low", subject_id="P2"),
    finding("dd1", 5, user_id="U1", level="informational"),
    finding("ee1", None, user_id="U1", level="critical", suppressed_by="D1"),
]
EVIDENCE = [access("aa1", "E1"), access("bb1", "E2"), access("bb1", "E3", after=1), access("cc1", "E4")]


@pytest.fixture
def run(tmp_path, monkeypatch):
    """A published report whose findings lie in three row groups."""
    monkeypatch.setattr(write, "ROW_GROUP_ROWS", 2)
    write_report(tmp_path, "r1", report(findings=table("findings", FINDINGS), evidence=table("evidence", EVIDENCE)))
    return latest(tmp_path)


def ids(run, **wanted):
    return read_findings(run, Wanted(**wanted))["finding_id"].to_pylist()


def test_no_folder_holds_no_reports(tmp_path):
    assert published_runs(tmp_path / "reports") == []
    assert latest(tmp_path / "reports") is None


def test_reports_are_listed_oldest_first_and_only_when_complete(tmp_path):
    for run_id in ("r2", "r1", "r3"):
        write_report(tmp_path, run_id, report())
    (tmp_path / "run=r3" / "manifest.json").unlink()
    (tmp_path / ".run=r4.1.tmp").mkdir()
    (tmp_path / ".run=r4.1.tmp" / "manifest.json").write_text("{}")
    assert [run.run_id for run in published_runs(tmp_path)] == ["r1", "r2"]
    assert latest(tmp_path).run_id == "r2"


@contextmanager
def nobody():
    """Root may read everything: be somebody who may not for as long as the block runs."""
    was = os.geteuid()
    if was == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(was)


def test_a_folder_that_may_not_be_read_is_no_empty_folder(run):
    run.folder.parent.chmod(0)
    with nobody(), pytest.raises(InputOutputError, match="Permission denied"):
        published_runs(run.folder.parent)
    run.folder.parent.chmod(0o700)


def test_findings_are_counted_whatever_their_limit(run):
    assert count_findings(run, Wanted(limit=1)) == 5
    assert count_findings(run, Wanted(limit=1, suppressed=True)) == 6
    assert count_findings(run, Wanted(user_id="U1")) == 3
    assert count_findings(run, Wanted(user_id="U9")) == 0


def test_findings_come_by_rank_without_the_suppressed(run):
    assert ids(run) == ["aa1", "bb1", "bb2", "cc1", "dd1"]
    assert ids(run, suppressed=True) == ["ee1", "aa1", "bb1", "bb2", "cc1", "dd1"]
    assert ids(run, suppressed=True, limit=2) == ["ee1", "aa1"]
    assert ids(run, suppressed=True, limit=1, user_id="U2") == ["bb1"]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"user_id": "U1"}, ["aa1", "bb2", "dd1"]),
        ({"user_id": "U1", "limit": 2}, ["aa1", "bb2"]),
        ({"subject_id": "P2"}, ["cc1"]),
        ({"detector": ("access-after-warning", "other")}, ["aa1"]),
        ({"level": "high"}, ["aa1", "bb1"]),
        ({"level": "medium", "user_id": "U1"}, ["aa1", "bb2"]),
        ({"status": "updated"}, ["bb1"]),
        ({"limit": 3}, ["aa1", "bb1", "bb2"]),
        ({"limit": 0}, []),
        ({"user_id": "U9"}, []),
    ],
)
def test_findings_are_filtered(run, wanted, expected):
    assert ids(run, **wanted) == expected


def test_only_the_columns_asked_for_are_read_in_that_order(run):
    assert read_findings(run, Wanted(user_id="U1"), ["score", "finding_id"]).column_names == ["score", "finding_id"]
    assert read_findings(run, Wanted(user_id="U9"), ["score", "finding_id"]).column_names == ["score", "finding_id"]


def test_a_finding_is_found_by_an_unambiguous_beginning(run):
    assert find_finding(run, "cc")["finding_id"] == "cc1"
    assert find_finding(run, "ee1")["suppressed_by"] == "D1"
    with pytest.raises(UsageError, match=r"several begin so \(bb1, bb2\)"):
        find_finding(run, "bb")
    with pytest.raises(UsageError, match="not in the report r1"):
        find_finding(run, "zz")


def test_an_id_that_begins_another_is_found(tmp_path):
    rows = [finding("aa", 2), finding("aab", 3)]
    write_report(tmp_path, "r1", report(findings=table("findings", rows)))
    assert find_finding(latest(tmp_path), "aa")["rank"] == 2


def test_evidence_of_one_finding_comes_by_time(run):
    assert read_evidence(run, "bb1")["access_id"].to_pylist() == ["E2", "E3"]
    assert read_evidence(run, "zz").num_rows == 0


def test_a_table_and_some_of_its_columns_are_read(run):
    assert read_table(run, "users")["user_id"].to_pylist() == ["U1"]
    assert read_table(run, "rules", ["detector", "skipped"]).column_names == ["detector", "skipped"]


def test_the_manifest_is_read_and_hashed(run):
    assert read_manifest(run).run_id == "r1"
    assert manifest_sha256(run) == sha256_of(run.folder / "manifest.json")


def test_a_broken_report_names_its_file(run):
    (run.folder / "findings.parquet").write_bytes(b"PAR1 no more")
    (run.folder / "evidence.parquet").unlink()
    (run.folder / "manifest.json").write_text("[]")
    with pytest.raises(InputOutputError, match=r"findings\.parquet: cannot be read"):
        read_findings(run)
    with pytest.raises(InputOutputError, match=r"evidence\.parquet.*cannot be read"):
        read_evidence(run, "aa1")
    with pytest.raises(InputOutputError, match=r"manifest\.json: is not the manifest"):
        read_manifest(run)
