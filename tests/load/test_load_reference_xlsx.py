"""Reference data as people keep it, in workbooks: a title above the header, blank rows, days as cells, ids as numbers."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
from load_desk import faults


def _book(path: Path, rows: list[list[Any]], sheet: str = "Sheet1") -> None:
    book = openpyxl.Workbook()
    book.active.title = sheet
    for row in rows:
        book.active.append(row)
    book.save(path)


def test_a_staff_list_kept_by_people(desk: Any) -> None:
    (desk.folder / "sources/hr.toml").write_text(
        """
        name = "hr"
        table = "staff"
        [read]
        format = "xlsx"
        sheet = "Staff"
        skip = 2
        [columns]
        user_id = "Collar No"
        name = "Name"
        date_of_birth = { column = "Born", formats = ["%d/%m/%Y"] }
        joined_on = "Joined"
        left_on = { column = "Left", optional = true }
        """
    )
    desk.inputs = [("hr", "staff.xlsx")]
    _book(
        desk.folder / "staff.xlsx",
        [
            ["Staff in post, January 2024"],
            [],
            [" Collar No ", "Name", "born", "Joined"],
            [4711, "Ann", date(1980, 3, 1), datetime(2010, 1, 4)],
            [],
            ["0042", "Ben", "13/04/1985", None],
            [4711, "Ann again", None, None],
        ],
        "Staff",
    )

    result = desk.load()

    assert faults(result) == []
    assert desk.quarantine() == [(3, ["user_id: second row under the same key"])]
    assert desk.rows("SELECT user_id, name, CAST(date_of_birth AS VARCHAR), joined_on FROM staff ORDER BY 1") == [
        ("0042", "Ben", "1985-04-13", None),
        ("4711", "Ann", "1980-03-01", date(2010, 1, 4)),
    ]


def test_warnings_in_canonical_form_need_no_definition(desk: Any) -> None:
    desk.inputs = [("warning", "warnings-*.xlsx")]
    head = ["warning_id", "user_id", "issued_at", "kind", "about"]
    _book(desk.folder / "warnings-1.xlsx", [head, [1, 4711, date(2024, 7, 1), "written", "checks"], [None] * 5])
    desk.load()
    _book(desk.folder / "warnings-2.xlsx", [head, [1, 4711, datetime(2024, 7, 1), "final", "checks"]])
    desk.load()

    # Midnight of a day stands for its beginning in the zone of the source, which is UTC for a canonical file.
    assert desk.rows("SELECT warning_id, user_id, issued_at, kind FROM warning") == [
        ("1", "4711", datetime(2024, 7, 1), "final")
    ]
    assert desk.rows("SELECT kind FROM warning_history") == [("written",)]
