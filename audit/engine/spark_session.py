"""Open a Spark session, or say what is missing for it: pyspark, a Java, a cluster that answers. Runs no query."""

import logging
import os
import re
import shutil
import socket
import subprocess
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from audit.errors import AuditError, ConfigError, InputOutputError, QueryError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

OLDEST_JAVA = 17
_CONNECT_PORT = 15002
_SECONDS_TO_ANSWER = 10
_VERSION = re.compile(r'version "(\d+)')
_INSTALL_JAVA = (
    f"Spark needs Java {OLDEST_JAVA} or newer (17, 21 or 25): install a JRE, such as the package openjdk-17-jre-headless, or "
    "set JAVA_HOME to one"
)
# Whatever the machine says: times are UTC without a zone, and what is wrong is an error, not a NULL.
_MEANING: Mapping[str, str] = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.caseSensitive": "false",
    "spark.sql.parquet.inferTimestampNTZ.enabled": "true",
}
_QUIET: Mapping[str, str] = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
}


@dataclass(frozen=True)
class SparkOptions:
    """`master`: local[N], spark://HOST:PORT or, for Spark Connect, sc://HOST:PORT. `settings`: Spark's own, by name."""

    master: str = "local[*]"
    settings: Mapping[str, str] = field(default_factory=dict)


@contextmanager
def spark_session(options: SparkOptions) -> Iterator["SparkSession"]:
    """A session that is closed at the end; what goes wrong in Spark becomes a fault that a reader can mend.

    Where this process has one already, it is a new one beside that, and nothing is closed.

    Raises:
        ConfigError: pyspark or Java is missing. InputOutputError: no cluster answers, or it was lost.
        QueryError: a query does not fit the tables.

    """
    session, ours = _open(options)
    try:
        yield session
    except AuditError:
        raise
    except Exception as fault:
        mended = _named(fault, options)
        if mended is None:
            raise
        raise mended from fault
    finally:
        if ours:
            _close(session, options)


def _open(options: SparkOptions) -> tuple["SparkSession", bool]:
    """Return a session, and whether it is ours to close."""
    # That pandas is newer than Spark was tested with: nothing here goes through pandas.
    warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
    still_py4j()
    try:
        from pyspark.sql import SparkSession
    except ImportError as fault:
        raise ConfigError(
            "--engine spark: pyspark is not installed here; install it: pip install 'access-audit[spark]'"
        ) from fault
    if running := SparkSession.getActiveSession():
        session = running.newSession()
        for name, value in _MEANING.items():
            session.conf.set(name, value)
        return session, False
    remote = options.master.startswith("sc://")
    if remote:
        _check_answers(options)
    else:
        check_java()
    builder = SparkSession.builder.remote(options.master) if remote else SparkSession.builder.master(options.master)
    wanted = {**({} if remote else _QUIET), **_local(options.master), **options.settings, **_MEANING}
    for name, value in wanted.items():
        builder = builder.config(name, value)
    try:
        return builder.appName("access-audit").getOrCreate(), True
    except ImportError as fault:
        raise ConfigError(
            f"--engine spark: {options.master} needs more of pyspark than is installed; install it: "
            "pip install 'access-audit[spark-connect]'"
        ) from fault
    except Exception as fault:
        raise _unreachable(options) from fault


def still_py4j() -> None:
    """What py4j would log of a Java that is gone is a traceback: the fault itself arrives, and is told in a sentence.

    Some of it goes to its own loggers and some, through `logging.exception`, to the root: which depends on the moment.
    """
    own = logging.getLogger("py4j")
    own.addHandler(logging.NullHandler())
    own.propagate = False
    logging.getLogger().addFilter(_is_not_of_py4j)


def _is_not_of_py4j(record: logging.LogRecord) -> bool:
    return Path(record.pathname).parent.name != "py4j"


def _check_answers(options: SparkOptions) -> None:
    """Raise InputOutputError where nothing listens: Spark Connect would try again for ten minutes, and say nothing meanwhile."""
    try:
        place = urlsplit(options.master)
        socket.create_connection((place.hostname, place.port or _CONNECT_PORT), timeout=_SECONDS_TO_ANSWER).close()
    except (OSError, ValueError) as fault:
        raise _unreachable(options) from fault


def check_java() -> None:
    """Raise ConfigError where there is no Java that Spark can use."""
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    if java is None or shutil.which(java) is None:
        where = f"JAVA_HOME is {home}, which has no bin/java" if home else "no java is on the PATH"
        raise ConfigError(f"--engine spark: {where}. {_INSTALL_JAVA}")
    told = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)  # noqa: S603 - the user's own
    found = _VERSION.search(told.stderr + told.stdout)
    if found is None or int(found[1]) < OLDEST_JAVA:
        what = f"is Java {found[1]}" if found else "does not tell its version"
        raise ConfigError(f"--engine spark: {java} {what}. {_INSTALL_JAVA}")


def _local(master: str) -> Mapping[str, str]:
    """On one machine nothing is sent about: few partitions, and no address that another machine could reach."""
    if not master.startswith("local"):
        return {}
    named = re.fullmatch(r"local\[(\d+)\]", master)
    cores = int(named[1]) if named else os.cpu_count() or 1
    return {
        "spark.sql.shuffle.partitions": str(2 * cores),
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
    }


def _named(fault: Exception, options: SparkOptions) -> AuditError | None:
    """Return what a reader can do about it; None where only we can. Never Spark's own words: they may quote a cell."""
    kinds = {kind.__name__ for kind in type(fault).__mro__}
    condition = str(getattr(fault, "getCondition", lambda: None)() or "")
    if kinds & {"AnalysisException", "ParseException"} or condition.startswith(("CAST_", "DIVIDE_", "ARITHMETIC_")):
        return QueryError(f"a query does not fit the tables on Spark: {condition or type(fault).__name__}")
    if kinds & {
        "Py4JError",
        "Py4JNetworkError",
        "ConnectionError",
        "SparkConnectException",
        "EOFError",
        "Py4JJavaError",
    }:
        return InputOutputError(
            f"Spark at {options.master} gave up or was lost: no report was made, and what was loaded stays loaded; look at "
            "Spark's own log, give it more memory ([spark] settings) if that is what it lacked, and run again"
        )
    return None


def _unreachable(options: SparkOptions) -> InputOutputError:
    return InputOutputError(
        f"[spark] master: no Spark can be started or reached at {options.master}: check the address, that its master and "
        "workers run the same version of Spark, and what Spark says above"
    )


def _close(session: "SparkSession", options: SparkOptions) -> None:
    try:
        if options.master.startswith("sc://"):
            _check_answers(options)  # else its client would try for ten minutes more, to say goodbye
        session.stop()
    except Exception:  # it is gone already: nothing is left to close
        return
