"""Cases: little tables drawn beside a query are laid out, the query runs, and what it yields is compared."""

from pathlib import Path

import pyarrow as pa
import pytest
from small_catalogue import VIEW, run

from audit.detect.cases import CaseResult
from audit.engine import DuckDBEngine

EXPLANATION = """-- id = "quoted"
-- title = "t"
-- description = "d"
-- reads = ["incident", "open_access"]
-- strength = "full"
-- order = 1
--
SELECT open_access.access_id, incident.reference
FROM open_access INNER JOIN incident USING (reference)
"""


def test_a_case_that_comes_out_as_drawn_passes(queries: Path) -> None:
    results = run(
        queries,
        "many",
        '''
[[case]]
name = "two accesses at night fire"
[case.tables]
access = """
access_id | user_id | occurred_at         | action
A1        | U1      | 2024-03-01 01:00:00 | view
A2        | U1      | 2024-03-01 02:30:00 |
A3        | U1      | 2024-03-01 12:00:00 | view
"""
expect = """
user_id | access_id | counts | accesses | actions | subject_id | third
U1      | A2        | true   | 2        | ''      |            | 0.67
U1      | A1        | true   | 2        | view    |            | 0.33
"""

[[case]]
name = "one by day stays silent, and nothing is left of the case before"
[case.tables]
access = """
access_id | user_id | occurred_at
A3        | U1      | 2024-03-01 12:00:00
"""
expect = ""
''',
    )

    assert results == [
        CaseResult("many", "two accesses at night fire", passed=True),
        CaseResult("many", "one by day stays silent, and nothing is left of the case before", passed=True),
    ]


def test_a_case_that_comes_out_otherwise_shows_the_difference(queries: Path) -> None:
    (result,) = run(
        queries,
        "many",
        '''
[[case]]
name = "wrong"
[case.tables]
access = """
access_id | user_id | occurred_at
A1        | U1      | 2024-03-01 01:00:00
A2        |         | 2024-03-01 02:00:00
"""
expect = """
user_id | access_id
U1      | A1
U1      | A1
U22     | A2
"""
''',
    )

    assert not result.passed
    assert result.difference.splitlines() == [
        "              user_id | access_id",
        "missing       U1      | A1",
        "missing       U22     | A2",
        "not expected  ∅       | A2",
    ]


def test_a_case_that_should_stay_silent_and_fires_shows_the_rows(queries: Path) -> None:
    tables = 'expect = ""\n[case.tables]\naccess = """\naccess_id | occurred_at\nA1 | 2024-03-01 01:00:00\n"""'
    (result,) = run(queries, "many", f'[[case]]\nname = "silent"\n{tables}')

    assert not result.passed
    assert "A1" in result.difference


def test_a_view_that_is_drawn_stands_in_place_of_the_view(queries: Path) -> None:
    results = run(
        queries,
        "many",
        '''
[[case]]
name = "drawn"
expect = """
access_id
A9
"""
[case.tables]
night = """
access_id | user_id | occurred_at
A9        | U1      | 2024-03-01 12:00:00
"""

[[case]]
name = "made again"
expect = """
access_id
A1
"""
[case.tables]
access = """
access_id | user_id | occurred_at
A1        | U1      | 2024-03-01 01:00:00
A2        | U1      | 2024-03-01 12:00:00
"""
''',
    )

    assert [result.passed for result in results] == [True, True]


def test_the_clock_columns_are_made_from_the_time_unless_drawn(queries: Path) -> None:
    columns = "access_id, local_date, local_hour, iso_weekday, occurred_epoch"
    view = VIEW.format(id="clock", reads='["access"]', more="", sql=f"SELECT {columns} FROM access")
    (queries / "views" / "clock.sql").write_text(view)

    (result,) = run(
        queries,
        "clock",
        '''
[[case]]
name = "clock"
expect = """
access_id | local_date | local_hour | iso_weekday | occurred_epoch
A1        | 2024-03-03 | 23         | 7           | 1709510399
A2        | 2024-03-03 | 5          | 7           | 1709510399
A3        |            |            |             |
"""
[case.tables]
access = """
access_id | occurred_at         | local_hour
A1        | 2024-03-03 23:59:59 | 23
A2        | 2024-03-03 23:59:59 | 5
A3        |                     |
"""
''',
    )

    assert result.passed, result.difference


def test_cells_are_null_empty_blank_or_lists(queries: Path) -> None:
    sql = "SELECT access_id, reason, length(reason) AS letters, array_length(masked) AS masks FROM access"
    (queries / "views" / "texts.sql").write_text(VIEW.format(id="texts", reads='["access"]', more="", sql=sql))

    (result,) = run(
        queries,
        "texts",
        '''
[[case]]
name = "cells"
expect = """
access_id | reason | letters | masks
A1        |        |         | 0
A2        | ''     | 0       | 1
A3        | '  '   | 2       | 2
"""
[case.tables]
access = """
access_id | reason | masked
A1        |        | ''
A2        | ''     | user_id
A3        | '  '   | user_id; subject_id
"""
''',
    )

    assert result.passed, result.difference


def test_parameters_of_a_case_stand_for_that_case_alone(queries: Path) -> None:
    tables = '''
[case.tables]
access = """
access_id | user_id | occurred_at
A1        | U1      | 2024-03-02 01:00:00
"""
'''
    fires = '[[case]]\nname = "with Saturdays"\nparameters = { last_weekday = 6 }\nexpect = """\naccess_id\nA1\n"""'
    silent = '[[case]]\nname = "without"\nexpect = ""'

    results = run(queries, "many", fires + tables + silent + tables)

    assert [result.passed for result in results] == [True, True]


def test_the_horizon_not_drawn_is_the_newest_access_and_no_limit(queries: Path) -> None:
    sql = "SELECT judged_until, judges, newest_at FROM horizon"
    (queries / "views" / "limits.sql").write_text(
        VIEW.format(id="limits", reads='["horizon", "access"]', more="", sql=sql)
    )
    sql += " SEMI JOIN access ON TRUE"
    (queries / "views" / "limits.sql").write_text(
        VIEW.format(id="limits", reads='["horizon", "access"]', more="", sql=sql)
    )

    results = run(
        queries,
        "limits",
        '''
[[case]]
name = "made"
expect = """
judged_until | judges | newest_at
             | true   | 2024-03-02 01:00:00
"""
[case.tables]
access = """
access_id | occurred_at
A2        | 2024-03-02 01:00:00
A1        | 2024-03-01 01:00:00
"""

[[case]]
name = "drawn"
expect = """
judged_until        | judges | newest_at
2024-01-01 00:00:00 | false  |
"""
[case.tables]
access = """
access_id
A2
"""
horizon = """
judged_until | judges
2024-01-01   | false
"""
''',
    )

    assert [result.difference for result in results] == ["", ""]


def test_an_explanation_is_asked_about_accesses_with_user_and_subject(queries: Path) -> None:
    (queries / "explanations" / "quoted.sql").write_text(EXPLANATION)

    results = run(
        queries,
        "quoted",
        '''
[[case]]
name = "open"
expect = """
access_id | reference
A1        | INC-1
"""
[case.tables]
incident = """
reference
INC-1
"""
access = """
access_id | user_id | subject_id | reference
A1        | U1      | P1         | INC-1
A2        | U1      |            | INC-1
A3        |         | P1         | INC-1
"""

[[case]]
name = "drawn"
expect = """
access_id
A7
"""
[case.tables]
incident = """
reference
INC-1
"""
open_access = """
access_id | reference
A7        | INC-1
"""
''',
    )

    assert [result.difference for result in results] == ["", ""]


def test_a_relation_is_laid_again_only_where_a_case_draws_another(
    queries: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid: list[str] = []
    lay = DuckDBEngine.create_table_from

    def noting(engine: DuckDBEngine, name: str, table: pa.Table) -> None:
        laid.append(name)
        lay(engine, name, table)

    monkeypatch.setattr(DuckDBEngine, "create_table_from", noting)
    case = '[[case]]\nname = "{}"\nexpect = ""\n[case.tables]\naccess = """\naccess_id\nA1\n"""\n'

    run(queries, "many", "".join(case.format(number) for number in range(50)))

    # Empty before the first case, and drawn once for all fifty.
    assert laid == ["access", "access"]
