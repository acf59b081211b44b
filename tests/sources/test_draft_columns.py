"""Every raw column is listed: mapped with its evidence, suggested, or left out with a reason. No guess is silent."""

import tomllib
from pathlib import Path

import pytest
from draft_files import LABELS, columns_of, csv_text, draft, preview, records, unsure, write

from audit.drafting import draft_definition
from audit.errors import SourceError
from audit.sources.definition import SourceDefinition, parse_definition

ROWS = records()


def test_columns_without_a_canonical_one_are_left_out_with_what_stands_in_them(tmp_path: Path) -> None:
    rows = [[*row, "2510", "", "1.5" if int(row[0][1:]) % 2 else "2"] for row in ROWS]
    text, _ = draft(write(tmp_path, csv_text(rows, labels=(*LABELS, "cameraCount", "Moderation", "Weight"))))

    assert "# Left out, 3 of the 10 columns of the file:" in text
    assert (
        '#   "cameraCount": whole numbers, the same in all records seen; no canonical column goes by its name' in text
    )
    assert '#   "Moderation": blank in all records seen;' in text
    assert '#   "Weight": numbers, 2 different;' in text


@pytest.mark.parametrize(
    "mask", ["***", "* * *", "###", "REDACTED", "[REDACTED]", " REDACTED ", "7923.600 GC", "XXXXX"]
)
def test_masks_that_were_seen_are_declared(tmp_path: Path, mask: str) -> None:
    rows = [[*row[:2], mask if place % 4 == 0 else row[2], *row[3:]] for place, row in enumerate(ROWS)]
    path = write(tmp_path, csv_text(rows))

    text, definition = draft(path)

    assert definition.rules["user_id"].masked == (mask.strip(),)
    assert "10 cells are masked" in text
    assert [row["user_id"] for row in preview(definition, path).rows][:2] == [None, "U1"]


def test_a_wildcard_in_a_plate_is_no_mask_and_is_told(tmp_path: Path) -> None:
    rows = [[*row[:4], f"*{row[4]}" if place < 3 else row[4].lower(), *row[5:]] for place, row in enumerate(ROWS)]
    text, definition = draft(write(tmp_path, csv_text(rows)))

    assert definition.rules["subject_id"].masked == ()
    assert "subject_id: 3 cells hold a wildcard" in unsure(text)
    assert "plates are written in several ways" in unsure(text)


def test_masks_in_part_and_words_for_nothing_are_told_and_not_decided(tmp_path: Path) -> None:
    rows = [
        [
            *row[:5],
            "REDACTED, seen in street" if place == 0 else row[5],
            "N/A" if place < 5 else "NULL" if place < 9 else row[6],
        ]
        for place, row in enumerate(ROWS)
    ]
    text, definition = draft(write(tmp_path, csv_text(rows)))

    assert "reason: 1 cell is masked in part" in unsure(text)
    assert 'reference: may these stand for nothing? "N/A" (5)' in unsure(text)
    assert '[read] null_values: "NULL"' in unsure(text)
    assert definition.read.null_values == ("", "NULL")


def test_ids_that_repeat_are_named_but_unsure(tmp_path: Path) -> None:
    text, definition = draft(write(tmp_path, csv_text([*ROWS, ROWS[0]])))

    assert definition.rules["event_id"].columns == ("Audit ID",)
    assert "event_id: 1 of 41 values are repeats and 0 are missing" in unsure(text)


def test_without_ids_they_are_derived_and_that_is_said(tmp_path: Path) -> None:
    text, definition = draft(write(tmp_path, csv_text([row[1:] for row in ROWS], labels=LABELS[1:])))

    assert "event_id" not in definition.rules
    assert "ids are derived from the content" in text


def test_words_of_an_action_are_mapped_and_the_unknown_ones_are_asked_for(tmp_path: Path) -> None:
    words = ("Lookup - Mobile", "Print Record", "#VE")
    rows = [[*row[:3], words[place % 3], *row[4:]] for place, row in enumerate(ROWS)]
    path = write(tmp_path, csv_text(rows))

    text, definition = draft(path)

    assert definition.rules["action"].map == {"Lookup - Mobile": "search", "Print Record": "print", "#VE": "other"}
    assert 'say in the map what these words mean, "other" stands for each now: "#VE"' in unsure(text)
    assert preview(definition, path).broken == {}


def test_of_two_columns_that_fit_the_other_is_named(tmp_path: Path) -> None:
    rows = [[*row, f"C{row[6]}"] for row in ROWS]
    text, definition = draft(write(tmp_path, csv_text(rows, labels=(*LABELS, "Incident Number"))))

    assert definition.rules["reference"].columns == ("Case #",)
    assert 'reference: could also be "Incident Number"' in unsure(text)


def test_a_name_that_its_content_belies_is_not_taken(tmp_path: Path) -> None:
    labels = ("Audit ID", "When", "User ID", "Search Type", "Plate", "Reason", "Timestamp")
    text, definition = draft(write(tmp_path, csv_text(ROWS, labels=labels)))

    assert definition.rules["occurred_at"].columns == ("When",)
    assert 'not "Timestamp", though named so: it does not hold times' in unsure(text)


def test_case_numbers_that_stand_for_a_reason_are_counted(tmp_path: Path) -> None:
    rows = [[*row[:5], f"25-{place:06}" if place < 4 else row[5], ""] for place, row in enumerate(ROWS)]
    text, _ = draft(write(tmp_path, csv_text(rows)))

    assert "reason: 4 reasons are nothing but what looks like a case number" in unsure(text)


def test_a_packed_line_is_suggested_taken_apart(tmp_path: Path) -> None:
    rows = [[row[0], row[1], f"U{place}/ROUTINE CHECK/NCH", "U9"] for place, row in enumerate(ROWS)]
    text, definition = draft(write(tmp_path, csv_text(rows, labels=("id", "time", "ORIGINATOR", "OPERATOR"))))

    assert definition.rules["operator_id"].columns == ("OPERATOR",)
    assert "user_id" not in definition.rules
    assert '# user_id = { column = "ORIGINATOR", pattern = ' in text
    assert "user_id: no column says who is accountable" in unsure(text)
    assert [row["user_id"] for row in preview(taken(text), tmp_path / "export.csv").rows] == [
        f"U{place}" for place in range(len(ROWS))
    ]


def taken(text: str) -> SourceDefinition:
    """The draft with the suggestion for the user taken up."""
    return parse_definition(tomllib.loads(text.replace("# user_id = ", "user_id = ")), Path("draft.toml"))


def test_of_rank_number_and_name_the_number_is_suggested_and_a_terminal_is_the_workstation(tmp_path: Path) -> None:
    rows = [[row[0], row[1], f"PC 12{place:02} SMITH / STN01 / T-00{place:02}"] for place, row in enumerate(ROWS)]
    path = write(tmp_path, csv_text(rows, labels=("id", "time", "ORIGINATOR")))
    text, definition = draft(path)

    assert "user_id" not in definition.rules
    assert "packs several parts into a cell, and 100% of those seen fit this" in " ".join(unsure(text).split())
    first = preview(taken(text), path).rows[0]
    assert (first["user_id"], first["workstation"]) == ("1200", "T-0000")


def test_a_packed_line_of_uneven_parts_is_suggested_by_its_first_part(tmp_path: Path) -> None:
    rows = [[row[0], row[1], f"U{place}/" + "/".join(["X"] * (2 + place % 3)), "U9"] for place, row in enumerate(ROWS)]
    text, _ = draft(write(tmp_path, csv_text(rows, labels=("id", "time", "ORIGINATOR", "OPERATOR"))))

    assert '# user_id = { expression = "split_part(\\"ORIGINATOR\\", \'/\', 1)" }' in text


def test_labels_that_are_absent_or_stand_twice_are_told(tmp_path: Path) -> None:
    labels = (" Audit ID", " Search Time", "User ID", "", "Plate", "Reason", "Reason")
    text, definition = draft(write(tmp_path, csv_text(ROWS, labels=labels)))

    assert "2 labels carry stray spaces" in text
    assert "1 columns have no label" in text
    assert "1 labels stand twice" in unsure(text)
    assert '"Reason_2"' in text
    assert definition.rules["occurred_at"].columns == ("Search Time",)


def test_reference_data_is_drafted_for_the_table_named(tmp_path: Path) -> None:
    rows = [["U1", "A. Example", "14/02/1980", "Constable"], ["U2", "B. Example", "01/03/1990", "Sergeant"]]
    path = write(tmp_path, csv_text(rows, labels=("Collar No", "Full Name", "DOB", "Rank")), "Staff List 2024.csv")

    text, definition = draft(path, table="staff")

    assert (definition.name, definition.table.name) == ("staff-list", "staff")
    assert columns_of(text)["date_of_birth"] == {"column": "DOB", "formats": ["%d/%m/%Y"]}
    assert preview(definition, path).rows[0]["user_id"] == "U1"


def test_a_table_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match='no table "staf"; did you mean "staff"'):
        draft_definition(write(tmp_path, csv_text(ROWS)), table="staf")


def test_the_sample_is_the_first_record_and_can_be_left_out(tmp_path: Path) -> None:
    path = write(tmp_path, csv_text(ROWS))

    _, definition = draft(path, name="own-name")
    assert definition.name == "own-name"
    assert definition.samples[0].record["Audit ID"] == "A00000"
    assert definition.samples[0].gives["occurred_at"] == "2024-03-25 09:30:05Z"

    without, definition = draft(path, with_sample=False)
    assert definition.samples == ()
    assert "A00000" not in without
    assert ROWS[0][5] not in without


def test_the_same_file_gives_the_same_draft(tmp_path: Path) -> None:
    path = write(tmp_path, csv_text(ROWS))

    assert draft_definition(path) == draft_definition(path)


RANKED = [[*row[:2], f"PC {100 + place % 7}", *row[3:]] for place, row in enumerate(ROWS)]


def test_labels_in_the_words_of_people_are_understood(tmp_path: Path) -> None:
    words = {"User ID": "Who (collar no.)", "Reason": "Why?"}
    labels = [words.get(name, name) for name in LABELS]
    text, _ = draft(write(tmp_path, csv_text(RANKED, labels=labels)))

    assert (columns_of(text)["user_id"], columns_of(text)["reason"]) == ("Who (collar no.)", "Why?")


def test_a_rank_and_a_number_is_a_user_and_no_reason(tmp_path: Path) -> None:
    labels = [{"User ID": "X1", "Reason": "X2"}.get(name, name) for name in LABELS]
    text, _ = draft(write(tmp_path, csv_text(RANKED, labels=labels)))

    assert '# user_id = "X1"' in text
    assert '# reason = "X2"' in text
    assert "user_id: found by its content alone" in unsure(text)
