"""Time `audit load` beside bare DuckDB making the same typed table of the same file, with the same threads.

    python benchmarks/load.py --records 10000000

Whole processes in turn, on a clean canonical CSV: one that needs no definition, one that goes through a definition with
time formats, a map and a mask, the same file again, and the file grown by a hundredth. What counts are the ratios of a
round; peak memory is told for each. With --sheet, an XLSX of a million cells besides.
"""

import argparse
import json
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

import duckdb
from timing import Taken, audit_command, timed, timed_bare

_CONFIG = """
[workspace]
name = "Load"
timezone = "Europe/London"
sources = ["sources"]
threads = {threads}

[[input]]
source = "{source}"
path = "logs/*.{ending}"
"""
_OWN = """
name = "own"
table = "event"
description = "The canonical file, as if it were somebody's own"

[columns]
event_id = "event_id"
occurred_at = { column = "occurred_at", formats = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S.%fZ"] }
system = "system"
user_id = { column = "user_id", masked = ["***", "REDACTED"] }
action = { column = "action", map = { search = "search", view = "view", print = "print" }, default = "other" }
subject_kind = "subject_kind"
subject_id = "subject_id"
reason = "reason"
reference = "reference"
"""
# 94 bytes a record: 10 million are 0.9 GB.
_RECORDS = """
SELECT
    'E' || lpad(CAST(n AS VARCHAR), 9, '0') AS event_id,
    strftime(TIMESTAMP '2023-01-01' + n * INTERVAL 6 SECOND, '%Y-%m-%d %H:%M:%S') AS occurred_at,
    ['NDB', 'RMS', 'ALPR'][n % 3 + 1] AS system,
    'U' || CAST(1000 + n * 7919 % 1500 AS VARCHAR) AS user_id,
    ['search', 'view', 'print'][n % 7 % 3 + 1] AS action,
    'person' AS subject_kind,
    'P' || CAST(n * 104729 % 2000003 AS VARCHAR) AS subject_id,
    ['burglary enquiry', 'domestic, welfare', 'vehicle stop', ''][n % 4 + 1] AS reason,
    'INC-' || CAST(n * 31 % 300007 AS VARCHAR) AS reference
FROM range({first}, {last}) AS record (n)
"""


def main() -> None:
    """Make the files, run the contenders in turn, and print seconds, peak memory and ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=10_000_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sheet", action="store_true", help="time an XLSX of a million cells too (needs openpyxl)")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        file = folder / "events.csv"
        _write(file, 0, given.records)
        rounds = [_round(folder, file, given.records, given.threads) for _ in range(given.rounds)]
        sheet = {"xlsx_of_a_million_cells": _shown([_sheet(folder, given.threads)])} if given.sheet else {}
        size = file.stat().st_size
    print(json.dumps({**vars(given), "bytes": size, **_summary(rounds), **sheet}, indent=2))


def _write(file: Path, first: int, last: int) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({_RECORDS.format(first=first, last=last)}) TO '{file}' (HEADER)")


def _round(folder: Path, file: Path, records: int, threads: int) -> dict[str, Taken]:
    taken = {"bare": timed_bare(folder, file.name, folder / "bare.duckdb", threads)}
    for source in ("event", "own"):
        workspace = _workspace(folder / source, source, threads)
        (workspace / "logs" / "a.csv").hardlink_to(file)
        taken[source] = timed(audit_command(workspace, "load"))
    taken["known"] = timed(audit_command(workspace, "load"))
    # The log has grown: the export of today holds that of yesterday, and a hundredth more.
    (workspace / "logs" / "a.csv").unlink()
    _write(workspace / "logs" / "a.csv", 0, records + records // 100)
    taken["grown"] = timed(audit_command(workspace, "load"))
    print({name: f"{one.seconds:.1f} s, {one.peak_gb:.2f} GB" for name, one in taken.items()}, file=sys.stderr)
    return taken


def _workspace(folder: Path, source: str, threads: int, ending: str = "csv") -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "logs").mkdir(parents=True)
    (folder / "sources").mkdir()
    (folder / "audit.toml").write_text(_CONFIG.format(threads=threads, source=source, ending=ending), encoding="utf-8")
    if source == "own":
        (folder / "sources" / "own.toml").write_text(_OWN, encoding="utf-8")
    return folder


def _sheet(folder: Path, threads: int) -> Taken:
    from openpyxl import Workbook

    workspace = _workspace(folder / "sheet", "event", threads, ending="xlsx")
    book = Workbook(write_only=True)
    page = book.create_sheet("log")
    with duckdb.connect() as connection:
        rows = connection.sql(_RECORDS.format(first=0, last=111_112))
        page.append(rows.columns)
        for row in rows.fetchall():
            page.append(row)
    book.save(workspace / "logs" / "a.xlsx")
    return timed(audit_command(workspace, "load"))


def _summary(rounds: list[dict[str, Taken]]) -> dict[str, object]:
    shown = {name: _shown([taken[name] for taken in rounds]) for name in rounds[0]}
    ratios = {
        f"{name}_to_{base}": round(statistics.median(taken[name].seconds / taken[base].seconds for taken in rounds), 2)
        for name, base in (("event", "bare"), ("own", "bare"), ("known", "bare"), ("grown", "own"))
    }
    return {**shown, "ratios_median": ratios}


def _shown(taken: list[Taken]) -> dict[str, object]:
    return {"seconds": [round(one.seconds, 2) for one in taken], "peak_gb": round(max(o.peak_gb for o in taken), 2)}


if __name__ == "__main__":
    main()
