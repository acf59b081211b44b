"""The lake holds what the warehouse holds, day by day, and only what changed is written anew."""

import shutil
from pathlib import Path

import duckdb
import pytest

from audit.lake import LOG, drop_lake, lake_tables, write_lake
from audit.loading import load_only
from audit.workspace import Workspace, read_workspace
from tests.conftest import quiet

HEADER = "event_id,occurred_at,user_id,system,action,subject_id\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace with a log of two days."""
    (tmp_path / "audit.toml").write_text('[workspace]\nname = "Tiny"\n\n[[input]]\nsource = "event"\npath = "*.csv"\n')
    (tmp_path / "one.csv").write_text(
        HEADER + "E1,2024-03-01T10:00:00Z,U1,RMS,view,P1\nE2,2024-03-02T10:00:00Z,U1,RMS,view,P1\n"
    )
    workspace = read_workspace(tmp_path)
    load_only(workspace, [], None, quiet, lake=True)
    return workspace


def _days(workspace: Workspace) -> dict[str, int]:
    """Day -> when its file was written."""
    return {
        folder.name.partition("=")[2]: next(folder.glob("*.parquet")).stat().st_mtime_ns
        for folder in (workspace.lake / LOG).glob("local_date=*")
    }


def _events(workspace: Workspace) -> list[tuple[object, ...]]:
    files = f"{workspace.lake / LOG}/*/*.parquet"
    sql = f"SELECT event_id, CAST(local_date AS VARCHAR) FROM read_parquet('{files}', hive_partitioning = true) ORDER BY 1"
    return duckdb.sql(sql).fetchall()


def test_each_local_day_is_a_folder_and_every_table_is_there(workspace: Workspace) -> None:
    assert _events(workspace) == [("E1", "2024-03-01"), ("E2", "2024-03-02")]
    assert {path.name for path in workspace.lake.iterdir()} == {*lake_tables(), "lake.json"}


def test_only_the_days_that_a_load_touches_are_written_anew(workspace: Workspace) -> None:
    before = _days(workspace)
    (workspace.folder / "two.csv").write_text(HEADER + "E3,2024-03-02T11:00:00Z,U1,RMS,view,P2\n")

    load_only(workspace, [], None, quiet, lake=True)

    after = _days(workspace)
    assert after["2024-03-01"] == before["2024-03-01"]
    assert after["2024-03-02"] > before["2024-03-02"]
    assert _events(workspace) == [("E1", "2024-03-01"), ("E2", "2024-03-02"), ("E3", "2024-03-02")]


def test_a_day_that_a_killed_writing_took_away_comes_back(workspace: Workspace) -> None:
    marks = workspace.lake / LOG / "_days.json"
    shutil.rmtree(workspace.lake / LOG / "local_date=2024-03-02")
    marks.write_text(marks.read_text().replace("2024-03-02", "1999-01-01"))

    with duckdb.connect(str(workspace.database)) as connection:
        written = write_lake(connection, workspace, quiet)

    assert written == 2
    assert _events(workspace) == [("E1", "2024-03-01"), ("E2", "2024-03-02")]


def test_the_lake_is_for_its_owner_alone(workspace: Workspace) -> None:
    paths = [workspace.lake, *workspace.lake.rglob("*")]

    open_to_others = [path for path in paths if path.stat().st_mode & 0o077]

    assert not open_to_others


def test_what_is_dropped_can_be_written_again(workspace: Workspace) -> None:
    drop_lake(workspace.lake)
    assert list(workspace.lake.iterdir()) == []

    load_only(workspace, [], None, quiet, lake=True)

    assert _events(workspace) == [("E1", "2024-03-01"), ("E2", "2024-03-02")]
