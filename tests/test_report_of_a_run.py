"""What a run publishes, read as other programs read it, and followed back to the record in the file."""

import csv
import gzip
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pandas
import polars
import pytest

from audit.run import RunResult
from audit.workspace import Workspace
from tests.conftest import SAMPLES

CONTRACT_COLUMNS = (
    "finding_id detector family level score rank user_id subject_id key first_at last_at event_count days summary details "
    "status event_ids suppressed_by"
).split()


def test_findings_open_in_duckdb_pandas_and_polars(force: tuple[Workspace, RunResult]) -> None:
    path = force[1].published.folder / "findings.parquet"

    with duckdb.connect() as connection:
        in_duckdb = connection.execute(f"SELECT count(*) FROM '{path}'").fetchall()[0][0]
    in_pandas, in_polars = pandas.read_parquet(path), polars.read_parquet(path)

    assert in_duckdb == len(in_pandas) == len(in_polars) > 0
    assert list(in_pandas.columns) == in_polars.columns == CONTRACT_COLUMNS


def test_every_finding_counts_what_it_cites(force: tuple[Workspace, RunResult]) -> None:
    folder = force[1].published.folder
    with duckdb.connect() as connection:
        wrong = connection.execute(
            f"""
            SELECT finding_id FROM '{folder}/findings.parquet' AS finding
            LEFT JOIN (
                SELECT finding_id, list(access_id ORDER BY occurred_at, access_id) AS ids, min(occurred_at) AS first_at
                FROM '{folder}/evidence.parquet' WHERE counts GROUP BY finding_id
            ) AS cited USING (finding_id)
            WHERE event_count <> len(event_ids) OR event_ids <> ids OR finding.first_at <> cited.first_at
            """
        ).fetchall()

    assert wrong == []


def test_the_parts_of_every_score_add_up_to_it(force: tuple[Workspace, RunResult]) -> None:
    for row in force[1].published.findings.to_pylist():
        parts = json.loads(row["details"])["score_parts"]
        assert sum(parts.values()) == row["score"]
        assert 0 <= row["score"] <= 100


def test_ranks_have_no_ties_and_no_gaps(force: tuple[Workspace, RunResult]) -> None:
    for table in (force[1].published.findings, force[1].published.users):
        assert table["rank"].to_pylist() == list(range(1, table.num_rows + 1))


def _record(path: Path, record_no: int) -> str:
    """The record as text, read from the file without the program."""
    if path.name.endswith(".ndjson.gz"):
        return [line for line in gzip.open(path, "rt", encoding="utf-8") if line.strip()][record_no - 1]
    if path.name.endswith(".csv.gz"):
        with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
            return json.dumps(list(csv.reader(stream))[record_no])
    lines = path.read_bytes().decode("cp1252").split("\r\n")
    return [line for line in lines if line][record_no]


def _one_of_each_source(folder: Path) -> list[dict[str, Any]]:
    with duckdb.connect() as connection:
        return (
            connection.sql(
                f"SELECT * FROM '{folder}/evidence.parquet' QUALIFY row_number() OVER (PARTITION BY source, path "
                "ORDER BY finding_id, access_id) <= 3"
            )
            .to_arrow_table()
            .to_pylist()
        )


def test_evidence_leads_from_a_finding_to_the_record_in_the_file(force: tuple[Workspace, RunResult]) -> None:
    import hashlib

    rows = _one_of_each_source(force[1].published.folder)

    assert {row["source"] for row in rows} == {"ndb-transaction", "rms-view", "alpr-audit"}
    for row in rows:
        path = force[0].folder / row["path"]
        assert hashlib.sha256(path.read_bytes()).hexdigest() == row["sha256"]
        record = _record(path, row["record_no"])
        wanted = row["subject_id"] if row["source"] == "alpr-audit" else row["access_id"]
        assert wanted.lower() in record.lower().replace(" ", "")


def test_an_unexplained_access_says_what_was_tried(force: tuple[Workspace, RunResult]) -> None:
    with duckdb.connect() as connection:
        folder = force[1].published.folder
        without = connection.execute(
            f"SELECT count(*) FROM '{folder}/evidence.parquet' WHERE explanation IS NULL AND counts AND tried IS NULL "
            # Without a user or a subject nothing is judged, so nothing is tried.
            "AND subject_id IS NOT NULL AND user_id IS NOT NULL"
        ).fetchall()[0][0]

    assert without == 0


@pytest.mark.parametrize("threads", [1, 2])
def test_the_same_data_gives_the_same_bytes_whatever_the_threads(
    tmp_path: Path, force: tuple[Workspace, RunResult], run_workspace: Callable[..., RunResult], threads: int
) -> None:
    folder = tmp_path / "force"
    shutil.copytree(SAMPLES / "force", folder)
    config = folder / "audit.toml"
    config.write_text(config.read_text().replace('purpose = "', f'threads = {threads}\npurpose = "'))

    result = run_workspace(folder)

    for path in sorted(force[1].published.folder.glob("*.parquet")):
        assert (result.published.folder / path.name).read_bytes() == path.read_bytes(), path.name


def test_a_run_over_other_data_says_what_is_new_updated_unchanged_and_withdrawn(
    tmp_path: Path, run_workspace: Callable[..., RunResult]
) -> None:
    folder = tmp_path / "force"
    shutil.copytree(SAMPLES / "force", folder)
    held_back = folder / "logs/ndb/ndb_txn_2024H2.txt"
    away = tmp_path / held_back.name
    held_back.rename(away)
    run_workspace(folder)
    away.rename(held_back)
    # An authority for everybody in one role explains what was unexplained before.
    authority = folder / "context/authority.csv"
    header, *rows = authority.read_text(encoding="utf-8").splitlines()
    columns = header.split(",")
    row = {"authority_id": "AU-NEW", "role": "rural-officer"}
    authority.write_text(
        "\n".join([header, *rows, ",".join(row.get(name, "") for name in columns)]) + "\n", encoding="utf-8"
    )

    result = run_workspace(folder)

    statuses = set(result.published.findings["status"].to_pylist())
    withdrawn = pandas.read_parquet(result.published.folder / "withdrawn.parquet")
    assert statuses == {"new", "updated", "unchanged"}
    assert "explained now: standing-authority" in set(withdrawn["why"])
    assert not set(withdrawn["finding_id"]) & set(result.published.findings["finding_id"].to_pylist())
