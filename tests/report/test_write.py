import hashlib
import json
import os
import re
import stat
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from made_up import access, finding, manifest, report, table

from audit.errors import ConfigError, InputOutputError
from audit.report import write
from audit.report.manifest import manifest_from_json
from audit.report.read import published_runs
from audit.report.write import new_run_id, write_report

FILES = {
    *("findings.parquet", "evidence.parquet", "users.parquet", "rules.parquet", "coverage.parquet"),
    *("withdrawn.parquet", "control.parquet", "report.html", "manifest.json"),
}


@pytest.fixture(params=[0o000, 0o022, 0o077], ids=oct)
def umask(request):
    before = os.umask(request.param)
    yield
    os.umask(before)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_report_has_its_files_and_nothing_is_left_beside_it(tmp_path):
    folder = write_report(tmp_path / "reports", "r1", report())
    assert folder == tmp_path / "reports" / "run=r1"
    assert {path.name for path in folder.iterdir()} == FILES
    assert [path.name for path in (tmp_path / "reports").iterdir()] == ["run=r1"]


def test_the_manifest_names_each_other_file_with_its_hash(tmp_path):
    folder = write_report(tmp_path, "r1", report())
    read = manifest_from_json((folder / "manifest.json").read_text())
    assert read.run_id == "r1"
    assert {file.name for file in read.files} == FILES - {"manifest.json"}
    for file in read.files:
        content = (folder / file.name).read_bytes()
        assert (file.sha256, file.bytes) == (hashlib.sha256(content).hexdigest(), len(content))
    assert {file.name: file.rows for file in read.files}["evidence.parquet"] == 2


def test_the_same_report_gives_the_same_bytes_whatever_the_clock(tmp_path):
    first = contents(write_report(tmp_path, "r1", report()))
    later = manifest(
        started_at=datetime(2031, 1, 1, tzinfo=UTC),
        finished_at=datetime(2031, 1, 2, tzinfo=UTC),
        compared_with="r1",
        previous_manifest_sha256="ab",
        step_seconds={"load": 9.0},
    )
    second = contents(write_report(tmp_path, "r2", report(manifest=later)))
    assert {name for name in first if first[name] != second[name]} == {"manifest.json"}


def test_bytes_do_not_depend_on_how_a_table_is_cut_into_chunks(tmp_path, monkeypatch):
    monkeypatch.setattr(write, "ROW_GROUP_ROWS", 4)
    rows = [finding(f"f{number:02d}", number + 1) for number in range(11)]
    whole = table("findings", rows)
    pieces = pa.concat_tables([whole.slice(0, 1), whole.slice(1, 6), whole.slice(7)])
    tagged = pieces.replace_schema_metadata({"pandas": "{}"})
    first = write_report(tmp_path, "r1", report(findings=whole))
    second = write_report(tmp_path, "r2", report(findings=tagged))
    assert (first / "findings.parquet").read_bytes() == (second / "findings.parquet").read_bytes()


@pytest.mark.usefixtures("umask")
def test_only_the_owner_may_read_whatever_the_umask(tmp_path):
    folder = write_report(tmp_path / "reports", "r1", report())
    assert {mode(tmp_path / "reports"), mode(folder)} == {0o700}
    assert {mode(path) for path in folder.iterdir()} == {0o600}


@pytest.mark.usefixtures("umask")
def test_a_group_may_read_when_one_is_named(tmp_path):
    grp = pytest.importorskip("grp")
    group_id = os.getgroups()[-1] if os.getgroups() else os.getgid()
    folder = write_report(tmp_path / "reports", "r1", report(), group=grp.getgrgid(group_id).gr_name)
    assert {mode(tmp_path / "reports"), mode(folder)} == {0o750}
    assert {mode(path) for path in folder.iterdir()} == {0o640}
    assert {path.stat().st_gid for path in (folder, *folder.iterdir())} == {group_id}


def test_an_unknown_group_is_a_fault_of_the_configuration(tmp_path):
    with pytest.raises(ConfigError, match='group "no-such-group"'):
        write_report(tmp_path, "r1", report(), group="no-such-group")


def test_a_failure_before_the_end_leaves_no_report_and_no_leftover(tmp_path, monkeypatch):
    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(write, "_write_manifest", fail)
    with pytest.raises(InputOutputError, match="cannot be written: No space left on device; free space"):
        write_report(tmp_path, "r1", report())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("failing", ["findings", "evidence", "control", "page"])
def test_where_one_file_fails_the_others_come_to_their_end_and_nothing_is_left(tmp_path, monkeypatch, failing):
    ended = []
    whole = write._write_table

    def slowly(path, rows, audience):
        time.sleep(0.05)
        if path.stem == failing:
            raise OSError(28, "No space left on device", str(path))
        entry = whole(path, rows, audience)
        ended.append(path.stem)
        return entry

    def no_page(path, page, audience):
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(write, "_write_table", slowly)
    if failing == "page":
        monkeypatch.setattr(write, "_write_page", no_page)
    with pytest.raises(InputOutputError, match="cannot be written: No space left on device; free space"):
        write_report(tmp_path, "r1", report())

    assert list(tmp_path.iterdir()) == []
    # None was cut off while it wrote, and none begins later.
    assert sorted(ended) == sorted({name.removesuffix(".parquet") for name in FILES if "parquet" in name} - {failing})
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("audit-report")]


def test_a_killed_run_leaves_no_report_and_the_next_removes_what_it_left(tmp_path):
    killed = """
import os, sys
from pathlib import Path
from made_up import report
from audit.report import write
write.sync_folder = lambda folder: os._exit(9)
write.write_report(Path(sys.argv[1]), "r1", report())
"""
    here = Path(__file__).parent
    path = os.pathsep.join([str(here), str(here.parents[1])])
    ended = subprocess.run([sys.executable, "-c", killed, str(tmp_path)], env=os.environ | {"PYTHONPATH": path})
    assert ended.returncode == 9
    assert len(list(tmp_path.glob(".run=r1.*.tmp"))) == 1
    assert published_runs(tmp_path) == []
    write_report(tmp_path, "r2", report())
    assert [path.name for path in tmp_path.iterdir()] == ["run=r2"]


def test_what_another_live_process_writes_is_left_alone(tmp_path):
    beside = tmp_path / f".run=r0.{os.getppid()}.tmp"
    beside.mkdir()
    write_report(tmp_path, "r1", report())
    assert beside.exists()


def test_a_report_is_never_replaced(tmp_path):
    folder = write_report(tmp_path, "r1", report())
    before = contents(folder)
    with pytest.raises(InputOutputError, match=r"run=r1: is there already"):
        write_report(tmp_path, "r1", report(findings=table("findings", [finding(score=1)])))
    assert contents(folder) == before
    assert [path.name for path in tmp_path.iterdir()] == ["run=r1"]


def test_a_place_that_is_no_folder_is_named(tmp_path):
    (tmp_path / "reports").write_text("")
    with pytest.raises(InputOutputError, match=r"reports.*cannot be written"):
        write_report(tmp_path / "reports", "r1", report())


def test_run_ids_sort_by_time_and_differ_within_an_instant():
    now = datetime(2024, 3, 5, 2, 0, 0, 5, tzinfo=UTC)
    assert re.fullmatch(r"20240305T020000\.000005Z-[0-9a-f]{6}", new_run_id(now))
    assert len({new_run_id(now) for _ in range(20)}) == 20
    assert new_run_id(now) < new_run_id(now + timedelta(microseconds=1))


def test_a_run_after_the_clock_was_set_back_still_sorts_last():
    first = new_run_id(datetime(2024, 3, 5, 2, 0, tzinfo=UTC))
    assert new_run_id(datetime(2024, 3, 5, 1, 0, tzinfo=UTC), after=first) > first


def test_findings_open_in_duckdb_pandas_and_polars(tmp_path):
    rows = [finding("a", 1), finding("b", None, user_id=None, suppressed_by="D1")]
    folder = write_report(tmp_path, "r1", report(findings=table("findings", rows)))
    path = str(folder / "findings.parquet")
    read = duckdb.sql(f"SELECT rank, score, first_at, event_ids, details FROM '{path}' ORDER BY finding_id").fetchall()
    assert read[0] == (1, 60, datetime(2024, 3, 1, 10, 0), ["E1", "E2"], rows[0]["details"])
    frame = pd.read_parquet(path)
    assert list(frame["event_ids"][0]) == ["E1", "E2"]
    assert str(frame["first_at"].dtype) == "datetime64[us]"
    assert json.loads(frame["key"][0]) == {"user_id": "U1", "subject_id": "P1"}
    polars = pl.read_parquet(path)
    assert polars["event_ids"].to_list() == [["E1", "E2"], ["E1", "E2"]]
    assert polars["rank"].to_list() == [1, None]
    assert polars["first_at"].dtype == pl.Datetime("us")


def test_evidence_leads_to_file_and_record(tmp_path):
    folder = write_report(tmp_path, "r1", report(evidence=table("evidence", [access(record_no=12)])))
    read = duckdb.sql(f"SELECT path, record_no, sha256 FROM '{folder / 'evidence.parquet'}'").fetchall()
    assert read == [("logs/rms.csv", 12, "3fa9c1d2" * 8)]
