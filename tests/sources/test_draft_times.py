"""Day first or month first is decided by a value that was seen, or not at all; zones are never guessed."""

from pathlib import Path
from typing import Any

import pytest
from draft_files import columns_of, csv_text, draft, preview, records, unsure, write

from audit.drafting.times import BOTH, DAY_FIRST, MONTH_FIRST, UNDECIDED, quiet_hours, read_times
from audit.drafting.timeshapes import read_shape


def with_times(
    folder: Path, times: list[str], labels: tuple[str, ...] = ("id", "searchDate", "userId", "reason")
) -> Path:
    rows = [[str(number), time, f"U{number % 3}", "theft of car"] for number, time in enumerate(times)]
    return write(folder, csv_text(rows, labels=labels))


def formats(folder: Path, times: list[str]) -> tuple[str, Any]:
    text, definition = draft(with_times(folder, times))
    return text, definition.rules["occurred_at"].formats


def test_a_first_part_of_14_says_day_first(tmp_path: Path) -> None:
    text, found = formats(tmp_path, ["03/06/2025 10:00", "14/06/2025 11:00", "02/07/2025 12:00"])

    assert found == ("%d/%m/%Y %H:%M",)
    assert "a first part of 14 was seen: day first" in text
    assert "day first" not in unsure(text)


def test_a_second_part_of_14_says_month_first(tmp_path: Path) -> None:
    text, found = formats(tmp_path, ["6/3/2025, 1:05:09 PM UTC", "11/14/2025, 09:53:36 AM UTC"])

    assert found == ("%m/%d/%Y, %I:%M:%S %p",)
    assert "a second part of 14 was seen: month first" in text
    assert "every value seen names its own zone" in text


def test_where_no_value_decides_both_are_told_and_it_is_unsure(tmp_path: Path) -> None:
    text, found = formats(tmp_path, ["03/06/2025 10:00:00", "04/06/2025 11:00:00", "05/07/2025 11:00:00"])

    assert found == ("%d/%m/%Y %H:%M:%S",)
    assert "occurred_at:" in unsure(text)
    assert "no value decides, both fit" in unsure(text)
    assert 'for month first write "%m/%d/%Y %H:%M:%S"' in unsure(text)


def test_where_both_orders_are_mixed_no_format_can_mend_it(tmp_path: Path) -> None:
    text, _ = formats(tmp_path, ["14/06/2025 10:00:00", "06/14/2025 11:00:00"])

    assert "two orders are mixed" in unsure(text)


def test_another_column_of_the_same_form_decides(tmp_path: Path) -> None:
    rows = [["1", "03/06/2025 10:00", "03/06/2025", "U1"], ["2", "04/06/2025 10:00", "28/06/2025", "U2"]]
    path = write(tmp_path, csv_text(rows, labels=("id", "searchDate", "Expiry", "userId")))

    text, definition = draft(path)

    assert definition.rules["occurred_at"].formats == ("%d/%m/%Y %H:%M",)
    assert "as in column Expiry: a first part of 28 was seen: day first" in text
    assert "both fit" not in unsure(text)


def test_a_value_behind_the_sample_decides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("audit.drafting.delimited.SAMPLE_RECORDS", 10)

    text, found = formats(tmp_path, ["03/06/2025 10:00"] * 30 + ["06/13/2025 10:00"])

    assert found == ("%m/%d/%Y %H:%M",)
    assert "the first 10 records were seen" in text
    assert "a second part of 13 was seen: month first (behind the sample)" in text


def test_several_forms_in_a_column_are_all_declared_the_commonest_first(tmp_path: Path) -> None:
    times = ["2025-06-03 10:00:00.123", "2025-06-03 10:00:00.123", "25/06/2025 10:00"]
    _, found = formats(tmp_path, times)

    assert found == ("%Y-%m-%d %H:%M:%S.%f", "%d/%m/%Y %H:%M")
    _, definition = draft(tmp_path / "export.csv")
    assert preview(definition, tmp_path / "export.csv").broken == {}


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2024-03-05 10:00:00.5", "%Y-%m-%d %H:%M:%S.%f"),
        ("2024/3/5 9:05", "%Y/%m/%d %H:%M"),
        ("14.03.2024 09:05:07", "%d.%m.%Y %H:%M:%S"),
        ("14-Mar-2024 09:05:07", "%d-%b-%Y %H:%M:%S"),
        ("14 March 2024 09:05", "%d %B %Y %H:%M"),
        ("Mar 14, 2024, 9:05 PM", "%b %d, %Y, %I:%M %p"),
        ("Thu, 14 Mar 2024 09:05:07", "%a, %d %b %Y %H:%M:%S"),
        ("14/03/24 09:05", "%d/%m/%y %H:%M"),
        ("20240314 090507", "%Y%m%d %H%M%S"),
    ],
)
def test_forms_of_time_are_read_by_the_loader_as_drafted(tmp_path: Path, cell: str, expected: str) -> None:
    times = [cell, cell.replace("14", "15"), cell]
    _, definition = draft(with_times(tmp_path, times))

    assert (definition.rules["occurred_at"].formats or (expected,)) == (expected,)
    seen = preview(definition, tmp_path / "export.csv")
    assert seen.broken == {}
    assert str(seen.rows[0]["occurred_at"]).startswith("2024-03-")


@pytest.mark.parametrize(
    ("digits", "unit"),
    [("1718668924", "seconds"), ("1718668924789", "milliseconds"), ("1718668924789012", "microseconds")],
)
def test_counts_since_1970_are_utc_by_an_expression(tmp_path: Path, digits: str, unit: str) -> None:
    text, definition = draft(with_times(tmp_path, [digits, str(int(digits) + 5)]))

    assert f"{unit} since 1970" in text
    assert "timezone" not in unsure(text)
    assert str(preview(definition, tmp_path / "export.csv").rows[0]["occurred_at"]).startswith("2024-06-18 00:02:04")


def test_a_date_and_a_time_of_day_in_two_columns_are_joined(tmp_path: Path) -> None:
    rows = [["1", "25/03/2024", "9:05:07 PM", "U1"], ["2", "26/03/2024", "10:00:00 AM", "U1"]]
    path = write(tmp_path, csv_text(rows, labels=("id", "Search Date", "Search Time", "User ID")))

    text, definition = draft(path)

    assert columns_of(text)["occurred_at"]["formats"] == ["%d/%m/%Y %I:%M:%S %p"]
    seen = preview(definition, path)
    assert (seen.broken, str(seen.rows[0]["occurred_at"])) == ({}, "2024-03-25 21:05:07")


def test_a_file_without_times_says_so_and_still_passes_the_check(tmp_path: Path) -> None:
    text, definition = draft(write(tmp_path, csv_text([["U1", "theft of car"]] * 9, labels=("user", "reason"))))

    assert definition.rules["occurred_at"].value == ""
    assert "occurred_at must be there and no column was found for it" in unsure(text)


def test_values_that_are_no_times_and_zones_that_are_not_known_are_counted(tmp_path: Path) -> None:
    times = ["25/03/2024 10:00", "26/03/2024 10:00 BST", "26/03/2024 11:00 BST", "tomorrow", "27/03/2024 10:00"]
    text, _ = draft(with_times(tmp_path, times))

    assert "1 of 5 values is no time in these forms" in unsure(text)
    assert '"BST" behind the time is no zone that is known' in unsure(text)
    assert "occurred_at: not a time: 3" in text


def test_the_quiet_hours_are_told_where_the_zone_is_not(tmp_path: Path) -> None:
    times = [row[1] for row in records(600, step=0.0417)]
    by_day = [time for time in times if not 5 <= int(time[11:13]) <= 10]
    text, _ = draft(with_times(tmp_path, by_day))

    assert "UTC or local? As written, the fewest fall between 05:00 and 10:59" in unsure(text)


def test_a_column_named_utc_decides_the_zone(tmp_path: Path) -> None:
    path = with_times(tmp_path, ["2024-03-05 10:00:00"] * 3, labels=("id", "timestamp", "userId", "reason"))
    assert "timezone" in unsure(draft(path)[0])

    path = with_times(tmp_path, ["2024-03-05 10:00:00"] * 3, labels=("id", "Timestamp (UTC)", "userId", "reason"))
    assert "timezone" not in unsure(draft(path)[0])


def test_the_order_of_pairs_is_worked_out_by_hand() -> None:
    def order(*cells: str) -> str:
        reading = read_times(dict.fromkeys(cells, 1))
        assert reading is not None
        return next(iter(reading.orders.values())).decided

    assert order("13/01/2024", "01/02/2024") == DAY_FIRST
    assert order("01/13/2024", "01/02/2024") == MONTH_FIRST
    assert order("12/12/2024", "01/02/2024") == UNDECIDED
    assert order("13/12/2024", "12/13/2024") == BOTH


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "12",
        "24-10001",
        "9:00",
        "32/01/2024",
        "13/13/2024",
        "2024-13-01",
        "May be",
        "infinity",
        "2024-03-01 25:00",
        "12:30:00",
        "1.2.3",
    ],
)
def test_what_is_no_time_has_no_shape(cell: str) -> None:
    shape = read_shape(cell)
    assert shape is None or cell == "1.2.3"


def test_few_values_say_nothing_of_quiet_hours() -> None:
    assert quiet_hours(dict.fromkeys(range(24), 10)) is None
    assert quiet_hours({12: 299}) is None
