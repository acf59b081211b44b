"""Whole runs, night after night, give the report of `--full` and of a fresh warehouse in another order; each comes out again."""

import csv
import shutil
from pathlib import Path

import pyarrow as pa
import pytest

from audit.asof import run_as_of
from audit.report.read import Run, published_runs, read_table
from audit.run import RunOptions, run
from audit.simulate import simulate
from audit.workspace import read_workspace

TABLES = ("findings", "evidence", "users", "coverage", "rules")


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("nights") / "force"
    simulate(folder, 60, 28, 6_000, 5, lambda _: None)
    return folder


def an_empty_copy(simulated: Path, target: Path) -> Path:
    """The same force with no log."""
    shutil.copytree(simulated, target, ignore=shutil.ignore_patterns("labels", "event-*.csv", "*.duckdb", "reports"))
    (target / "logs").mkdir(exist_ok=True)
    return target


def nightly_files(simulated: Path) -> list[tuple[str, str]]:
    """The log in four files: name and text. The third holds every seventh record, out of its time."""
    header, rows = "", []
    for path in sorted((simulated / "logs").glob("*.csv")):
        header, *more = path.read_text(encoding="utf-8").splitlines(keepends=True)
        rows += more
    rows.sort(key=lambda row: row.split(",")[1])
    late, others = rows[::7], [row for place, row in enumerate(rows) if place % 7]
    third = len(others) // 3
    parts = [others[:third], others[third : 2 * third], late, others[2 * third :]]
    return [(f"event-{number}.csv", header + "".join(part)) for number, part in enumerate(parts)]


def without(path: Path, every: int) -> None:
    """Take every so-manieth row out of a reference file."""
    with path.open(newline="", encoding="utf-8") as file:
        header, *rows = list(csv.reader(file))
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *(row for place, row in enumerate(rows) if place % every)])


def report_of(folder: Path, full: bool = False) -> dict[str, pa.Table]:
    published = run(read_workspace(folder), RunOptions(full=full), lambda _: None).published
    tables = {name: read_table(Run(published.run_id, published.folder), name) for name in TABLES}
    return tables | {"findings": tables["findings"].drop_columns(["status"])}


def test_runs_night_after_night_give_the_report_of_a_full_run_and_of_a_fresh_warehouse(
    simulated: Path, tmp_path: Path
) -> None:
    folder = an_empty_copy(simulated, tmp_path / "nightly")
    files = nightly_files(simulated)
    staff, links, postings = (
        folder / "context" / f"{name}.csv" for name in ("incident_staff", "subject_link", "posting")
    )
    whole = {path: path.read_bytes() for path in (staff, links, postings)}
    for number, (name, text) in enumerate(files):
        for path, every in ((staff, 3 + number), (links, 4 + number), (postings, 9 + number)):
            path.write_bytes(whole[path])
            if number < len(files) - 1:
                without(path, every)
        (folder / "logs" / name).write_text(text, encoding="utf-8")
        found = report_of(folder)

    assert report_of(folder, full=True) == found
    fresh = an_empty_copy(simulated, tmp_path / "fresh")
    for name, text in reversed(files):
        (fresh / "logs" / name).write_text(text, encoding="utf-8")
        at_once = report_of(fresh)
    assert at_once == found
    assert found["findings"].num_rows > 0
    for published in published_runs(folder / "reports"):
        again = run_as_of(read_workspace(folder), published.run_id, None, lambda _: None)
        assert [file.name for file in again.files if not file.same] == []
