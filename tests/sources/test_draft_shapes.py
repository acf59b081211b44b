"""Drafts of vendors' shapes that once came out poor: nested JSON, times in two columns, fields without a gap, no header."""

import json
from datetime import datetime, timedelta
from pathlib import Path

from draft_files import columns_of, draft, preview, unsure, write

START = datetime(2024, 3, 1, 8, 0, 0)
TIMES = [START + timedelta(hours=7.3 * number) for number in range(60)]


def test_nested_fields_go_by_their_last_word_where_the_whole_is_not_known(tmp_path: Path) -> None:
    entries = [
        {
            "eventId": f"e-{number}",
            "timestamp": at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "actor": {"id": f"PC{number % 7}", "ip": f"10.1.1.{number % 3}"},
            "operation": "READ",
            "resource": {"type": "Person", "id": f"N{number % 25}"},
            "context": {"reason": "enquiry", "incident": f"INC-{number % 10}"},
        }
        for number, at in enumerate(TIMES)
    ]
    path = write(tmp_path, json.dumps({"data": {"entries": entries}}), "export.json")

    text, definition = draft(path)
    columns = columns_of(text)

    assert (columns["user_id"], columns["subject_id"]) == ("actor.id", "resource.id")
    assert (columns["reason"], columns["reference"]) == ("context.reason", "context.incident")
    assert columns["workstation"] == "actor.ip"
    assert preview(definition, path).broken == {}


def test_a_time_of_day_in_a_column_of_its_own_leaves_the_zone_to_be_decided(tmp_path: Path) -> None:
    lines = [f"{at:%d-%b-%Y}|{at:%H:%M:%S}|U{number % 7}|view\n" for number, at in enumerate(TIMES)]
    text, _ = draft(write(tmp_path, "DATE|TIME|USER|ACTION\n" + "".join(lines)))

    assert "[read] timezone: no zone in the values: UTC or local?" in unsure(text)


def test_a_fixed_field_that_holds_a_blank_or_has_no_gap_before_it_is_cut_by_its_label(tmp_path: Path) -> None:
    layout = "{:<8}{:<15}{:<8}{:<5}{:<12}"
    lines = [layout.format("TXN", "DATETIME", "OPER", "FUNC", "SUBJECT")] + [
        layout.format(f"T{number:06}", f"{at:%Y%m%d %H%M%S}", f"OP{number % 4:03}", "QVEH", f"KX{number % 40:02}ABC")
        for number, at in enumerate(TIMES)
    ]
    path = write(tmp_path, "\n".join(lines) + "\n", "export.txt")

    text, definition = draft(path)

    assert definition.read.widths == (8, 15, 8, 5, 12)
    assert columns_of(text)["occurred_at"] == {"column": "DATETIME", "formats": ["%Y%m%d %H%M%S"]}
    assert preview(definition, path).broken == {}


def test_a_number_to_the_right_of_its_label_is_not_cut(tmp_path: Path) -> None:
    lines = ["USER      HITS WS"] + [f"U{n % 7:<4}{123456789 - n:>9} W{n % 3}" for n in range(60)]

    _, definition = draft(write(tmp_path, "\n".join(lines) + "\n", "export.txt"))

    assert definition.read.widths == (5, 10, 2)


def test_of_two_columns_of_codes_the_more_varied_is_suggested_for_the_subject(tmp_path: Path) -> None:
    lines = [f"{at:%Y%m%d%H%M%S},PC{1000 + n % 7},P{n % 30:05}\n" for n, at in enumerate(TIMES)]
    text, _ = draft(write(tmp_path, "".join(lines)))

    assert '# user_id = "column_2"' in text
    assert '# subject_id = "column_3"' in text
