"""Made-up files of many dialects, and a draft taken to the end: written down, checked, and a file mapped by it."""

import csv
import io
import tomllib
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from audit.drafting import draft_definition
from audit.load.preview import Preview, preview_file
from audit.sources.check import check_samples
from audit.sources.definition import SourceDefinition, read_definition
from audit.timezones import read_zone

UTC = read_zone("UTC")
LABELS = ("Audit ID", "Search Time", "User ID", "Search Type", "Plate", "Reason", "Case #")


def records(count: int = 40, time_format: str = "%Y-%m-%d %H:%M:%S", step: float = 0.7) -> list[list[str]]:
    """Return invented searches, `step` days apart from 25 March 2024."""
    start = datetime(2024, 3, 25, 9, 30, 5)
    return [
        [
            f"A{number:05}",
            (start + timedelta(days=number * step)).strftime(time_format),
            f"U{number % 7}",
            ("search", "view", "print")[number % 3],
            f"AB{number:02}CDE",
            f"stolen vehicle, seen in street {number}",
            f"24-{10000 + number}" if number % 3 else "",
        ]
        for number in range(count)
    ]


def csv_text(rows: Sequence[Sequence[str]], labels: Sequence[str] | None = LABELS, **dialect: Any) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, **{"lineterminator": "\n", **dialect})
    if labels:
        writer.writerow(labels)
    writer.writerows(rows)
    return out.getvalue()


def write(folder: Path, content: str | bytes, name: str = "export.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def draft(path: Path, **options: Any) -> tuple[str, SourceDefinition]:
    """Draft, write the text down and read it as the program reads a definition; its sample must pass."""
    text = draft_definition(path, **options)
    toml = path.parent / "draft.toml"
    toml.write_text(text, encoding="utf-8")
    definition = read_definition(toml)
    assert all(result.passed for result in check_samples(definition, UTC))
    return text, definition


def preview(definition: SourceDefinition, path: Path) -> Preview:
    return preview_file(definition, path, UTC, 10_000)


def columns_of(text: str) -> dict[str, Any]:
    return dict(tomllib.loads(text)["columns"])


def unsure(text: str) -> str:
    """Return what the draft lists as unsure, on one line."""
    head = text.split("\nname = ")[0]
    listed = head.split("# UNSURE:")[1] if "# UNSURE:" in head else ""
    return " ".join(listed.replace("\n#", " ").split())


def write_xlsx(path: Path, sheets: Mapping[str, Sequence[Sequence[str | float]]]) -> Path:
    """Write a workbook with text and number cells; a text that begins with = is not made a formula."""
    with zipfile.ZipFile(path, "w") as book:
        names = list(sheets)
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
        book.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
            + "".join(
                f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{kind}.worksheet+xml"/>'
                for n in range(1, len(names) + 1)
            )
            + "</Types>",
        )
        office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
        package = "http://schemas.openxmlformats.org/package/2006/relationships"
        main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        book.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{package}"><Relationship Id="rId1" Type="{office}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
        )
        book.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
            + "".join(f'<sheet name="{escape(name)}" sheetId="{n}" r:id="rId{n}"/>' for n, name in enumerate(names, 1))
            + "</sheets></workbook>",
        )
        book.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{package}">'
            + "".join(
                f'<Relationship Id="rId{n}" Type="{office}/worksheet" Target="worksheets/sheet{n}.xml"/>'
                for n in range(1, len(names) + 1)
            )
            + "</Relationships>",
        )
        for n, name in enumerate(names, 1):
            rows = "".join(f"<row>{''.join(map(_xlsx_cell, row))}</row>" for row in sheets[name])
            book.writestr(
                f"xl/worksheets/sheet{n}.xml", f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>'
            )
    return path


def _xlsx_cell(cell: str | float) -> str:
    if isinstance(cell, str):
        return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(cell)}</t></is></c>'
    return f"<c><v>{cell}</v></c>"
