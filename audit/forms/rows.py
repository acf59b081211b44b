"""Read the tables of a report in batches, each cell as people read it. Holds no table in memory.

Times become local and name their zone, lists get semicolons, what a spreadsheet would take for a formula gets an apostrophe.
JSON stays the text that it is.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq

from audit.report.manifest import Manifest
from audit.report.read import Run
from audit.report.shown import local_time
from audit.report.tables import SCHEMAS
from audit.text import spreadsheet_safe

Cell = str | int | float | None
ABOUT = "about"
_BATCH_ROWS = 4_096


def tables_of(run: Run) -> list[str]:
    """Return the tables that the report has: those of earlier versions lack the later ones."""
    return [name for name in SCHEMAS if table_path(run, name).is_file()]


def table_path(run: Run, name: str) -> Path:
    """Return the file of a table."""
    return run.folder / f"{name}.parquet"


def columns_of(run: Run, name: str) -> list[str]:
    """Return the columns of a table, in their order."""
    return list(pq.read_schema(table_path(run, name)).names)


def read_cells(run: Run, name: str, zone: ZoneInfo) -> Iterator[list[Cell]]:
    """Yield the rows of a table, in its order, as people read them."""
    shown = _shown(zone)
    with pq.ParquetFile(table_path(run, name)) as file:
        for batch in file.iter_batches(_BATCH_ROWS):
            columns = [[shown(value) for value in column.to_pylist()] for column in batch.columns]
            for row in zip(*columns, strict=True):
                yield list(row)


def about(run: Run, manifest: Manifest) -> list[tuple[str, Cell]]:
    """Return what a reader must know of the tables: whose they are, of which run, and how to read a time."""
    facts: list[tuple[str, Cell]] = [
        ("workspace", manifest.workspace),
        ("run_id", run.run_id),
        ("purpose", manifest.purpose),
        ("program", manifest.versions.get("access-audit", "")),
        ("times", f"local in {manifest.timezone}; each names its zone"),
        (
            "text",
            "a leading = + - @ tab CR or LF has an apostrophe before it; the Parquet files hold the text as it is",
        ),
        ("reading", "a finding is for review, never a verdict"),
        *((f"sha256 of {file.name}", file.sha256) for file in manifest.files),
    ]
    return [(label, spreadsheet_safe(str(told))) for label, told in facts]


def _shown(zone: ZoneInfo) -> Callable[[object], Cell]:
    def show(value: object) -> Cell:
        if value is None:
            return None
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int | float):
            return value
        if isinstance(value, datetime):
            return local_time(value, zone)
        if isinstance(value, list):
            return spreadsheet_safe(";".join(str(item) for item in value))
        return spreadsheet_safe(str(value))

    return show
