"""Compare a contender's answers with those of a report of Access Audit, as sets of rows."""

import json
from pathlib import Path

import duckdb
from work import ANSWERS

Rows = set[tuple[object, ...]]
DETECTORS = {
    "unexplained": "unexplained-access",
    "repeated": "repeated-subject",
    "after_warning": "access-after-warning",
}


def answers_of_report(run: Path) -> dict[str, Rows]:
    """Return the rows that the three detectors cite in a published report."""
    found: dict[str, Rows] = {}
    for name, detector in DETECTORS.items():
        rows = duckdb.execute(
            "SELECT finding.user_id, finding.subject_id, finding.key, evidence.access_id, evidence.counts "
            f"FROM '{run}/evidence.parquet' AS evidence INNER JOIN '{run}/findings.parquet' AS finding USING (finding_id) "
            "WHERE finding.detector = ?",
            [detector],
        ).fetchall()
        if name == "after_warning":
            found[name] = {
                (user, json.loads(key)["warning_id"], access, counts) for user, _, key, access, counts in rows
            }
        else:
            found[name] = {(user, subject, access) for user, subject, _, access, _ in rows}
    return found


def answers_of_contender(folder: Path) -> dict[str, Rows]:
    """Return the rows that a contender wrote."""
    return {
        name: {
            (*row[:3], *(bool(value) for value in row[3:]))
            for row in duckdb.sql(f"SELECT {', '.join(columns)} FROM read_parquet('{_path(folder, name)}')").fetchall()
        }
        for name, columns in ANSWERS.items()
    }


def _path(folder: Path, name: str) -> Path:
    path = folder / f"{name}.parquet"
    return path / "*.parquet" if path.is_dir() else path


def differences(ours: dict[str, Rows], theirs: dict[str, Rows]) -> list[str]:
    """Return one line for each answer that differs; none when all agree."""
    return [
        f"{name}: {len(rows - theirs[name])} rows only in Access Audit's, {len(theirs[name] - rows)} only in the other's"
        for name, rows in ours.items()
        if rows != theirs[name]
    ]
