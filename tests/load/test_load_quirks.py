"""What real access logs do, a test for each: the file as a system would export it, its counts, and its values.

Here rows, who, when and silence; schema drift and cells in test_load_quirks_of_tables.py, files in
test_load_quirks_of_files.py. A quirk that has its own file of tests elsewhere:

- an act that fires other events seconds later: tests/queries/test_accesses.py, against a plain twin
- the seven headers of one portal, and an audit of 10 to 14 columns: tests/sources/test_shipped.py
- every form of a time, and every zone: test_load_times.py; identifiers that look like numbers: test_load_cells.py
- encodings, archives, hostile cells: test_load_files.py; open quotes: test_load_rejects.py
- view logging switched off: queries/detectors/log-gap.cases.toml, run by tests/queries/test_shipped_cases.py
"""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from load_desk import WHEN, Desk, counts, event, lines

from audit.catalogue import Catalogue, read_catalogue
from audit.engine.duckdb import DuckDBEngine
from audit.explain import make_accesses

MASKS = ["***", "* * *", "###", "REDACTED", "[REDACTED]", "REDACTED, text", "7923.600 GC"]


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return read_catalogue()


def accesses(desk: Desk, catalogue: Catalogue, columns: str) -> list[Any]:
    make_accesses(DuckDBEngine(desk.connection, keep=True), catalogue)
    return desk.rows(f"SELECT {columns} FROM access ORDER BY access_id")


# -- Rows are not acts ----------------------------------------------------------------------------------------------------


def test_one_vehicle_query_that_fires_two_more_is_one_access(desk: Desk, catalogue: Catalogue) -> None:
    rows = [
        event(event_id="E1", occurred_at="2024-03-01 10:00:00", action="search", subject_id="AB12CDE"),
        event(event_id="E2", occurred_at="2024-03-01 10:00:02", action="search", subject_id=""),
        event(event_id="E3", occurred_at="2024-03-01 10:00:04", action="search", subject_id=""),
    ]

    assert counts(desk.load_log(rows)) == (3, 3, 0, 0, 0)
    assert accesses(desk, catalogue, "access_id, subject_id") == [("E1", "AB12CDE")]


def test_a_hotlist_that_asks_for_one_plate_964_times_is_no_persons_access(desk: Desk, catalogue: Catalogue) -> None:
    desk.define(
        origin='{ column = "type", map = { hotlist = "machine" }, default = "person" }',
        subject_id='"plate"',
        event_id="",
    )
    start = datetime(2024, 3, 1)
    rows = [f"{start + number * timedelta(minutes=28)},HL,hotlist,AB12CDE" for number in range(964)]
    load = desk.load_log(lines(*rows, "2024-03-05 09:00:01,U1,typed,AB12CDE", head="when,who,type,plate\n"))

    assert counts(load) == (965, 965, 0, 0, 0)
    assert (start + 963 * timedelta(minutes=28)).date() - start.date() == timedelta(days=18)
    assert accesses(desk, catalogue, "user_id, subject_id") == [("U1", "AB12CDE")]


@pytest.mark.parametrize("own_ids", [True, False])
def test_the_same_search_in_fifteen_releases_is_one_event(log: Desk, own_ids: bool) -> None:
    if not own_ids:
        log.define(event_id="", reason='"why"')
    for agency in range(15):
        own = f"{100 + agency},{WHEN},U{agency},own search"
        log.write(f"logs/agency-{agency:02}.csv", lines(own, f"1,{WHEN},U99,shared search"))

    result = log.load()

    assert sum(load.records for load in result.loads) == 30
    assert sum(load.duplicates for load in result.loads) == 14
    assert log.rows("SELECT count(*), count(*) FILTER (WHERE user_id = 'U99') FROM event") == [(16, 1)]


def test_the_mobile_variant_of_a_type_is_the_same_action(desk: Desk) -> None:
    words = {"lookup": "search", "lookup - Mobile": "search", "#VE": "search", "#VEM": "search", "PRT": "print"}
    table = ", ".join(f'"{word}" = "{action}"' for word, action in words.items())
    desk.define(action=f'{{ column = "type", map = {{ {table} }} }}')
    load = desk.load_log(
        lines(*(f"{n},{WHEN},U,{w}" for n, w in enumerate([*words, "#XX"])), head="id,when,who,type\n")
    )

    assert counts(load) == (6, 5, 0, 1, 0)
    assert desk.events("action") == list(words.values())
    assert desk.quarantine() == [(6, ["action: not a known word"])]


# -- Who ------------------------------------------------------------------------------------------------------------------


def test_an_originator_line_of_53_characters_is_taken_apart_and_who_typed_it_is_another(desk: Desk) -> None:
    line = "U1042/ROUTINE STOP CHECK ON A52 NEAR THE OLD MILL/NCH"
    assert len(line) == 53
    desk.define(
        user_id="{ expression = \"regexp_extract(origin, '^(U[0-9]+)/', 1)\" }",
        operator_id='"typed"',
        reason="{ expression = \"split_part(origin, '/', 2)\" }",
        workstation="{ expression = \"split_part(origin, '/', 3)\" }",
    )
    desk.load_log(lines(f"1,{WHEN},{line},U1007", head="id,when,origin,typed\n"))

    found = desk.events("user_id, operator_id, reason, workstation")
    assert found == [("U1042", "U1007", "ROUTINE STOP CHECK ON A52 NEAR THE OLD MILL", "NCH")]


@pytest.mark.parametrize("mask", MASKS)
def test_a_mask_hides_a_user_and_is_none(desk: Desk, catalogue: Catalogue, mask: str) -> None:
    desk.define(user_id=f'{{ column = "who", masked = {MASKS} }}'.replace("'", '"'))
    load = desk.load_log(lines(f'1,{WHEN},"{mask}",x', f'2,{WHEN}," {mask}",x', f"3,{WHEN},,x", f"4,{WHEN},U*1,x"))

    assert counts(load) == (4, 4, 0, 0, 0)
    assert desk.events("user_id, masked") == [(None, ["user_id"]), (None, ["user_id"]), (None, []), ("U*1", [])]


def test_a_star_within_a_plate_is_a_wildcard_and_no_mask(desk: Desk) -> None:
    desk.define(subject_id='{ column = "plate", masked = ["***", "*"] }')
    desk.load_log(
        lines(*(f"{n},{WHEN},U,{p}" for n, p in enumerate(["AB*2CDE", "*", "***"])), head="id,when,who,plate\n")
    )

    assert desk.events("subject_id, masked") == [("AB*2CDE", []), (None, ["subject_id"]), (None, ["subject_id"])]


def test_a_reference_cut_to_12_bytes_and_a_user_cut_to_6_stay_as_they_are(desk: Desk) -> None:
    desk.define(reference='"ref"')
    load = desk.load_log(
        lines(f"1,{WHEN},OFFICE,INC-2024-031", f"2,{WHEN},OFFICE,INC-2024-031", head="id,when,who,ref\n")
    )

    assert counts(load) == (2, 2, 0, 0, 0)
    assert desk.events("user_id, reference") == [("OFFICE", "INC-2024-031")] * 2


# -- When -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "read", "utc"),
    [
        ("2025-06-18 00:09:13.000", "", datetime(2025, 6, 18, 0, 9, 13)),
        ("11/14/2025, 09:53:36 AM UTC", "", datetime(2025, 11, 14, 9, 53, 36)),
        ("6/3/2025, 1:05:09 PM UTC", "", datetime(2025, 6, 3, 13, 5, 9)),
        ("6/3/2025", "", "occurred_at: not a time"),
        ("2025-07-01T10:00:00-07:00", "", datetime(2025, 7, 1, 17)),
        ("10/26/2025, 01:30:00 AM", 'timezone = "Europe/London"', datetime(2025, 10, 26, 0, 30)),
        ("03/30/2025, 01:30:00 AM", 'timezone = "Europe/London"', "occurred_at: no such local time"),
    ],
    ids=["UTC without a marker", "UTC as words", "unpadded", "a bare day", "an offset", "comes twice", "is not there"],
)
def test_a_time_is_read_as_its_system_writes_it(desk: Desk, cell: str, read: str, utc: datetime | str) -> None:
    formats = '["%Y-%m-%d %H:%M:%S.%f", "%m/%d/%Y, %I:%M:%S %p", "%Y-%m-%dT%H:%M:%S"]'
    desk.define(read=read, occurred_at=f'{{ column = "when", formats = {formats} }}')
    desk.load_log(lines(f'1,"{cell}",U,x'))

    assert (desk.events("occurred_at") or desk.quarantine()[0][1]) == [utc]


def test_a_file_cut_at_local_midnight_that_holds_utc_falls_on_two_days_of_utc_and_one_local(desk: Desk) -> None:
    desk.timezone = "America/Los_Angeles"
    desk.define()
    desk.load_log(lines("1,2025-07-01 07:00:00,U,x", "2,2025-07-02 06:59:59,U,x"))

    assert desk.events("CAST(occurred_at AS DATE), local_date, local_hour") == [
        (date(2025, 7, 1), date(2025, 7, 1), 0),
        (date(2025, 7, 2), date(2025, 7, 1), 23),
    ]


def test_month_before_day_is_never_guessed(desk: Desk) -> None:
    # A sniffer takes all of them for days of December or of January, without a word.
    cells = ["12/01/2024 10:00:00", "12/11/2024 10:00:00", "12/13/2024 10:00:00", "13/12/2024 10:00:00"]
    desk.define(occurred_at='{ column = "when", formats = ["%m/%d/%Y %H:%M:%S"] }')
    load = desk.load_log(lines(*(f"{number},{cell},U,x" for number, cell in enumerate(cells))))

    assert counts(load) == (4, 3, 0, 1, 0)
    assert desk.events("local_date") == [date(2024, 12, day) for day in (1, 11, 13)]
    assert desk.quarantine() == [(4, ["occurred_at: not a time"])]


# -- Silence --------------------------------------------------------------------------------------------------------------


def test_a_feed_that_fades_from_1261_rows_a_month_to_73_loses_none_of_them(log: Desk) -> None:
    for month, rows in (("01", 1261), ("02", 400), ("03", 73)):
        cells = (f"{month}{n},2024-{month}-{1 + n % 28:02} 10:00:00,U{n % 7},theft" for n in range(rows))
        log.write(f"logs/2024-{month}.csv", lines(*cells))
    log.load()

    assert log.rows("SELECT month(local_date), count(*) FROM event GROUP BY ALL ORDER BY ALL") == [
        (1, 1261), (2, 400), (3, 73),
    ]  # fmt: skip
