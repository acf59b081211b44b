"""What a query reads several times can be written down once, and the query means what it meant."""

from collections.abc import Iterator

import pyarrow as pa
import pytest

from audit.catalogue import read_catalogue
from audit.detect.cases import run_cases
from audit.engine import DuckDBEngine, Parameters, shared_parts
from audit.engine.shared_parts import Cut, cut
from audit.shipped import shipped_folder

CATALOGUE = read_catalogue()
IN_PIECES = sorted(
    query.id
    for query in CATALOGUE.queries
    if cut(query.sql, "_part_").parts and any(shipped_folder("queries").rglob(f"{query.id}.cases.toml"))
)
TWICE = "WITH a AS (SELECT x FROM t), b AS (SELECT x FROM a), c AS (SELECT b.x FROM b JOIN b AS d ON b.x = d.x) "


class PieceByPiece(DuckDBEngine):
    """Runs every query in its pieces. DuckDB needs no such thing: it is the quick one to try them on."""

    def query(self, sql: str, parameters: Parameters | None = None) -> pa.Table:
        return super().query(self._written(sql, parameters), parameters)

    def create_table(self, name: str, sql: str, parameters: Parameters | None = None) -> None:
        super().create_table(name, self._written(sql, parameters), parameters)

    def _written(self, sql: str, parameters: Parameters | None) -> str:
        pieces = cut(sql, "_part_")
        for name, part in pieces.parts:
            super().create_table(name, part, parameters)
        return pieces.rest


@pytest.fixture
def worth_it(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever is read twice is written."""
    monkeypatch.setattr(shared_parts, "WORTH", 1)
    cut.cache_clear()
    yield
    cut.cache_clear()


@pytest.mark.parametrize("query_id", IN_PIECES)
def test_the_cases_of_a_query_come_out_in_pieces_as_they_are_drawn(query_id: str) -> None:
    results = run_cases(CATALOGUE.query(query_id), CATALOGUE, PieceByPiece.in_memory)

    assert not [result.name for result in results if not result.passed]


def test_what_is_read_twice_is_read_by_name_and_what_it_needs_goes_along(worth_it: None) -> None:
    assert cut(f"{TWICE}SELECT x FROM c", "p_") == Cut(
        (("p_b", "WITH a AS (SELECT x FROM t) SELECT x FROM a"),),
        "WITH c AS (SELECT b.x FROM p_b AS b JOIN p_b AS d ON b.x = d.x) SELECT x FROM c",
    )


def test_a_step_that_hides_a_table_of_its_name_still_reads_that_table(worth_it: None) -> None:
    pieces = cut("WITH t AS (SELECT x FROM t WHERE x > 1) SELECT t.x FROM t JOIN t AS u ON t.x = u.x", "p_")

    assert pieces == Cut(
        (("p_t", "SELECT x FROM t WHERE x > 1"),), "SELECT t.x FROM p_t AS t JOIN p_t AS u ON t.x = u.x"
    )


@pytest.mark.parametrize(
    "sql",
    [
        f"{TWICE}SELECT x FROM c",
        "SELECT x FROM t",
        "WITH RECURSIVE a AS (SELECT 1 AS x UNION ALL SELECT x FROM a) SELECT x FROM a",
        "WITH a (y) AS (SELECT x FROM t) SELECT y FROM a",
    ],
)
def test_what_is_not_worth_it_or_cannot_be_stays_one_text(sql: str) -> None:
    assert cut(sql, "p_") == Cut((), sql)
