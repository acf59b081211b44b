"""Logs that other workspaces loaded into lakes of their own are audited as if one workspace had loaded all."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from audit.errors import ConfigError
from audit.joined import lakes_of
from audit.loading import load_only
from audit.run import RunOptions, run
from audit.workspace import Workspace, read_workspace
from tests.cli.tiny import CONFIG, make_tiny
from tests.conftest import quiet

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

NDB = """
name = "ndb"
table = "event"
[columns]
event_id = "id"
occurred_at = "when"
user_id = "who"
system = { value = "NDB" }
action = { value = "search" }
subject_kind = { value = "person" }
subject_id = "whom"
"""
LOG = "id,when,who,whom\n" + "".join(f"N{day},2024-06-0{day} 09:00:00,U1,P1\n" for day in (1, 2, 6, 7))
INPUT = '\n[[input]]\nsource = "ndb"\npath = "ndb/*.csv"\n'
JOIN = '\n[spark]\njoin = ["../ndb/lake"]\n'
HEAD = '[workspace]\nname = "{name}"\ntimezone = "{zone}"\nsources = ["sources"]\n'
DETECTORS = ("repeated-subject", "unexplained-access")


def with_ndb(folder: Path) -> None:
    (folder / "sources").mkdir(parents=True, exist_ok=True)
    (folder / "sources" / "ndb.toml").write_text(NDB)
    (folder / "ndb").mkdir()
    (folder / "ndb" / "log.csv").write_text(LOG)


def post(folder: Path, name: str = "NDB post", zone: str = "Europe/London") -> Path:
    """Make a workspace that only loads, and load it into its lake."""
    with_ndb(folder)
    (folder / "audit.toml").write_text(HEAD.format(name=name, zone=zone) + INPUT)
    load_only(read_workspace(folder), [], None, quiet, lake=True)
    return folder


@pytest.fixture
def joining(tmp_path: Path) -> Workspace:
    """The tiny workspace, loaded into a lake, with another's log to be joined."""
    (tmp_path / "force").mkdir()
    workspace = read_workspace(make_tiny(tmp_path / "force", CONFIG + JOIN))
    load_only(workspace, [], None, quiet, lake=True)
    return workspace


def told(workspace: Workspace) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        lakes_of(workspace)
    return [fault.partition("join: ")[2] for fault in refused.value.faults]


def test_a_folder_that_is_no_lake_is_named(joining: Workspace) -> None:
    (fault,) = told(joining)

    assert fault.endswith(
        "ndb/lake is no lake of this version of Access Audit; make it in its workspace: audit load --lake"
    )


def test_days_of_another_zone_are_refused(joining: Workspace, tmp_path: Path) -> None:
    post(tmp_path / "ndb", zone="Europe/Dublin")

    (fault,) = told(joining)

    assert fault.endswith("has its days in Europe/Dublin, and this workspace in Europe/London")


def test_two_workspaces_of_one_name_could_not_be_told_apart(joining: Workspace, tmp_path: Path) -> None:
    post(tmp_path / "ndb", name="Tiny")

    assert told(joining) == ['2 workspaces are named "Tiny"; give each a name of its own']


def test_a_source_in_two_lakes_and_context_in_another_are_refused(joining: Workspace, tmp_path: Path) -> None:
    shutil.copytree(joining.folder, tmp_path / "ndb")

    faults = told(joining)

    assert (
        "events of source event stand in 2 lakes, and which of them came twice nobody could tell; load it into one"
        in faults
    )
    assert faults[-1].endswith(
        "holds incident, incident_subject, incident_staff; load that into this workspace, only logs are joined"
    )


def test_the_findings_are_those_of_one_workspace_that_loaded_all(
    spark: "SparkSession", joining: Workspace, tmp_path: Path
) -> None:
    post(tmp_path / "ndb")
    (tmp_path / "whole").mkdir()
    make_tiny(tmp_path / "whole", CONFIG + INPUT)
    with_ndb(tmp_path / "whole")

    whole = run(read_workspace(tmp_path / "whole"), RunOptions(detectors=DETECTORS), quiet).published.folder
    joined = run(joining, RunOptions(detectors=DETECTORS, engine="spark"), quiet).published.folder

    assert pq.read_table(whole / "findings.parquet") == pq.read_table(joined / "findings.parquet")
    ours, theirs = (pq.read_table(folder / "evidence.parquet").to_pylist() for folder in (whole, joined))
    assert {row["path"] for row in theirs} == {"logs/2024.csv", "NDB post: ndb/log.csv"}
    assert [row | {"path": row["path"].removeprefix("NDB post: ")} for row in theirs] == ours
