"""A run on Spark makes the same report as a run on DuckDB, and what is missing for it is said in a sentence."""

import os
import shutil
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from audit.engine.spark_session import SparkOptions, check_java, spark_session
from audit.errors import ConfigError, InputOutputError
from audit.run import RunOptions, RunResult, run
from audit.workspace import Workspace, read_workspace
from tests.conftest import SAMPLES, quiet

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


@pytest.fixture(scope="module")
def on_spark(spark: "SparkSession", tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, RunResult]:
    """The sample force after its first run, on Spark."""
    folder = tmp_path_factory.mktemp("spark") / "force"
    shutil.copytree(SAMPLES / "force", folder)
    workspace = read_workspace(folder)
    return workspace, run(workspace, RunOptions(engine="spark"), quiet)


def test_the_sample_force_has_the_same_report_row_for_row(
    force: tuple[Workspace, RunResult], on_spark: tuple[Workspace, RunResult]
) -> None:
    ours, theirs = force[1].published.folder, on_spark[1].published.folder
    files = sorted(path.name for path in ours.glob("*.parquet"))

    differing = [name for name in files if pq.read_table(ours / name) != pq.read_table(theirs / name)]

    assert files == sorted(path.name for path in theirs.glob("*.parquet"))
    assert not differing


def test_nothing_that_spark_makes_is_left_beside_the_lake(on_spark: tuple[Workspace, RunResult]) -> None:
    workspace, _ = on_spark

    assert [path.name for path in workspace.lake.iterdir() if path.name.startswith("_")] == []


def test_a_java_home_without_java_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))

    with pytest.raises(ConfigError, match=r"which has no bin/java\. Spark needs Java 17 or newer"):
        check_java()


def test_a_machine_without_java_is_told_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(ConfigError, match=r"no java is on the PATH\. Spark needs Java 17 .* install a JRE"):
        check_java()


def test_an_old_java_is_told_from_one_that_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\"' >&2\n")
    java.chmod(0o700)
    monkeypatch.setenv("JAVA_HOME", os.fspath(tmp_path))

    with pytest.raises(ConfigError, match=r"is Java 11\. Spark needs Java 17"):
        check_java()


def test_what_is_wrong_in_the_section_for_spark_is_named_all_at_once(tmp_path: Path) -> None:
    (tmp_path / "audit.toml").write_text('[spark]\nmaster = "yarn"\nlakes = "lake"\nsettings = { memory = "8g" }\n')

    with pytest.raises(ConfigError) as told:
        read_workspace(tmp_path)

    assert [fault.partition("[spark] ")[2] for fault in told.value.faults] == [
        '"lakes" is not known; did you mean "lake"?',
        'master = "yarn" is not one of local[*], spark://HOST:PORT, sc://HOST:PORT',
        'settings: "memory" must be a setting of Spark with a text, such as "spark.executor.memory" = "8g"',
    ]


def test_what_only_a_connect_server_can_set_is_refused_before_anything_runs(tmp_path: Path) -> None:
    settings = '{ "spark.executor.memory" = "8g", "spark.sql.shuffle.partitions" = "9" }'
    (tmp_path / "audit.toml").write_text(f'[spark]\nmaster = "sc://h:1"\nsettings = {settings}\n')

    with pytest.raises(ConfigError, match=r'"spark\.executor\.memory" is for the Spark Connect server to set') as told:
        read_workspace(tmp_path)

    assert len(told.value.faults) == 1


@pytest.fixture
def no_session(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a process that has no Spark yet, which the tests before may have opened."""
    monkeypatch.setattr("pyspark.sql.SparkSession.getActiveSession", classmethod(lambda cls: None))
    monkeypatch.setattr("pyspark.SparkContext._active_spark_context", None)
    monkeypatch.setattr("pyspark.sql.SparkSession._instantiatedSession", None)


def test_a_connect_server_without_the_packages_for_it_names_the_extra(
    no_session: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "grpc", None)
    # Without it, as in a worker of the tests, pyspark takes itself for a doctest and leaves.
    monkeypatch.setattr(sys.modules["__main__"], "__file__", __file__, raising=False)
    with socket.create_server(("127.0.0.1", 0)) as server:
        asked = SparkOptions(f"sc://127.0.0.1:{server.getsockname()[1]}")

        with pytest.raises(ConfigError, match=r"pip install 'access-audit\[spark-connect\]'"), spark_session(asked):
            pass


def test_a_connect_server_that_is_not_there_is_told_at_once(no_session: None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

    told = pytest.raises(InputOutputError, match=f"no Spark can be started or reached at sc://127.0.0.1:{port}")
    with told, spark_session(SparkOptions(f"sc://127.0.0.1:{port}")):
        pass
