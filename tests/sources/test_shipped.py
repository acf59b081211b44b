"""The definitions that travel with the program: their samples pass, and files of every known layout are mapped by them."""

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from audit.errors import SourceError
from audit.load.preview import Preview, preview_file
from audit.sources import expression
from audit.sources.check import check_samples
from audit.sources.definition import SourceDefinition, read_definition
from audit.sources.library import SHIPPED, read_library
from audit.timezones import read_zone
from tests.engine.goldens import PASSED_SOURCES, passed_sources

ROOT = Path(__file__).parents[2]
UTC = read_zone("UTC")
NAMES = ("alpr-portal", "alpr-organization-audit", "ocsf-datastore-activity")
MASK = "***"


@pytest.fixture(scope="module")
def library() -> dict[str, SourceDefinition]:
    return dict(read_library([]))


def test_the_shipped_folder_holds_what_the_documentation_says() -> None:
    assert sorted(path.stem for path in SHIPPED.glob("*.toml")) == sorted(NAMES)


def test_the_list_of_what_passed_names_exactly_the_shipped_definitions() -> None:
    assert PASSED_SOURCES.read_text(encoding="ascii") == passed_sources(), "make golden: a definition changed"


def test_expressions_are_parsed_but_those_of_shipped_definitions_that_passed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: list[str] = []
    monkeypatch.setattr(expression, "check_expression", lambda text: parsed.append(text) or [])
    read_library(())
    assert parsed == []

    read_library((), in_full=True)
    shipped = list(parsed)
    assert len(shipped) >= 2

    # One that was edited is on no list.
    text = (SHIPPED / "alpr-organization-audit.toml").read_text(encoding="utf-8")
    (tmp_path / "edited.toml").write_text(f"# edited\n{text}", encoding="utf-8")
    parsed.clear()
    read_library((tmp_path,))
    assert parsed
    assert set(parsed) <= set(shipped)


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_definition_has_several_samples_and_all_pass(name: str) -> None:
    definition = read_definition(SHIPPED / f"{name}.toml")

    results = check_samples(definition, read_zone("Europe/London"))

    assert definition.name == name
    assert len(results) >= 4
    assert [result for result in results if not result.passed] == []


@pytest.mark.parametrize("name", [*NAMES, "sample-force"])
def test_each_has_a_page_on_where_its_names_come_from(name: str) -> None:
    assert (ROOT / "docs" / "sources" / f"{name}.md").is_file()


# -- alpr-portal ----------------------------------------------------------------------------------------------------

TIME = {"old": "2025-06-18 00:09:13.397", "new": "2025-06-18T00:09:13.397Z", "printed": "6/18/2025, 12:09:13 AM UTC"}
HEADERS = {
    "cameras counted, no zone": ["id", "userId", "searchDate=old", "cameraCount", "reason"],
    "networks counted": ["id", "userId", "searchDate=new", "networkCount", "reason"],
    "a case and a chosen offence": ["id", "userId", "searchDate=new", "networkCount", "caseNumber", "offenseType"],
    "the offence alone": ["id", "userId", "searchDate=new", "networkCount", "offenseType"],
    "offence and reason": ["id", "userId", "searchDate=new", "networkCount", "offenseType", "reason"],
    "nothing that says why, in another order": ["id", "networkCount", "searchDate=new", "userId"],
    "as it is printed": ["ID", "userID", "networkCount", "Search Time=printed", "Reason"],
}


@pytest.mark.parametrize("header", HEADERS.values(), ids=list(HEADERS))
def test_the_portal_s_seven_headers_give_the_same_search(
    tmp_path: Path, library: dict[str, SourceDefinition], header: list[str]
) -> None:
    labels = [label.partition("=")[0] for label in header]
    cells = {"id": "s1", "userid": MASK, "cameracount": "2510", "networkcount": "5", "reason": "Theft"}
    cells |= {"casenumber": "CN-001", "offensetype": "Theft"}
    row = [TIME[form] if (form := label.partition("=")[2]) else cells[label.lower()] for label in header]

    [event] = mapped(library["alpr-portal"], write_csv(tmp_path, [labels, row])).rows

    assert event["event_id"] == "s1"
    assert str(event["occurred_at"]).startswith("2025-06-18 00:09:13")
    assert (event["user_id"], event["action"], event["subject_kind"]) == (None, "search", "vehicle")
    assert event["reason"] == ("Theft" if {"reason", "Reason", "offenseType"} & set(labels) else None)
    assert event["reason_code"] == ("Theft" if "offenseType" in labels else None)
    assert event["reference"] == ("CN-001" if "caseNumber" in labels else None)


def test_the_portal_definition_reads_the_released_log_of_eugene(library: dict[str, SourceDefinition]) -> None:
    seen = mapped(library["alpr-portal"], ROOT / "sample_logs" / "eugene" / "logs" / "2025-08-29.csv")

    assert (seen.rejected, seen.broken) == (0, {})
    assert seen.records == 2_783
    assert all(row["user_id"] for row in seen.rows)


def test_a_portal_file_without_a_time_is_stopped_naming_the_column(
    tmp_path: Path, library: dict[str, SourceDefinition]
) -> None:
    with pytest.raises(SourceError, match='column "searchDate" is absent'):
        mapped(library["alpr-portal"], write_csv(tmp_path, [["id", "userId", "reason"], ["1", MASK, "x"]]))


# -- alpr-organization-audit ----------------------------------------------------------------------------------------

FULL = [
    "ID", "Name", "Org Name", "Total Networks Searched", "Total Devices Searched", "Time Frame", "License Plate", "Case #",
    "Filters", "Reason", "Search Time", "Search Type", "Text Prompt", "Moderation",
]  # fmt: skip
SEARCH = {
    "ID": "1f4b", "Name": "A. Example", "Org Name": "Example CA PD", "Total Networks Searched": "541",
    "Total Devices Searched": "15737", "Time Frame": "11/07/2025, 09:53:36 AM UTC\n11/14/2025, 09:53:36 AM UTC",
    "License Plate": "8abc 123", "Case #": "25-012345", "Filters": "", "Reason": "stolen, “white” van",
    "Search Time": "11/14/2025, 09:53:36 PM UTC", "Search Type": "lookup - Mobile", "Text Prompt": "", "Moderation": "",
}  # fmt: skip


@pytest.mark.parametrize(
    "gone",
    [
        [],
        ["Total Devices Searched"],
        ["Total Devices Searched", "Text Prompt", "Moderation"],
        ["Total Devices Searched", "Time Frame", "Text Prompt", "Moderation"],
    ],
    ids=["14 columns", "13", "11", "10"],
)
@pytest.mark.parametrize("space", ["", " "], ids=["plain", "leading spaces"])
def test_the_organization_audit_is_read_in_all_its_widths(
    tmp_path: Path, library: dict[str, SourceDefinition], gone: list[str], space: str
) -> None:
    labels = [label for label in FULL if label not in gone]
    header = [labels[0], *(space + label for label in labels[1:])]

    path = write_csv(tmp_path, [header, [SEARCH[label] for label in labels]], lineterminator="\r\n")
    [event] = mapped(library["alpr-organization-audit"], path).rows

    assert event["event_id"] == "1f4b"
    assert str(event["occurred_at"]) == "2025-11-14 21:53:36"
    assert (event["user_id"], event["subject_id"], event["query_text"]) == ("A. Example", "8ABC123", "8abc 123")
    assert (event["reference"], event["reason"], event["origin"]) == ("25-012345", "stolen, “white” van", "person")


def test_the_case_number_is_found_where_it_was_typed_for_a_reason(
    tmp_path: Path, library: dict[str, SourceDefinition]
) -> None:
    typed = {
        "25-012345": "25-012345", " RD25-1234": "RD25-1234", "2025-000123": "2025-000123", "20250012345": "20250012345",
        "10851": None, "stolen 25-012345": None, "459": None, "12-3": None, "": None,
    }  # fmt: skip
    rows = [[SEARCH[label] if label not in ("ID", "Case #", "Reason") else "" for label in FULL] for _ in typed]
    for number, (row, reason) in enumerate(zip(rows, typed, strict=True)):
        row[0], row[FULL.index("Reason")] = str(number), reason

    seen = mapped(library["alpr-organization-audit"], write_csv(tmp_path, [FULL, *rows]))

    assert [row["reference"] for row in seen.rows] == list(typed.values())


@pytest.mark.parametrize("mask", ["***", "* * *", "###", "REDACTED", "[REDACTED]", " REDACTED", "7923.600 GC"])
def test_a_masked_cell_is_masked_and_not_blank(tmp_path: Path, library: dict[str, SourceDefinition], mask: str) -> None:
    hidden = {"Name", "License Plate", "Reason", "Case #"}
    path = write_csv(tmp_path, [FULL, [mask if label in hidden else SEARCH[label] for label in FULL]])
    definition = library["alpr-organization-audit"]

    [event] = mapped(definition, path).rows

    assert [event[name] for name in ("user_id", "subject_id", "reason", "reference", "query_text")] == [None] * 5
    for name in ("user_id", "subject_id", "reason", "reference"):
        assert mask.strip() in definition.rules[name].masked


def test_an_organization_audit_without_ids_has_them_derived(
    tmp_path: Path, library: dict[str, SourceDefinition]
) -> None:
    labels = FULL[1:]
    path = write_csv(tmp_path, [labels, [SEARCH[label] for label in labels]])

    assert mapped(library["alpr-organization-audit"], path).broken == {}


# -- ocsf-datastore-activity ----------------------------------------------------------------------------------------


def ocsf(number: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "class_uid": 6005,
        "activity_id": 1,
        "time": 1718668924789,
        "metadata": {"uid": f"ev-{number}", "product": {"name": "RMS"}},
        "actor": {"user": {"uid": "U1042", "name": "aexample42", "type_id": 1}},
        "src_endpoint": {"hostname": "NCH-WS03"},
        "unmapped": {"subject_id": "P1", "subject_kind": "person", "reason": "theft"},
    } | changes


def test_ocsf_events_are_read_from_json_lines(tmp_path: Path, library: dict[str, SourceDefinition]) -> None:
    acts = [ocsf(number, activity_id=number) for number in (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 99)]
    path = tmp_path / "ocsf.ndjson"
    path.write_text("".join(json.dumps(act) + "\n" for act in acts), encoding="utf-8")

    seen = mapped(library["ocsf-datastore-activity"], path)

    assert (seen.records, seen.rejected, seen.broken) == (12, 0, {})
    assert [row["action"] for row in seen.rows] == [
        "other", "view", "amend", "other", "search", "amend", "create", "delete", "search", "other", "view", "other",
    ]  # fmt: skip
    assert str(seen.rows[0]["occurred_at"]) == "2024-06-18 00:02:04.789000"
    assert (seen.rows[0]["user_id"], seen.rows[0]["system"]) == ("U1042", "RMS")


def test_ocsf_events_of_another_class_are_quarantined(tmp_path: Path, library: dict[str, SourceDefinition]) -> None:
    path = tmp_path / "ocsf.ndjson"
    path.write_text("".join(json.dumps(ocsf(n, class_uid=3002 + n)) + "\n" for n in range(3)), encoding="utf-8")

    assert set(mapped(library["ocsf-datastore-activity"], path).broken) == {"action: missing"}


def test_ocsf_events_with_the_bare_minimum_are_read(tmp_path: Path, library: dict[str, SourceDefinition]) -> None:
    bare = {key: value for key, value in ocsf().items() if key in ("class_uid", "activity_id", "time", "metadata")}
    path = tmp_path / "ocsf.ndjson"
    path.write_text(json.dumps(bare) + "\n", encoding="utf-8")

    [event] = mapped(library["ocsf-datastore-activity"], path).rows

    assert (event["event_id"], event["action"], event["user_id"], event["subject_id"]) == ("ev-1", "view", None, None)


def test_ocsf_events_are_read_from_parquet(tmp_path: Path, library: dict[str, SourceDefinition]) -> None:
    path = tmp_path / "ocsf.parquet"
    pq.write_table(pa.Table.from_pylist([ocsf(1), ocsf(2)]), path)
    definition = library["ocsf-datastore-activity"]

    seen = mapped(replace(definition, read=replace(definition.read, format="parquet")), path)

    assert (seen.records, seen.broken) == (2, {})
    assert [row["event_id"] for row in seen.rows] == ["ev-1", "ev-2"]
    assert (seen.rows[0]["user_id"], seen.rows[0]["subject_id"]) == ("U1042", "P1")
    assert str(seen.rows[0]["occurred_at"]) == "2024-06-18 00:02:04.789000"


# -------------------------------------------------------------------------------------------------------------------


def mapped(definition: SourceDefinition, path: Path) -> Preview:
    return preview_file(definition, path, UTC, 10_000)


def write_csv(folder: Path, rows: list[list[str]], **dialect: Any) -> Path:
    out = io.StringIO(newline="")
    csv.writer(out, **{"lineterminator": "\n", **dialect}).writerows(rows)
    path = folder / "export.csv"
    path.write_text(out.getvalue(), encoding="utf-8", newline="")
    return path
