"""A real log: three dated pulls of one growing search log, loaded pull by pull."""

import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb

from audit.run import RunResult
from tests.conftest import SAMPLES

PULLS = ("2025-08-29.csv", "2025-09-23.csv", "2025-12-03.csv")


def _workspace(folder: Path) -> Path:
    shutil.copytree(SAMPLES / "eugene", folder, ignore=shutil.ignore_patterns("*.csv"))
    (folder / "logs").mkdir(exist_ok=True)
    return folder


def test_each_pull_adds_what_is_new_and_knows_the_rest(tmp_path: Path, run_workspace: Callable[..., RunResult]) -> None:
    folder = _workspace(tmp_path / "eugene")
    counts = []
    for pull in PULLS:
        shutil.copy(SAMPLES / "eugene/logs" / pull, folder / "logs")
        loads = run_workspace(folder).loaded.loads
        counts.append([(load.records, load.loaded, load.duplicates) for load in loads])

    assert counts == [[(2783, 2783, 0)], [(3566, 783, 2783)], [(4294, 728, 3566)]]
    with duckdb.connect(str(folder / "audit.duckdb"), read_only=True) as connection:
        found = connection.execute("SELECT count(*), count(DISTINCT user_id) FROM event").fetchall()
    assert found == [(4294, 147)]


def test_a_second_run_loads_nothing_and_makes_the_same_bytes(
    tmp_path: Path, run_workspace: Callable[..., RunResult]
) -> None:
    folder = tmp_path / "eugene"
    shutil.copytree(SAMPLES / "eugene", folder)

    first, second = run_workspace(folder), run_workspace(folder)

    assert (second.loaded.loads, second.loaded.known) == ([], 3)
    names = {path.name for path in first.published.folder.iterdir()}
    assert {"findings.parquet", "evidence.parquet", "users.parquet", "rules.parquet", "coverage.parquet"} <= names
    for name in names - {"manifest.json"}:
        assert (first.published.folder / name).read_bytes() == (second.published.folder / name).read_bytes(), name


def test_only_detectors_of_the_log_alone_run_and_the_others_say_why_not(
    tmp_path: Path, run_workspace: Callable[..., RunResult]
) -> None:
    folder = tmp_path / "eugene"
    shutil.copytree(SAMPLES / "eugene", folder)

    result = run_workspace(folder)

    skipped = {found.detector.id: found.skipped for found in result.detections}
    assert skipped["poor-reason"] is None
    assert skipped["unexplained-access"] == "needs incident, and none is loaded"
    assert skipped["repeated-subject"] == "no access names a subject"
    assert skipped["peer-outlier"] == "needs incident, and none is loaded"
    found = {row["detector"] for row in result.published.findings.to_pylist()}
    assert found == {"poor-reason", "log-gap", "own-baseline"}
