"""A file in any dialect: drafted, the draft passes the check of definitions, and the file is mapped by it as it stands."""

import gzip
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from draft_files import LABELS, UTC, csv_text, draft, preview, records, unsure, write, write_xlsx

from audit.errors import AuditError, InputOutputError, SourceError
from audit.load.preview import preview_file

ROWS = records()


def whole(path: Path, **expected_read: Any) -> str:
    """Draft from the file, and hold what it becomes to the records that were put in."""
    text, definition = draft(path)
    for key, value in expected_read.items():
        assert getattr(definition.read, key) == value, key
    seen = preview(definition, path)
    assert (seen.records, seen.rejected, seen.broken) == (len(ROWS), 0, {})
    made = seen.rows
    assert [row["event_id"] for row in made] == [row[0] for row in ROWS]
    assert [str(row["occurred_at"]) for row in made] == [row[1] for row in ROWS]
    assert [row["user_id"] for row in made] == [row[2] for row in ROWS]
    assert [row["action"] for row in made] == [row[3] for row in ROWS]
    assert [row["subject_id"] for row in made] == [row[4] for row in ROWS]
    assert [row["reason"] for row in made] == [row[5] for row in ROWS]
    assert [row["reference"] or "" for row in made] == [row[6] for row in ROWS]
    return text


def test_a_plain_file_needs_only_its_systems_name_and_zone(tmp_path: Path) -> None:
    text = whole(write(tmp_path, csv_text(ROWS)), delimiter=",", encoding="utf-8", header=True)

    assert "# UNSURE: 2 things to decide" in text
    assert "[read] timezone: no zone in the values: UTC or local?" in unsure(text)
    assert "system: no column names the system" in unsure(text)


@pytest.mark.parametrize("delimiter", [";", "\t", "|", "^"])
def test_the_delimiter_is_found_though_reasons_hold_commas(tmp_path: Path, delimiter: str) -> None:
    whole(write(tmp_path, csv_text(ROWS, delimiter=delimiter)), delimiter=delimiter)


def test_single_quotes_are_found(tmp_path: Path) -> None:
    whole(write(tmp_path, csv_text(ROWS, quotechar="'", quoting=1)), quote="'")


def test_line_breaks_and_quotes_inside_quoted_cells_do_not_mislead(tmp_path: Path) -> None:
    rows = [[*row[:5], f'he said "{row[5]}",\nthen left; | done', row[6]] for row in ROWS]
    path = write(tmp_path, csv_text(rows, quoting=1, lineterminator="\r\n"))

    _, definition = draft(path)

    assert (definition.read.delimiter, definition.read.quote) == (",", '"')
    assert [row["reason"] for row in preview(definition, path).rows] == [row[5] for row in rows]


def test_a_quotation_mark_that_encloses_no_field_is_only_a_character(tmp_path: Path) -> None:
    lines = [LABELS, *([*row[:5], f'the 5" knife of {row[2]}', row[6]] for row in ROWS)]
    path = write(tmp_path, "".join("|".join(line) + "\r\n" for line in lines))

    _, definition = draft(path)

    assert definition.read.quote == ""
    assert preview(definition, path).rejected == 0


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_names_the_encoding(tmp_path: Path, encoding: str) -> None:
    rows = [[*row[:5], f"café {row[2]}", row[6]] for row in ROWS]
    path = write(tmp_path, csv_text(rows), encoding=encoding)

    text, definition = draft(path)

    assert definition.read.encoding == encoding
    assert "encoding" not in unsure(text)
    assert [row["reason"] for row in preview(definition, path).rows] == [row[5] for row in rows]


@pytest.mark.parametrize(("encoding", "sign"), [("cp1252", "it’s"), ("cp1252", "café"), ("latin-1", "caf\xe9\x81")])
def test_a_code_page_is_proposed_and_marked_unsure(tmp_path: Path, encoding: str, sign: str) -> None:
    rows = [[*row[:5], f"{sign} {row[2]}", row[6]] for row in ROWS]
    path = write(tmp_path, csv_text(rows), encoding=encoding)

    text, definition = draft(path)

    assert definition.read.encoding == encoding
    assert "A code page cannot be known from the bytes" in unsure(text)
    assert [row["reason"] for row in preview(definition, path).rows] == [row[5] for row in rows]


def test_utf_16_without_a_mark_is_found_and_marked_unsure(tmp_path: Path) -> None:
    text, definition = draft(write(tmp_path, csv_text(ROWS), encoding="utf-16-le"))

    assert definition.read.encoding == "utf-16-le"
    assert "[read] encoding" in unsure(text)


def test_lines_before_the_table_are_skipped(tmp_path: Path) -> None:
    preamble = 'Search audit export\nMade for: PSD, "A" team\n\nPeriod,March 2024,,,,,\n'
    whole(write(tmp_path, preamble + csv_text(ROWS)), skip=4)


def test_a_file_without_a_header_is_known_by_its_contents(tmp_path: Path) -> None:
    path = write(tmp_path, csv_text(ROWS, labels=None))

    text, definition = draft(path)

    assert definition.read.header is False
    assert definition.rules["occurred_at"].columns == ("column_2",)
    assert '# event_id = "column_1"' in text
    assert '# subject_id = "column_5"' in text
    assert '# reason = "column_6"' in text
    assert '# reference = "column_7"' in text
    assert definition.rules["action"].columns == ("column_4",)
    assert preview(definition, path).broken == {}


def test_footers_repeated_headers_and_short_records_are_told(tmp_path: Path) -> None:
    body = csv_text(ROWS[:20]) + csv_text(ROWS[20:]) + "short,record\n" + "End of report\n"

    text, _ = draft(write(tmp_path, body))

    assert "the header is repeated once" in text
    assert "not all of the 43 records seen have 7 fields (1 with 1, 1 with 2)" in unsure(text)
    assert "the last one is such, perhaps a footer" in unsure(text)


@pytest.mark.parametrize("name", ["export.csv.gz", "export.csv.zst"])
def test_archives_are_read_by_their_content(tmp_path: Path, name: str) -> None:
    data = csv_text(ROWS).encode()
    packed = gzip.compress(data) if name.endswith("gz") else pa.compress(data, codec="zstd", asbytes=True)
    whole(write(tmp_path, packed, name))

    whole(write(tmp_path, packed, "export.csv"))
    text, _ = draft(write(tmp_path, data, name))
    assert "rename it, or it cannot be loaded" in unsure(text)


def test_json_lines_with_nested_fields(tmp_path: Path) -> None:
    lines = [
        {"metadata": {"uid": row[0]}, "searchTime": row[1], "actor": {"user": {"uid": row[2]}}, "action": row[3],
         "plate": row[4], "reason": row[5]} | ({"caseNumber": row[6]} if row[6] else {})
        for row in ROWS
    ]  # fmt: skip
    text = whole(write(tmp_path, "".join(json.dumps(line) + "\n" for line in lines), "export.ndjson"), format="ndjson")

    assert 'event_id = "metadata.uid"' in text


def test_json_records_are_found_in_the_document(tmp_path: Path) -> None:
    document = {
        "made": "2024-05-01",
        "data": {"entries": [dict(zip(LABELS, row, strict=True)) for row in ROWS]},
        "pages": [{"n": 1}, {"n": 2}],
    }
    path = write(tmp_path, json.dumps(document, indent=1), "export.json")

    text, definition = draft(path)

    assert (definition.read.format, definition.read.records) == ("json", "$.data.entries")
    assert "there are other lists of objects: $.pages (2)" in unsure(text)
    loads_when_the_loader_can(path)


def test_a_bare_list_of_json_objects_needs_no_path(tmp_path: Path) -> None:
    path = write(tmp_path, json.dumps([dict(zip(LABELS, row, strict=True)) for row in ROWS]), "export.json")

    _, definition = draft(path)

    assert (definition.read.format, definition.read.records) == ("json", None)
    loads_when_the_loader_can(path)


def test_parquet_with_typed_times(tmp_path: Path) -> None:
    table = pa.table({label: [row[place] for row in ROWS] for place, label in enumerate(LABELS)})
    times = pa.compute.strptime(table["Search Time"], format="%Y-%m-%d %H:%M:%S", unit="us")
    pq.write_table(table.set_column(1, "Search Time", times), tmp_path / "export.parquet")

    text = whole(tmp_path / "export.parquet", format="parquet")

    assert "the cells are times already" in text


def test_a_workbook_s_longest_sheet_and_its_first_full_row(tmp_path: Path) -> None:
    sheets = {"Cover": [["Made for PSD"]], "Audit <log>": [["Search audit"], LABELS, *ROWS]}
    path = write_xlsx(tmp_path / "export.xlsx", sheets)

    text, definition = draft(path)

    assert (definition.read.format, definition.read.sheet, definition.read.skip) == ("xlsx", "Audit <log>", 1)
    assert "[read] sheet: the sheet with most rows" in unsure(text)
    loads_when_the_loader_can(path)


def test_fixed_width_by_its_gaps(tmp_path: Path) -> None:
    rows = [["ID", "WHEN", "USER", "ACTION", "PLATE"], *([*row[:5]] for row in ROWS)]
    lines = [f"{a:<8}{b:<21}{c:<6}{d:<8}{e:<8}" for a, b, c, d, e in rows]
    path = write(tmp_path, "\r\n".join(lines) + "\r\n", "export.txt")

    text, definition = draft(path)

    # The blank between date and hour stands in the same place in every line: only a person can tell that it is no gap.
    assert definition.read.format == "fixed"
    assert sum(definition.read.widths) >= 50
    assert "two fields without a gap between them are seen as one" in unsure(text)


def loads_when_the_loader_can(path: Path) -> None:
    _, definition = draft(path)
    try:
        seen = preview_file(definition, path, UTC, 10_000)
    except SourceError as fault:
        if "cannot be read" not in str(fault):
            raise
        pytest.skip(f"the loader does not read {definition.read.format} yet")
    assert (seen.records, seen.rejected, seen.broken) == (len(ROWS), 0, {})
    assert [row["event_id"] for row in seen.rows] == [row[0] for row in ROWS]


@pytest.mark.parametrize(
    ("content", "name", "error"),
    [
        (b"", "export.csv", "the file is empty"),
        (b"\n\n", "export.csv", "the file is empty"),
        (b"<html><table></table></html>", "export.xls", "HTML or XML"),
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "export.xls", "old Excel workbook"),
        (b"PK\x03\x04broken", "export.xlsx", "cut off or broken"),
        (gzip.compress(b"a,b\n1,2\n" * 99, mtime=0)[:-9], "export.csv.gz", "cut off or broken"),
        (b"PAR1 and no more", "export.parquet", "not a whole Parquet file"),
        (b'{"a": [1, 2', "export.json", "not a whole JSON document"),
        (b'{\n"a": 1}', "export.json", "no records"),
        (bytes(range(256)) * 40, "export.bin", "is not text"),
    ],
)
def test_what_no_definition_reads_is_refused_with_what_to_do(
    tmp_path: Path, content: bytes, name: str, error: str
) -> None:
    with pytest.raises(AuditError, match=error):
        draft(write(tmp_path, content, name))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputOutputError, match="no such file"):
        draft(tmp_path / "none.csv")
