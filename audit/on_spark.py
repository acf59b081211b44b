"""A run's engine where queries run on Spark: the lake's tables, and all that is made of them in this run.

Nothing that Spark makes is kept: a passing folder beside the tables holds it, and goes with the run. What a run leaves is
the report alone.
"""

import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from pathlib import Path

from audit.catalogue import Catalogue
from audit.engine import Engine
from audit.engine.spark import SparkEngine
from audit.engine.spark_session import SparkOptions, spark_session
from audit.explain import explain_whole, find_horizon
from audit.joined import lakes_of, lay_lakes
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
        ConfigError: Spark or Java is missing, or lakes do not go together. InputOutputError: Spark cannot be reached, or was lost.

    """
    lakes = lakes_of(workspace)
    spark = workspace.spark or Spark(workspace.lake)
    options = SparkOptions(spark.master, spark.settings)
    with spark_session(options) as session, _passing(workspace.lake) as scratch:
        engine = SparkEngine(session, scratch)
        with step("explain"):
            lay_lakes(engine, lakes)
            explain_whole(engine, catalogue, find_horizon(engine, span), notify)
        yield engine


@contextmanager
def _passing(lake: Path) -> Iterator[Path]:
    """A folder in the lake that was not there and will not be there. Killed runs' are cleared away: who asks holds the lock.

    Never one of theirs: what a driver leaves behind when it is killed, in its Java or on workers, may write for a moment yet.
    """
    for leftover in lake.glob(f"{_SCRATCH}*"):
        shutil.rmtree(leftover, ignore_errors=True)
    folder = lake / f"{_SCRATCH}.{uuid.uuid4().hex}"
    folder.mkdir(mode=0o700, parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
