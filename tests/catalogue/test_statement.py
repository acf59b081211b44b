"""A query is one SELECT; what it reads, binds and yields is read from its SQL."""

import logging

import pytest
from sqlglot import exp

from audit.catalogue.statement import parse


@pytest.mark.parametrize(
    "sql",
    [
        "COPY access TO 'x.csv'",
        "ATTACH 'x.duckdb'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET threads = 1",
        "PRAGMA database_list",
        "CREATE TABLE x AS SELECT 1",
        "INSERT INTO x SELECT 1",
        "DELETE FROM access",
        "DROP TABLE access",
        "FROM access",
        "VALUES (1)",
        "DESCRIBE access",
        "SUMMARIZE access",
        "EXPLAIN SELECT 1",
        "CALL x()",
        "EXPORT DATABASE 'x'",
        "PIVOT access ON user_id USING count(*)",
        "SELECT 1; COPY access TO 'x.csv'",
        "SELECT 1;",
        "WITH x AS (SELECT 1) INSERT INTO y SELECT 1",
        "SELECT 'open",
        "SELECT (1",
        "",
        "/* nothing */",
    ],
)
def test_anything_but_one_select_is_refused_without_a_word_on_the_log(
    sql: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(ValueError, match=r"SELECT|SQL"):
        parse(sql)

    assert not caplog.records


def test_behind_a_parameter_the_line_is_still_that_of_the_file() -> None:
    text = "SELECT a\nFROM t\nWHERE\n    a = $one\n    AND b = $two\n    AND c c\n"

    with pytest.raises(ValueError, match="near line 16"):
        parse(text, first_line=11)
    statement = parse("SELECT a\nFROM t\nWHERE\n    a = $one\n    AND now() > b\n", first_line=11)
    [clock] = statement.tree.find_all(exp.GT)
    assert statement.place(clock).startswith("line 15, ")


def test_a_syntax_error_names_the_line_of_the_file_and_holds_no_terminal_codes() -> None:
    with pytest.raises(ValueError, match="near line 12") as caught:
        parse("SELECT\n    a b c\nFROM t", first_line=11)

    assert "\x1b" not in str(caught.value)


def test_relations_are_those_read_without_the_ctes() -> None:
    sql = """WITH late AS (SELECT user_id FROM access), later AS (SELECT user_id FROM late)
    SELECT later.user_id FROM later INNER JOIN Staff USING (user_id) WHERE EXISTS (SELECT 1 FROM duty)"""

    assert parse(sql).relations == {"access", "staff", "duty"}


def test_a_cte_hides_a_relation_only_where_it_can_be_seen() -> None:
    inside = "SELECT a.x FROM secret AS a, (WITH secret AS (SELECT 1 AS x) SELECT x FROM secret) AS b"
    itself = "WITH access AS (SELECT user_id FROM access) SELECT user_id FROM access"
    too_early = "WITH a AS (SELECT x FROM b), b AS (SELECT 1 AS x) SELECT a.x FROM a, b"

    assert parse(inside).relations == {"secret"}
    assert parse(itself).relations == {"access"}
    assert parse(too_early).relations == {"b"}


def test_a_recursive_cte_reads_itself() -> None:
    sql = "WITH RECURSIVE c AS (SELECT x FROM link UNION ALL SELECT x FROM c) SELECT x FROM c"

    assert parse(sql).relations == {"link"}


def test_parameters_are_the_names_after_dollars() -> None:
    assert parse("SELECT $a AS x, y - $b * INTERVAL 1 DAY AS z FROM t WHERE '$c' = $a").parameters == {"a", "b"}


def test_columns_are_those_of_the_first_branch_of_a_union() -> None:
    assert parse("SELECT t.a, b AS c FROM t UNION ALL SELECT d, e FROM t").columns == {"a", "c"}
