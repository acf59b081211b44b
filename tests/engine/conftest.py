"""One Spark for all tests that need one: they run in one process, whatever the number of workers."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from audit.engine.spark_session import SparkOptions, spark_session
from tests.engine.java import make_java_home

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# Nothing here is large. Compiling plans to Java, and Java to the best code, would take most of the time.
SMALL = {
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.shuffle.partitions": "1",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if {"java", "spark"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.xdist_group("spark"))


@pytest.fixture(scope="session")
def java(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A Java that Spark finds."""
    before = os.environ.get("JAVA_HOME")
    os.environ["JAVA_HOME"] = str(make_java_home(tmp_path_factory.mktemp("java") / "home"))
    yield
    if before is None:
        del os.environ["JAVA_HOME"]
    else:
        os.environ["JAVA_HOME"] = before


@pytest.fixture(scope="session")
def spark(java: None) -> Iterator["SparkSession"]:
    """The session of which each test takes a new one, with relations of its own."""
    with spark_session(SparkOptions("local[2]", SMALL)) as session:
        yield session
