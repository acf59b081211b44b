"""A run's engine where queries run on Spark: the lake's tables, and all that is made of them in this run.

Nothing that Spark makes is kept: a passing folder beside the tables holds it, and goes with the run. What a run leaves is
the report alone.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from pathlib import Path

from audit.catalogue import Catalogue
from audit.engine import Engine
from audit.engine.spark import SparkEngine
from audit.engine.spark_session import SparkOptions, spark_session
from audit.explain import explain_whole, find_horizon
from audit.lake import lake_tables
from audit.workspace import Spark, Workspace

_SCRATCH = "_passing"


@contextmanager
def reading_on_spark(
    workspace: Workspace,
    catalogue: Catalogue,
    span: timedelta | None,
    notify: Callable[[str], None],
    step: Callable[[str], AbstractContextManager[None]],
) -> Iterator[Engine]:
    """An engine over the lake in which accesses are made and explained. `span` is that of the horizon.

    Raises:
        ConfigError: Spark or Java is missing. InputOutputError: Spark cannot be reached, or was lost.

    """
    spark = workspace.spark or Spark(workspace.lake)
    scratch = workspace.lake / _SCRATCH
    with spark_session(SparkOptions(spark.master, spark.settings)) as session, _passing(scratch):
        engine = SparkEngine(session, scratch)
        with step("explain"):
            lay_lake(engine, workspace.lake)
            explain_whole(engine, catalogue, find_horizon(engine, span), notify)
        yield engine


def lay_lake(engine: SparkEngine, lake: Path) -> None:
    """Name the tables of the lake."""
    for name, columns in lake_tables().items():
        engine.read_parquet(name, lake / name, columns)


@contextmanager
def _passing(folder: Path) -> Iterator[None]:
    """A folder that was not there and will not be there. A killed run's is cleared away by the next, which holds the lock."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)
