"""One whole force for all tests of the simulator, with the reckoner's verdicts on it."""

import csv
from dataclasses import dataclass

import duckdb
import pytest

from audit.simulate import Simulated, simulate
from tests.simulate.reckoner import reckon


@dataclass(frozen=True)
class Force:
    made: Simulated
    reckoned: duckdb.DuckDBPyConnection

    def rows(self, name: str) -> list[dict[str, str]]:
        with (self.made.directory / name).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))


@pytest.fixture(scope="session")
def force(tmp_path_factory: pytest.TempPathFactory) -> Force:
    made = simulate(tmp_path_factory.mktemp("force") / "whole", 400, 150, 200_000, 11, lambda _: None)
    return Force(made, reckon(made.directory))
