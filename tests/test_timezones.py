"""Local time and UTC as SQL agree with Python's zoneinfo, at every change of every kind of zone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa
import pytest

from audit.timezones import Zone, read_zone, sql_for_local, sql_for_utc

ZONES = [
    "UTC", "Europe/London", "America/Los_Angeles", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns",
    "Africa/Casablanca", "Pacific/Apia", "Europe/Dublin",
]  # fmt: skip


def around(zone: Zone) -> list[datetime]:
    """Return times at, just before and just after each change, and half an hour apart for three hours around it."""
    steps = [timedelta(minutes=30 * step) for step in range(-6, 7)] + [timedelta(seconds=-1), timedelta(seconds=1)]
    seconds = {0, *(change.before for change in zone.changes), *(change.after for change in zone.changes)}
    moments = {
        change.at + timedelta(seconds=offset) + step for change in zone.changes for offset in seconds for step in steps
    }
    return sorted({datetime(1980, 1, 1), datetime(2099, 6, 1)} | {at for at in moments if 1972 <= at.year < 2100})


def run(sql: str, moments: list[datetime]) -> list[object]:
    with duckdb.connect() as connection:
        connection.register("given", pa.table({"t": pa.array(moments, pa.timestamp("us"))}))
        return [row[0] for row in connection.execute(f"SELECT {sql} FROM given").fetchall()]


@pytest.mark.parametrize("name", ZONES)
def test_utc_becomes_local_as_python_says(name: str) -> None:
    moments = around(read_zone(name))

    expected = [at.replace(tzinfo=UTC).astimezone(ZoneInfo(name)).replace(tzinfo=None) for at in moments]
    assert run(sql_for_local("t", read_zone(name)), moments) == expected


@pytest.mark.parametrize("name", ZONES)
def test_local_becomes_utc_the_first_of_two_and_none_where_there_is_none(name: str) -> None:
    moments, zone = around(read_zone(name)), ZoneInfo(name)

    expected = []
    for wall in moments:
        utc = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
        exists = utc.astimezone(zone).replace(tzinfo=None) == wall
        expected.append(utc.replace(tzinfo=None) if exists else None)
    assert run(sql_for_utc("t", read_zone(name)), moments) == expected


def test_local_time_up_to_a_day_needs_no_later_change() -> None:
    zone = read_zone("Europe/London")
    short = sql_for_local("t", zone, datetime(2024, 1, 1))

    assert len(short) < len(sql_for_local("t", zone)) / 2
    assert run(short, [datetime(2023, 7, 1)]) == [datetime(2023, 7, 1, 1)]


@pytest.mark.parametrize("name", ["Europe/Lodnon", "", "../etc/passwd", "EST5EDT5", "/etc/localtime", "a\0b"])
def test_a_zone_that_there_is_not_is_named(name: str) -> None:
    with pytest.raises(ValueError, match="is not a time zone"):
        read_zone(name)
