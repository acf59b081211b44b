"""NDJSON: each line a record, fields found by name, nested ones as a.b; Parquet: typed cells need no format."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from load_desk import counts, event, faults

GOOD = '{"id": "1", "when": "2024-03-01T10:00:00Z", "who": "U1"}\n'


@pytest.fixture
def log(desk: Any) -> Any:
    desk.define(read='format = "ndjson"')
    return desk


def test_fields_are_found_by_name(desk: Any) -> None:
    lines = "".join(json.dumps(event(event_id=str(number))) + "\n" for number in range(3))

    assert counts(desk.load_log(lines, name="logs/a.ndjson")) == (3, 3, 0, 0, 0)
    assert desk.events("event_id, user_id, record_no") == [("0", "U1", 1), ("1", "U1", 2), ("2", "U1", 3)]


@pytest.mark.parametrize("line", ["{", "[1]", '"text"', "1", "null", '{"id": 1} x', "{'id': 1}", '{"id": 1'])
def test_a_line_that_is_no_object_is_rejected(log: Any, line: str) -> None:
    load = log.load_log(f"{GOOD}\n  \n{line}\n{GOOD.replace('1', '2', 1)}", name="logs/a.json")

    assert counts(load) == (3, 2, 0, 0, 1)
    assert log.rejects() == [(2, line)]
    assert log.events("record_no") == [1, 3]


def test_undecodable_bytes_are_rejected_and_a_replacement_character_is_not(log: Any) -> None:
    bad = b'{"id": "2", "when": "2024-03-01T10:00:00Z", "who": "\xff"}\n'
    load = log.load_log(GOOD.replace("U1", "\ufffd").encode() + bad, name="logs/a.json")

    assert counts(load) == (2, 1, 0, 0, 1)


def test_the_encoding_of_the_definition_holds(log: Any) -> None:
    log.define(read='format = "ndjson"\nencoding = "utf-16"')
    load = log.load_log(GOOD.replace("U1", "Zoë").encode("utf-16"), name="logs/a.json")

    assert counts(load) == (1, 1, 0, 0, 0)
    assert log.events("user_id") == ["Zoë"]


def test_a_byte_order_mark_and_other_line_ends_do_no_harm(log: Any) -> None:
    load = log.load_log(("\ufeff" + GOOD + GOOD.replace("1", "2", 1)).replace("\n", "\r\n"), name="logs/a.json")

    assert counts(load) == (2, 2, 0, 0, 0)


def test_nested_fields_are_named_with_dots(log: Any) -> None:
    log.define(read='format = "ndjson"', user_id='"actor.user.uid"', reason='"a.b"')
    log.load_log(
        '{"id": 1, "when": "2024-03-01T10:00:00Z", "actor": {"user": {"uid": "U7"}}, "a.b": "flat", "a": {"b": "deep"}}\n'
    )

    assert log.events("user_id, reason") == [("U7", "flat")]


def test_a_field_may_have_any_name(log: Any) -> None:
    names = ["a b", 'q"x', "sl/ash", "til~de", "$", "*", "[0]", "é", "0"]
    columns = dict(zip(["reason", "query_text", "reference", "account", "workstation", "operator_id", "subject_id",
                        "reason_code", "user_id"], names, strict=True))  # fmt: skip
    log.define(
        read='format = "ndjson"', **{column: json.dumps(name, ensure_ascii=False) for column, name in columns.items()}
    )
    record = {"id": "1", "when": "2024-03-01T10:00:00Z"} | {name: f"<{name}>" for name in names}
    log.load_log(json.dumps(record) + "\n")

    assert log.events(", ".join(columns)) == [tuple(f"<{name}>" for name in names)]


def test_values_that_are_not_text_become_text(log: Any) -> None:
    log.define(read='format = "ndjson"', reason='"v"')
    values = [
        "12",
        "12.5",
        "true",
        "null",
        '"null"',
        "[1,2]",
        '{"a":1}',
        '""',
        '"a\\u0000b"',
        "9007199254740993",
        "12345678901234567890123",
    ]
    log.load_log("".join(GOOD.replace('"id": "1"', f'"id": {n}, "v": {value}') for n, value in enumerate(values)))

    assert log.events("reason") == [
        "12", "12.5", "true", None, "null", "[1,2]", '{"a":1}', None, "a\x00b", "9007199254740993", "12345678901234567890123",
    ]  # fmt: skip


def test_a_field_that_one_record_has_is_not_absent(log: Any) -> None:
    log.define(read='format = "ndjson"', reason='"why"')
    log.load_log(GOOD + GOOD.replace('"id": "1"', '"id": "2", "why": null'))

    assert log.events("reason") == [None, None]


def test_a_field_that_no_record_has_is_absent(log: Any) -> None:
    log.define(read='format = "ndjson"', reason='"why"', reference='{ column = "ref", optional = true }')
    log.write("logs/a.json", GOOD)

    [message] = faults(log.load())
    assert 'column "why" is absent' in message


def test_a_quarantined_line_is_kept_as_it_stands(log: Any) -> None:
    log.load_log(GOOD.replace("2024", "year") + GOOD)

    assert log.column("SELECT record FROM quarantine") == [GOOD.replace("2024", "year").strip()]


def test_an_expression_reads_nested_fields(log: Any) -> None:
    log.define(read='format = "ndjson"', reason='{ expression = "upper(a.b) || \\"a.c\\"" }')
    log.load_log(GOOD.replace('"id"', '"a": {"b": "x", "c": "y"}, "id"'))

    assert log.events("reason") == ["Xy"]


def parquet(desk: Any, table: pa.Table, **options: Any) -> Any:
    path = desk.write("logs/a.parquet", b"")
    pq.write_table(table, path, **options)
    result = desk.load()
    assert faults(result) == []
    return result.loads[0]


WALL = datetime(2024, 6, 1, 10, 0, 0, 500000)


@pytest.mark.parametrize(
    ("kind", "zone", "expected"),
    [
        (pa.timestamp("us"), "Europe/London", datetime(2024, 6, 1, 9, 0, 0, 500000)),
        (pa.timestamp("us", "UTC"), "Europe/London", WALL),
        (pa.timestamp("us", "America/New_York"), "Europe/London", WALL),
        (pa.timestamp("ms"), "UTC", WALL),
        (pa.timestamp("ns"), "UTC", WALL),
        (pa.timestamp("ns", "UTC"), "Europe/London", WALL),
        (pa.timestamp("ns", "America/New_York"), "Europe/London", WALL),
    ],
)
def test_typed_times_are_taken_as_they_are(desk: Any, kind: Any, zone: str, expected: datetime) -> None:
    entry = '{ column = "when", formats = ["%d/%m/%Y"] }'
    desk.define(read=f'format = "parquet"\ntimezone = "{zone}"', occurred_at=entry)
    when = WALL.replace(tzinfo=UTC) if kind.tz else WALL
    load = parquet(desk, pa.table({"id": [1], "when": pa.array([when], kind), "who": ["U1"]}))

    assert counts(load) == (1, 1, 0, 0, 0)
    assert desk.events("event_id, occurred_at") == [("1", expected)]


def test_whole_numbers_become_text_without_a_point(desk: Any) -> None:
    desk.define(read='format = "parquet"', reason='"n"', reference='"d"', result_count='"m"')
    table = {
        "id": pa.array([12.0, 61096.5, 9007199254740992.0]),
        "when": pa.array([WALL] * 3),
        "who": ["U1"] * 3,
        "n": pa.array([1, None, -5], pa.int32()),
        "d": pa.array([Decimal("7.00"), Decimal("7.50"), None]),
        "m": pa.array([3.0, None, 0.0], pa.float32()),
    }
    load = parquet(desk, pa.table(table))

    assert counts(load) == (3, 3, 0, 0, 0)
    assert desk.events("event_id, reason, reference, result_count") == [
        ("12", "1", "7", 3),
        ("61096.5", None, "7.50", None),
        ("9007199254740992", "-5", None, 0),
    ]


def test_typed_days_need_no_format(desk: Any) -> None:
    (desk.folder / "sources/log.toml").write_text(
        'name = "log"\ntable = "staff"\n[read]\nformat = "parquet"\n[columns]\nuser_id = "u"\n'
        'joined_on = { column = "d", formats = ["%d/%m/%Y"] }\n'
    )
    desk.inputs = [("log", "logs/*")]
    parquet(desk, pa.table({"u": ["U1"], "d": [date(2024, 6, 1)]}))

    assert desk.column("SELECT joined_on FROM staff") == [date(2024, 6, 1)]


def test_columns_of_any_name_and_nested_fields_are_found(desk: Any) -> None:
    desk.define(read='format = "parquet"', reason='"file_row_number"', user_id='"actor.user.uid"', reference='"ID "')
    table = {
        " id ": ["1"],
        "when": [WALL],
        "file_row_number": ["theft"],
        "actor": [{"user": {"uid": "U7"}}],
        "ID": ["other"],
    }
    parquet(desk, pa.table(table))

    assert desk.events("event_id, record_no, reason, user_id, reference") == [("1", 1, "theft", "U7", "other")]


def test_many_row_groups_are_numbered_in_order(desk: Any) -> None:
    ids = [str(number) for number in range(1, 150_001)]
    desk.define(read='format = "parquet"')
    parquet(desk, pa.table({"id": ids, "when": pa.array([WALL] * len(ids)), "who": ids}), row_group_size=7000)

    assert desk.rows("SELECT count(*) FROM event WHERE CAST(record_no AS VARCHAR) = event_id") == [(len(ids),)]


def test_a_canonical_parquet_file_is_known_by_its_ending(desk: Any) -> None:
    load = parquet(
        desk, pa.Table.from_pylist([event() | {"occurred_at": WALL}, event(event_id="E2") | {"occurred_at": None}])
    )

    assert counts(load) == (2, 1, 0, 1, 0)
