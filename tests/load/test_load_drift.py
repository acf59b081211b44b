"""One definition, many headers: order, case, spaces, columns that come and go; one unusable file stops itself only."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from load_desk import faults

from audit.load import LoadResult

WHEN = "2024-03-01 10:00:0"


@pytest.fixture
def log(desk: Any) -> Any:
    desk.define(reason='{ column = "Why", optional = true }')
    return desk


def test_several_headers_load_under_one_definition(log: Any) -> None:
    log.write("logs/1.csv", f"id,when,who,Why\n1,{WHEN}1,U1,a\n")
    log.write("logs/2.csv", f" WHO , Id,why ,when\nU1,2,a,{WHEN}2\n")
    log.write("logs/3.csv", f"id,when,who\n3,{WHEN}3,U1\n")

    assert faults(log.load()) == []
    assert log.events("event_id, user_id, reason") == [("1", "U1", "a"), ("2", "U1", "a"), ("3", "U1", None)]


def _said(result: LoadResult) -> list[str]:
    return [warning for warning in result.remarks if "not mapped" in warning]


def test_a_column_that_no_rule_reads_is_named_once_for_its_source(log: Any) -> None:
    log.write("logs/1.csv", f"id,when,who,Why\n1,{WHEN}1,U1,a\n")
    assert _said(log.load()) == []
    log.write("logs/2.csv", f"id,when,who,Why,ip\n2,{WHEN}2,U1,a,x\n")
    log.write("logs/3.csv", f"id,ip,when,who,Why\n3,x,{WHEN}3,U1,a\n")

    assert _said(log.load()) == ['logs/2.csv: not mapped, and not met before in source log: "ip"']


def test_a_field_that_no_rule_reads_is_named_once_for_its_source(desk: Any) -> None:
    desk.define(read='format = "ndjson"', user_id='{ column = "actor.id", optional = true }')
    desk.inputs = [("log", "logs/*.ndjson")]
    desk.write("logs/1.ndjson", f'{{"id":"1","when":"{WHEN}1","actor":{{"id":"U1","ip":"x"}},"session":"s"}}\n')
    desk.write(
        "logs/2.ndjson",
        f'{{"id":"2","when":"{WHEN}2","session":"s"}}\n{{"id":"3","when":"{WHEN}3","ID ":"s","host":1}}\n',
    )

    assert _said(desk.load()) == [
        'logs/1.ndjson: not mapped, and not met before in source log: "session"',
        'logs/2.ndjson: not mapped, and not met before in source log: "host"',
    ]


def test_of_ten_files_the_one_without_a_required_column_stops_itself_only(log: Any) -> None:
    for number in range(10):
        head = "id,when,officer" if number == 4 else "id,when,who"
        log.write(f"logs/{number}.csv", f"{head}\n{number},{WHEN}{number},U1\n")

    result = log.load()

    assert len(result.loads) == 9
    assert [int(code) for code in result.codes] == [5]
    assert len(faults(result)) == 1
    assert "4.csv" in faults(result)[0]
    assert 'column "who" is absent' in faults(result)[0]


def test_an_event_of_next_year_is_quarantined_and_one_of_the_next_hours_stands(log: Any) -> None:
    soon = datetime.now(UTC) + timedelta(hours=3)
    late = datetime.now(UTC) + timedelta(days=3)
    log.load_log(f"id,when,who\n1,{soon:%Y-%m-%d %H:%M:%S},U1\n2,{late:%Y-%m-%d %H:%M:%S},U1\n")

    assert log.events("event_id") == ["1"]
    assert log.quarantine() == [(2, ["occurred_at: in the future"])]
