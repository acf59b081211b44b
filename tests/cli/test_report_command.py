"""audit report: a published report in another form."""

import csv
import io
import json
import shutil
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pyarrow.parquet as pq
import pytest

from audit.forms.as_xlsx import MOST_UNITS, _cut, write_xlsx
from audit.forms.rows import read_cells
from audit.report.read import latest, read_evidence, read_manifest
from audit.report.tables import SCHEMAS
from tests.cli.tiny import EVENTS, make_tiny


@pytest.fixture
def made(tmp_path: Path, typed):
    """A workspace of the test's own that was run once; a reason begins as a formula does."""
    folder = make_tiny(tmp_path / "own")
    (folder / "logs/2024.csv").write_text(EVENTS.replace("curious", "=1+1"), encoding="utf-8")
    assert typed("-w", folder, "run").code == 0
    return folder, lambda *words: typed("-w", folder, *words)


def lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="ascii").splitlines()]


def test_csv_has_a_file_for_each_table_with_all_its_rows(made, tmp_path):
    folder, typed = made
    outcome = typed("report", "--format", "csv", "--out", tmp_path / "out")
    run = latest(folder / "reports")

    assert (outcome.code, outcome.out) == (0, f"{tmp_path / 'out'}\n")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {f"{name}.csv" for name in ("about", *SCHEMAS)}
    for name in SCHEMAS:
        read = list(csv.reader((tmp_path / f"out/{name}.csv").open(encoding="utf-8-sig", newline="")))
        table = pq.read_table(run.folder / f"{name}.parquet", partitioning=None)
        assert (read[0], len(read) - 1) == (table.column_names, table.num_rows)


def test_people_get_local_times_with_their_zone_and_no_formula(made, tmp_path):
    _, typed = made
    typed("report", "--format", "csv", "--out", tmp_path / "out.zip")
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read("evidence.csv").decode("utf-8-sig"))))
        about = archive.read("about.csv").decode("utf-8-sig")

    assert "local in Europe/London" in about
    # The log says 10:00 UTC.
    assert rows[0]["occurred_at"] == "2024-06-03 11:00:00 BST"
    assert "'=1+1" in {row["reason"] for row in rows}


def test_a_workbook_has_a_sheet_for_each_table_and_every_text_is_a_text(made, tmp_path):
    _, typed = made
    assert typed("report", "--format", "xlsx", "--out", tmp_path / "out.xlsx").code == 0
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")

    assert book.sheetnames == ["about", *SCHEMAS]
    assert all(book[name].freeze_panes == "A2" for name in SCHEMAS)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert "'=1+1" in {cell.value for cell in cells}
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".out")] == []


def test_rows_beyond_the_last_of_a_sheet_go_on_in_another_and_that_is_said(made, tmp_path):
    folder, _ = made
    run = latest(folder / "reports")
    with (tmp_path / "small.xlsx").open("wb") as file:
        told = write_xlsx(run, read_manifest(run), file, tmp_path, most_rows=2)
    book = openpyxl.load_workbook(tmp_path / "small.xlsx")
    wanted = [row[1] for row in read_cells(run, "evidence", ZoneInfo("Europe/London"))]
    sheets = ["evidence", *(f"evidence {n}" for n in range(2, len(wanted) + 1))]

    assert [book[name]["B2"].value for name in sheets] == wanted
    assert any(text.startswith("evidence: has more rows") for text in told)
    assert any("evidence: has more rows" in str(row[1].value) for row in book["about"].iter_rows())


@pytest.mark.parametrize("sign", ["a", "\U0001f600"])
def test_a_cell_that_is_too_long_is_cut_and_says_by_how_much(sign):
    whole, cut = sign * (MOST_UNITS // len(sign.encode("utf-16-le")) * 2), _cut(sign * 40_000)

    assert _cut(whole) == whole
    assert len(cut.encode("utf-16-le")) // 2 <= MOST_UNITS
    kept = cut.split("…")[0].count(sign)
    assert cut.endswith(f"… (+{40_000 - kept:,} characters)")


def test_ocsf_has_a_detection_finding_for_each_finding(made, tmp_path):
    folder, typed = made
    typed("report", "--format", "ocsf", "--out", tmp_path / "out.ndjson")
    run = latest(folder / "reports")
    events = {event["finding_info"]["uid"]: event for event in lines(tmp_path / "out.ndjson")}
    findings = pq.read_table(run.folder / "findings.parquet", partitioning=None).to_pylist()

    assert list(events) == [row["finding_id"] for row in findings]
    for row in findings:
        event = events[row["finding_id"]]
        assert (event["class_uid"], event["category_uid"], event["type_uid"]) == (2004, 2, 200401)
        assert (event["activity_id"], event["status_id"]) == (1, 1)
        assert event["severity"].lower() == row["level"]
        assert event["risk_score"] == row["score"]
        assert event["unmapped"]["details"] == json.loads(row["details"])
        assert [cited["uid"] for cited in event["evidences"]] == read_evidence(run, row["finding_id"])[
            "access_id"
        ].to_pylist()
    repeated = next(event for event in events.values() if event["unmapped"]["detector"] == "repeated-subject")
    assert repeated["finding_info"]["title"] != "repeated-subject"
    assert repeated["unmapped"]["user_id"] == "U1"
    assert repeated["resources"] == [{"uid": "P1", "type": "person"}]
    first = datetime(2024, 6, 3, 10, tzinfo=UTC)
    assert repeated["start_time"] == int(first.timestamp() * 1000)
    assert "=1+1" not in json.dumps(repeated["evidences"])


def test_ocsf_tells_what_is_unchanged_suppressed_and_withdrawn(made, tmp_path):
    folder, typed = made
    stays = next(row for row in typed("findings", "--format", "json").json if row["detector"] == "unexplained-access")
    typed("review", stays["finding_id"], "--outcome", "explained", "--by", "Sgt Dale")
    (folder / "audit.toml").write_text(
        (folder / "audit.toml").read_text() + "\n[parameters.repeated-subject]\nmin_days = 9\n", encoding="utf-8"
    )
    assert typed("run").code == 0
    typed("report", "--format", "ocsf", "--out", tmp_path / "out.ndjson")
    told = {(event["activity_name"], event["status"]) for event in lines(tmp_path / "out.ndjson")}

    assert ("unchanged", "Suppressed") in told
    assert ("Close", "withdrawn") in told


def test_the_page_is_the_one_that_was_published(made):
    folder, typed = made
    outcome = typed("report", "--format", "html")
    run = latest(folder / "reports")

    assert Path(outcome.out.strip()) == folder / f"reports/{run.run_id}.html"
    assert Path(outcome.out.strip()).read_bytes() == (run.folder / "report.html").read_bytes()
    assert typed("verify").code == 0
    assert typed("findings").code == 0


@pytest.mark.parametrize("form", ["csv", "xlsx", "ocsf"])
def test_the_same_report_gives_the_same_bytes_for_nobody_else_to_read(made, tmp_path, form):
    _, typed = made
    out = [tmp_path / f"{n}.zip" for n in range(2)]
    for path in out:
        assert typed("report", "--format", form, "--out", path).code == 0

    assert out[0].read_bytes() == out[1].read_bytes()
    assert out[0].stat().st_mode & 0o777 == 0o600


def test_what_is_there_stays_unless_force_says_otherwise_and_strangers_files_always(made, tmp_path):
    _, typed = made
    out = tmp_path / "out"
    assert typed("report", "--format", "csv", "--out", out).code == 0
    again = typed("report", "--format", "csv", "--out", out)
    assert (again.code, "--force" in again.err) == (2, True)
    assert typed("report", "--format", "csv", "--out", out, "--force").code == 0

    (out / "mine.txt").touch()
    assert typed("report", "--format", "csv", "--out", out, "--force").code == 2
    assert (out / "mine.txt").exists()


def test_a_report_that_was_changed_is_refused_and_nothing_written(made, tmp_path):
    folder, typed = made
    run = latest(folder / "reports")
    (run.folder / "report.html").write_text("otherwise")
    shutil.copy(run.folder / "users.parquet", run.folder / "findings.parquet")

    for form in ("html", "xlsx", "csv", "ocsf"):
        assert typed("report", "--format", form, "--out", tmp_path / "out").code == 8
    assert not (tmp_path / "out").exists()


def test_nothing_goes_into_a_published_report(made):
    folder, typed = made
    run = latest(folder / "reports")

    outcome = typed("report", "--format", "html", "--out", run.folder / "more.html")

    assert (outcome.code, "never changes" in outcome.err) == (2, True)


def test_who_made_which_form_stands_on_the_ledger(made, tmp_path):
    folder, typed = made
    typed("report", "--format", "ocsf", "--out", tmp_path / "out")
    about = json.loads((folder / "ledger.jsonl").read_text().splitlines()[-1])["about"]

    assert (about["command"], about["asked"]["format"]) == ("report", "ocsf")
    assert about["shown"] == len(about["ids"])


def test_a_missing_writer_is_told_with_what_to_install(made, monkeypatch):
    _, typed = made
    monkeypatch.setitem(__import__("sys").modules, "xlsxwriter", None)

    outcome = typed("report", "--format", "xlsx")

    assert (outcome.code, "pip install 'access-audit[xlsx]'" in outcome.err) == (5, True)


def test_a_folder_that_cannot_be_replaced_stays(made, tmp_path, monkeypatch):
    _folder, typed = made
    out = tmp_path / "again"
    assert typed("report", "--format", "csv", "--out", out).code == 0
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    real = Path.replace

    def fail_to_arrive(self, target):
        if self.name == out.name and self != out:
            raise PermissionError(13, "Permission denied", str(target))
        return real(self, target)

    monkeypatch.setattr(Path, "replace", fail_to_arrive)
    assert typed("report", "--format", "csv", "--out", out, "--force").code == 6
    monkeypatch.undo()

    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    assert not list(tmp_path.glob(".*"))
