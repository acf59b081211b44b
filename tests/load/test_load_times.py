"""Times become UTC by declared formats, the zone of the value, of the source; local days are the workspace's."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from load_desk import Desk, counts, lines

HEAD = "id,when,who\n"


def moments(desk: Any, cells: list[str], *, read: str = "", entry: str = '"when"') -> list[datetime | str | None]:
    """Load a log of these times, and return for each the UTC time, or the rules that it broke."""
    desk.define(read=read, occurred_at=entry)
    desk.load_log(HEAD + "".join(f'{number},"{cell}",U\n' for number, cell in enumerate(cells, start=1)))
    found: dict[int, Any] = dict(desk.events("record_no, occurred_at"))
    found |= {number: ", ".join(rules) for number, rules in desk.quarantine()}
    return [found[number] for number in range(1, len(cells) + 1)]


TEN = datetime(2024, 6, 1, 10)


ISO: dict[str, datetime | str] = {
    "2024-06-01 10:00:00": TEN,
    "2024-06-01T10:00:00": TEN,
    "2024-06-01 10:00": TEN,
    "2024-06-01T10:00": TEN,
    " 2024-06-01T10:00:00 ": TEN,
    "20240601T100000": TEN,
    "2024-06-01T10:00:00.5": TEN + timedelta(seconds=0.5),
    "2024-06-01 10:00:00.123": TEN + timedelta(milliseconds=123),
    "2024-06-01 10:00:00,123": TEN + timedelta(milliseconds=123),
    "2024-06-01T10:00:00.123456": TEN + timedelta(microseconds=123456),
    "2024-06-01T10:00:00.1234567": TEN + timedelta(microseconds=123456),
    "2024-06-01T10:00:00.999999999": TEN + timedelta(microseconds=999999),
    "2024-06-01T10:00:00Z": TEN,
    "2024-06-01T10:00:00z": TEN,
    "2024-06-01 10:00:00 UTC": TEN,
    "2024-06-01 10:00:00 GMT": TEN,
    "2024-06-01T10:00Z": TEN,
    "2024-06-01T10:00:00.123Z": TEN + timedelta(milliseconds=123),
    "2024-06-01T11:00:00+01:00": TEN,
    "2024-06-01T11:00:00+0100": TEN,
    "2024-06-01T11:00:00+01": TEN,
    "2024-06-01 11:00:00 +01:00": TEN,
    "2024-06-01T11:00:00.5+01:00": TEN + timedelta(seconds=0.5),
    "2024-06-01T02:30:00-07:30": TEN,
    "20240601T110000+0100": TEN,
    "20240601T100000Z": TEN,
    "2024-05-31T24:00:00": "not a time",
    "infinity": "not a time",
    "-infinity": "not a time",
    "epoch": "not a time",
    "now": "not a time",
    "2024-06-01": "not a time, only a day",
    "01/06/2024 10:00": "not a time",
    "2024-6-1 10:00:00": "not a time",
    "24-06-01 10:00:00": "not a time",
    "2024-06-31 10:00:00": "not a time",
    "2024-06-01 10:00:60": "not a time",
    "2024-06-01 10:00:00x": "not a time",
    "2024-06-01 10:00:00 EST": "not a time",
    "2024-06-01T10:00:00+24:00": "not a time",
    "2024-06-01T10:00:00+01:60": "not a time",
    "1717236000": "not a time",
    "": "missing",
    "1969-12-31 23:59:59": "before 1970-01-01",
    "1970-01-01 00:00:00": datetime(1970, 1, 1),
    "1970-01-01 00:30:00+01:00": "before 1970-01-01",
    "2999-01-01 00:00:00": "in the future",
    "9999-12-31 23:59:59": "in the future",
    "0000-01-01 00:00:00": "before 1970-01-01",
}


def wanted(table: dict[str, Any]) -> list[Any]:
    return [f"occurred_at: {text}" if isinstance(text, str) else text for text in table.values()]


def test_iso_times_are_read_and_nothing_else(desk: Any) -> None:
    found = moments(desk, list(ISO))

    assert dict(zip(ISO, found, strict=True)) == dict(zip(ISO, wanted(ISO), strict=True))


def test_declared_formats_are_tried_in_order(desk: Any) -> None:
    formats = '["%d/%m/%Y %H:%M:%S", "%m/%d/%Y, %I:%M:%S %p", "%d %b %Y %H:%M", "%m/%d/%Y %H:%M:%S"]'
    table = {
        "02/06/2024 10:00:00": datetime(2024, 6, 2, 10),
        "2/6/2024 1:02:03": datetime(2024, 6, 2, 1, 2, 3),
        "06/22/2024 10:00:00": datetime(2024, 6, 22, 10),
        "11/14/2023, 09:53:36 AM": datetime(2023, 11, 14, 9, 53, 36),
        "11/14/2023, 09:53:36 pm UTC": datetime(2023, 11, 14, 21, 53, 36),
        "1/4/2023, 9:53:36 PM": datetime(2023, 1, 4, 21, 53, 36),
        "03 Mar 2024 10:00": datetime(2024, 3, 3, 10),
        "3 mar 2024 10:00 +0100": datetime(2024, 3, 3, 9),
        "2024-06-01 10:00:00": "not a time",
        "31/02/2024 10:00:00": "not a time",
        "22/22/2024 10:00:00": "not a time",
        "epoch": "not a time",
        "infinity": "not a time",
        "02/06/2024 10:00:00 x": "not a time",
        "02/06/2024 10:00:00Z": datetime(2024, 6, 2, 10),
        "02/06/2024 10:00:00-03:30": datetime(2024, 6, 2, 13, 30),
    }

    found = moments(desk, list(table), entry=f'{{ column = "when", formats = {formats} }}')

    assert dict(zip(table, found, strict=True)) == dict(zip(table, wanted(table), strict=True))


def test_a_format_that_names_a_zone_needs_one(desk: Any) -> None:
    formats = '["%Y-%m-%dT%H:%M:%S.%fZ", "%d/%b/%Y:%H:%M:%S %z", "%m/%d/%Y %H:%M UTC", "%a %b %d %H:%M:%S %z %Y"]'
    table = {
        "2024-06-01T10:00:00.123Z": TEN + timedelta(milliseconds=123),
        "2024-06-01T10:00:00.1234567Z": TEN + timedelta(microseconds=123456),
        "2024-06-01T11:00:00.123+01:00": TEN + timedelta(milliseconds=123),
        "2024-06-01T10:00:00.123": "not a time",
        "2024-06-01T10:00:00Z": "not a time",
        "01/Jun/2024:10:00:00 +0000": TEN,
        "01/Jun/2024:06:00:00 -0400": TEN,
        "01/Jun/2024:10:00:00 Z": TEN,
        "01/Jun/2024:10:00:00": "not a time",
        "01/Jun/2024:10:00:00 +9900": "not a time",
        "06/01/2024 10:00 UTC": TEN,
        "6/1/2024 10:00 UTC": TEN,
        "06/01/2024 10:00": "not a time",
        "Sat Jun 01 12:00:00 +0200 2024": TEN,
    }

    found = moments(
        desk, list(table), read='timezone = "America/Los_Angeles"', entry=f'{{ column = "when", formats = {formats} }}'
    )

    assert dict(zip(table, found, strict=True)) == dict(zip(table, wanted(table), strict=True))


def test_the_zone_of_the_source_is_for_times_without_their_own(desk: Any) -> None:
    table = {
        "2024-06-01 10:00:00": datetime(2024, 6, 1, 9),
        "2024-06-01 10:00:00Z": TEN,
        "2024-06-01 10:00:00 UTC": TEN,
        "2024-06-01 10:00:00+00:00": TEN,
        # In the night when clocks go back, 01:30 is there twice: the first is meant.
        "2024-10-27 01:30:00": datetime(2024, 10, 27, 0, 30),
        "2024-10-27 00:59:59": datetime(2024, 10, 26, 23, 59, 59),
        "2024-10-27 02:00:00": datetime(2024, 10, 27, 2),
        # In the night when they go forward, 01:30 is not there.
        "2024-03-31 00:59:59": datetime(2024, 3, 31, 0, 59, 59),
        "2024-03-31 01:30:00": "no such local time",
        "2024-03-31 02:00:00": datetime(2024, 3, 31, 1),
        "2024-03-31 01:30:00Z": datetime(2024, 3, 31, 1, 30),
    }

    found = moments(desk, list(table), read='timezone = "Europe/London"')

    assert dict(zip(table, found, strict=True)) == dict(zip(table, wanted(table), strict=True))


@pytest.mark.parametrize("zone", ["Europe/London", "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns"])
def test_local_day_hour_and_weekday_are_those_of_the_workspace(desk: Any, zone: str) -> None:
    desk.timezone = zone
    around = [
        datetime(2024, 3, 31, 1),
        datetime(2024, 10, 27, 1),
        datetime(2024, 4, 6, 15),
        datetime(2024, 10, 5, 15, 30),
    ]
    times = [moment + timedelta(minutes=15 * step) for moment in around for step in range(-8, 9)]

    moments(desk, [f"{moment.isoformat()}Z" for moment in times])

    found = desk.events("occurred_at, local_date, local_hour, iso_weekday, occurred_epoch")
    assert len(found) == len(times)
    for moment, day, hour, weekday, epoch in found:
        local = moment.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(zone))
        assert (day, hour, weekday) == (local.date(), local.hour, local.isoweekday())
        assert epoch == int(local.timestamp())


def test_a_fraction_of_a_second_is_kept_and_left_off_the_epoch(desk: Any) -> None:
    moments(desk, ["2024-06-01 10:00:00.9Z"])

    assert desk.events("occurred_at, occurred_epoch") == [(TEN + timedelta(seconds=0.9), 1717236000)]


def test_a_bare_day_is_the_start_of_it_in_reference_data(desk: Any) -> None:
    desk.inputs = [("warning", "w.csv")]
    desk.write(
        "w.csv", "warning_id,user_id,issued_at,kind\nW1,U1,2024-06-01,advice\nW2,U1,2024-06-01 10:00:00,advice\n"
    )
    desk.load()

    assert desk.column("SELECT issued_at FROM warning ORDER BY 1") == [datetime(2024, 6, 1), TEN]


def test_a_bare_day_is_no_time_of_an_event_and_its_rule_says_why(desk: Any) -> None:
    assert moments(desk, ["2024-06-01", "2024-06-31", "someday", "2024-06-01 10:00:00Z"]) == [
        "occurred_at: not a time, only a day",
        "occurred_at: not a time, only a day",
        "occurred_at: not a time",
        TEN,
    ]


def test_an_event_of_a_log_that_knows_only_days_begins_with_the_day_where_the_definition_says_so(log: Any) -> None:
    log.define(read='timezone = "Europe/London"', occurred_at='{ column = "when", formats = ["%Y-%m-%d"] }')
    log.load_log(lines("1,2024-06-01,U1,x", "2,2024-06-01 10:00,U1,x"))

    assert log.events("occurred_at, local_hour") == [(datetime(2024, 5, 31, 23), 0)]
    assert log.quarantine() == [(2, ["occurred_at: not a time"])]


def test_a_bare_day_of_reference_data_begins_where_the_source_is(log: Any) -> None:
    text = """
        name = "log"
        table = "posting"
        [read]
        timezone = "Europe/London"
        [columns]
        user_id = "who"
        unit = "unit"
        starts_at = "from"
        ends_at = "to"
    """
    log.define(text)
    log.write("logs/a.csv", "who,unit,from,to\nU1,north,2024-06-01,2024-12-01\n")
    log.load()

    assert log.rows("SELECT starts_at, ends_at FROM posting") == [(datetime(2024, 5, 31, 23), datetime(2024, 12, 1))]


def test_dates_are_days(desk: Any) -> None:
    desk.inputs = [("staff", "s.csv")]
    cells = [
        "2024-06-01",
        "2024-06-01 10:00:00",
        "2024-06-01T10:00:00.123Z",
        "1955-12-31",
        "01/06/2024",
        "2024-02-30",
        "epoch",
    ]
    desk.write("s.csv", "user_id,joined_on\n" + "".join(f"U{number},{cell}\n" for number, cell in enumerate(cells)))
    desk.load()

    day = date(2024, 6, 1)
    assert desk.column("SELECT joined_on FROM staff ORDER BY user_id") == [day, day, day, date(1955, 12, 31)]
    assert desk.quarantine() == [(number, ["joined_on: not a date"]) for number in (5, 6, 7)]


def test_a_time_that_does_not_exist_is_counted(desk: Any) -> None:
    desk.define(read='timezone = "Europe/London"')
    assert counts(desk.load_log(HEAD + "1,2024-03-31 01:30:00,U\n")) == (1, 0, 0, 1, 0)


ZONES = ("UTC", "Europe/London", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe")


def first_utc(wall: datetime, zone: ZoneInfo) -> datetime | str:
    """Return the UTC of a wall-clock time, the first where it is there twice: a plain twin."""
    moment = wall.replace(tzinfo=zone, fold=0).astimezone(ZoneInfo("UTC"))
    back = moment.astimezone(zone).replace(tzinfo=None)
    return moment.replace(tzinfo=None) if back == wall else "occurred_at: no such local time"


@settings(max_examples=12, deadline=None)
@given(st.data())
def test_a_plain_twin_agrees_on_every_form_of_a_time(lasting_desk: Desk, data: st.DataObject) -> None:
    lasting_desk.clear()
    zone = data.draw(st.sampled_from(ZONES))
    cells, expected = [], []
    times = st.datetimes(datetime(1970, 1, 3), datetime(2025, 1, 1))
    near_a_change = st.builds(
        lambda at, minutes: at + timedelta(minutes=minutes),
        st.sampled_from(
            [datetime(2024, 3, 31, 1), datetime(2024, 10, 27, 1), datetime(2024, 3, 10, 2), datetime(2024, 4, 7, 2)]
        ),
        st.integers(-90, 90),
    )
    for wall in data.draw(st.lists(times | near_a_change, min_size=20, max_size=60)):
        separator, fraction = data.draw(st.sampled_from(" T")), data.draw(st.sampled_from(["", "3", "6"]))
        wall = wall.replace(microsecond={"": 0, "3": wall.microsecond // 1000 * 1000, "6": wall.microsecond}[fraction])
        text = wall.isoformat(separator, {"": "seconds", "3": "milliseconds", "6": "microseconds"}[fraction])
        offset = data.draw(st.none() | st.integers(-14 * 60, 14 * 60))
        if offset is None:
            cells.append(text)
            expected.append(first_utc(wall, ZoneInfo(zone)))
            continue
        sign, hours, minutes = "-" if offset < 0 else "+", *divmod(abs(offset), 60)
        tails = [
            f"{sign}{hours:02}:{minutes:02}",
            f" {sign}{hours:02}{minutes:02}",
            *(["Z", " UTC"] if not offset else []),
        ]
        cells.append(text + data.draw(st.sampled_from(tails)))
        expected.append(wall - timedelta(minutes=offset))
    formats = '["%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S.%f"]'
    entry = data.draw(st.sampled_from(['"when"', f'{{ column = "when", formats = {formats} }}']))

    assert moments(lasting_desk, cells, read=f'timezone = "{zone}"', entry=entry) == expected
