"""The cases of every shipped query come out on Spark as they are drawn: those that it passes on DuckDB, too."""

from typing import TYPE_CHECKING

import pytest

from audit.catalogue import Catalogue, read_catalogue
from audit.detect.cases import run_cases
from audit.engine.spark import SparkEngine
from audit.shipped import shipped_folder

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

QUERIES = sorted(path.name.removesuffix(".cases.toml") for path in shipped_folder("queries").rglob("*.cases.toml"))


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return read_catalogue()


@pytest.mark.parametrize("query_id", QUERIES)
def test_its_cases_come_out_as_drawn(query_id: str, catalogue: Catalogue, spark: "SparkSession") -> None:
    results = run_cases(catalogue.query(query_id), catalogue, lambda: SparkEngine(spark.newSession()))

    failed = [result for result in results if not result.passed]

    assert not failed, "\n\n".join(f"{result.name}\n{result.difference}" for result in failed)
