"""What DuckDB's engine makes stands in place of what it made before under that name, whatever that was."""

import duckdb
import pytest

from audit.engine import DuckDBEngine


@pytest.fixture
def engine() -> DuckDBEngine:
    connection = duckdb.connect(":memory:")
    connection.execute("CREATE TABLE standing AS SELECT 1 AS one")
    return DuckDBEngine(connection)


def value(engine: DuckDBEngine, name: str) -> int:
    return int(engine.query(f"SELECT one FROM {name}")["one"][0].as_py())


def test_a_table_may_be_made_of_the_table_or_the_view_that_it_replaces(engine: DuckDBEngine) -> None:
    engine.create_table("made", "SELECT one + 1 AS one FROM standing")
    engine.create_table("made", "SELECT one + 1 AS one FROM made")
    engine.create_view("seen", "SELECT one + 1 AS one FROM made")
    engine.create_table("seen", "SELECT one + 1 AS one FROM seen")

    assert (value(engine, "made"), value(engine, "seen")) == (3, 5)


def test_a_view_takes_the_place_of_a_table(engine: DuckDBEngine) -> None:
    engine.create_table("made", "SELECT 7 AS one")
    engine.create_view("made", "SELECT one FROM standing")

    assert value(engine, "made") == 1


def test_only_what_the_engine_made_is_dropped(engine: DuckDBEngine) -> None:
    engine.create_table("standing", "SELECT one + 1 AS one FROM standing")
    engine.create_view("seen", "SELECT one FROM standing")
    assert set(engine.made()) == {"standing", "seen"}

    for name in ("standing", "standing", "seen", "never made"):
        engine.drop(name)

    assert value(engine, "standing") == 1
    assert engine.made() == ()
    assert engine.columns("seen") == {}
