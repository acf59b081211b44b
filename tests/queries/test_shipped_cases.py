"""Every shipped query that has cases comes out as they are drawn."""

from pathlib import Path

import pytest

from audit.catalogue import Catalogue, read_cases, read_catalogue
from audit.detect.cases import run_cases
from audit.engine import DuckDBEngine
from audit.shipped import shipped_folder

CASES = {
    path.name.removesuffix(".cases.toml"): path for path in sorted(shipped_folder("queries").rglob("*.cases.toml"))
}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return read_catalogue()


@pytest.mark.parametrize("query_id", CASES)
def test_its_cases_come_out_as_drawn(query_id: str, catalogue: Catalogue) -> None:
    results = run_cases(catalogue.query(query_id), catalogue, DuckDBEngine.in_memory)

    failed = [result for result in results if not result.passed]

    assert not failed, "\n\n".join(f"{result.name}\n{result.difference}" for result in failed)


@pytest.mark.parametrize("path", CASES.values(), ids=CASES)
def test_its_cases_are_named_by_sentences(path: Path) -> None:
    short = [case.name for case in read_cases(path) if len(case.name.split()) < 3]

    assert not short, f"say in a sentence what happens: {short}"
