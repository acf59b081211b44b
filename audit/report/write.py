"""Publish a report: the folder run=<run_id> appears whole, or not at all.

Everything is written into a hidden folder beside it, synced, and renamed. The same report gives the same bytes, the
manifest aside. Refuses to replace a report that is there.
"""

import os
import secrets
import shutil
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq

from audit.errors import InputOutputError
from audit.files import (
    Audience,
    audience_of,
    make_folder,
    naming_faults,
    remove_abandoned,
    sha256_of,
    sync_folder,
    write_file,
)
from audit.report.html import render_html
from audit.report.manifest import Manifest, ReportFile, manifest_to_json
from audit.report.report import Report

MANIFEST = "manifest.json"
PAGE = "report.html"
# Small enough that a reader who wants one finding of a million decodes little, large enough to compress.
ROW_GROUP_ROWS = 16_384
_TIME = "%Y%m%dT%H%M%S.%fZ"


def new_run_id(now: datetime, after: str | None = None) -> str:
    """Return an id for a run that starts `now` (aware): ids sort by time, and two of the same instant differ.

    `after`: the newest id that is there. A clock that was set back must not make a new report look older than it.
    """
    if now.tzinfo is None:
        raise ValueError("a run needs an aware time")
    moment = now.astimezone(UTC)
    if after is not None:
        latest = datetime.strptime(after.rpartition("-")[0], _TIME).replace(tzinfo=UTC)
        moment = max(moment, latest + timedelta(microseconds=1))
    return f"{moment.strftime(_TIME)}-{secrets.token_hex(3)}"


def write_report(
    reports: Path,
    run_id: str,
    report: Report,
    group: str | None = None,
    announce: Callable[[str], object] | None = None,
) -> Path:
    """Publish the report as `reports`/run=<run_id> and return that folder. Leftovers of killed runs are removed.

    The manifest that is written names the files, with their hashes. `announce` is told the hash of the manifest when all is
    on the disk and nothing is to be seen yet; where it fails, nothing is published. Raises InputOutputError, and ValueError for a
    table that is not what audit/report/tables.py says.
    """
    tables = report.tables()
    audience = audience_of(group)
    target = reports / f"run={run_id}"
    with naming_faults(reports, "written", "free space or give the right to write there, then run again"):
        _prepare(reports, audience)
        if target.exists():
            raise InputOutputError(f"{target}: is there already, and a report is never replaced; run again")
        aside = reports / f".run={run_id}.{os.getpid()}.tmp"
        try:
            make_folder(aside, audience)
            files = _write_files(aside, report, tables, audience)
            _write_manifest(aside / MANIFEST, replace(report.manifest, run_id=run_id, files=tuple(files)), audience)
            sync_folder(aside)
            if announce is not None:
                announce(sha256_of(aside / MANIFEST))
            aside.rename(target)
        except BaseException:
            shutil.rmtree(aside, ignore_errors=True)
            raise
        sync_folder(reports)
    return target


def _prepare(reports: Path, audience: Audience) -> None:
    """Make the folder of the reports if it is not there, let the group in, and remove what killed runs left."""
    reports.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not reports.exists():
        make_folder(reports, audience)
        sync_folder(reports.parent)
    elif audience.group_id is not None and reports.stat().st_gid != audience.group_id:
        os.chown(reports, -1, audience.group_id)
        reports.chmod(audience.folder_mode)
    remove_abandoned(reports, ".run=*.tmp")


def _write_files(folder: Path, report: Report, tables: Mapping[str, pa.Table], audience: Audience) -> list[ReportFile]:
    """Write the tables, two at a time, and make the page meanwhile; return all files in their order.

    Where something fails, what was begun comes to its end first, so that nothing is written any more when the fault is told.
    """
    # Neither compressing nor hashing holds Python's lock. The largest begin first: findings and evidence are nearly all.
    largest_first = sorted(tables, key=lambda name: tables[name].nbytes, reverse=True)
    with ThreadPoolExecutor(max_workers=2, thread_name_prefix="audit-report") as pool:
        begun = {
            name: pool.submit(_write_table, folder / f"{name}.parquet", tables[name], audience)
            for name in largest_first
        }
        page = _write_page(folder / PAGE, render_html(report), audience)
        return [*(begun[name].result() for name in tables), page]


def _write_table(path: Path, table: pa.Table, audience: Audience) -> ReportFile:
    write_file(path, audience, partial(_write_parquet, table))
    return _entry(path, table.num_rows)


def _write_parquet(table: pa.Table, file: IO[bytes]) -> None:
    """Write the table so that the bytes depend on its rows alone, not on how they were cut into chunks."""
    with pq.ParquetWriter(file, table.schema, compression="zstd", compression_level=3) as writer:
        for start in range(0, max(table.num_rows, 1), ROW_GROUP_ROWS):
            writer.write_table(table.slice(start, ROW_GROUP_ROWS).combine_chunks())


def _write_page(path: Path, page: str, audience: Audience) -> ReportFile:
    write_file(path, audience, lambda file: file.write(page.encode()))
    return _entry(path, None)


def _write_manifest(path: Path, manifest: Manifest, audience: Audience) -> None:
    write_file(path, audience, lambda file: file.write(manifest_to_json(manifest).encode()))


def _entry(path: Path, rows: int | None) -> ReportFile:
    return ReportFile(name=path.name, sha256=sha256_of(path), bytes=path.stat().st_size, rows=rows)
