"""The page on security names code and tests that exist, and what it says of the engine holds."""

import re
from pathlib import Path

import duckdb
import pytest

from audit.engine import Limits
from audit.engine.duckdb import close_off, connect

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs/security.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`((?:audit|tests)/[\w/]+\.py(?:::\w+)?)`", PAGE)))
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith(("| property", "| ---"))]


@pytest.mark.parametrize("named", NAMED)
def test_what_the_page_names_exists(named: str) -> None:
    path, _, name = named.partition("::")

    assert (ROOT / path).is_file()
    assert not name or f"def {name}(" in (ROOT / path).read_text(encoding="utf-8")


def test_each_property_has_its_code_and_its_test() -> None:
    assert len(ROWS) > 20
    for row in ROWS:
        _, code, tests = row.strip("| ").split(" | ")
        assert "`audit/" in code, row
        assert "`tests/" in tests, row


@pytest.fixture
def closed(tmp_path: Path) -> duckdb.DuckDBPyConnection:
    (tmp_path / "secret.csv").write_text("a\n1\n")
    connection = connect(tmp_path / "some.duckdb", Limits())
    close_off(connection)
    return connection


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('{folder}/secret.csv')",
        "SELECT * FROM '{folder}/secret.csv'",
        "SELECT * FROM read_text('{folder}/secret.csv')",
        "SELECT * FROM glob('{folder}/*')",
        "COPY (SELECT 1) TO '{folder}/out.csv'",
        "ATTACH '{folder}/other.duckdb'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SELECT * FROM read_csv('https://example.org/a.csv')",
        "SET enable_external_access = true",
        "SET memory_limit = '1TB'",
        "RESET lock_configuration",
    ],
)
def test_what_queries_run_on_reaches_no_file_and_no_setting(
    closed: duckdb.DuckDBPyConnection, tmp_path: Path, sql: str
) -> None:
    with pytest.raises(duckdb.Error):
        closed.execute(sql.format(folder=tmp_path)).fetchall()
    assert {path.name for path in tmp_path.iterdir()} <= {"secret.csv", "some.duckdb", "some.duckdb.wal"}


def test_no_extension_is_installed_by_itself(tmp_path: Path) -> None:
    connection = connect(tmp_path / "some.duckdb", Limits())

    assert connection.execute("SELECT current_setting('autoinstall_known_extensions')").fetchall() == [(False,)]
