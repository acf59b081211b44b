"""Publish a report: the folder run=<run_id> appears whole, or not at all.

Everything is written into a hidden folder beside it, synced, and renamed. The same report gives the same bytes, the
manifest aside. Refuses to replace a report that is there.
"""

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
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
from audit.report.tables import SCHEMAS, conform

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


class Draft:
    """A report that is being written, in its hidden folder. Tables may come before the rest: each is written as it comes."""

    def __init__(self, reports: Path, run_id: str, audience: Audience, pool: ThreadPoolExecutor) -> None:
        """Begin in the folder `aside`, which is to be made."""
        self.run_id = run_id
        self.aside = reports / f".run={run_id}.{os.getpid()}.tmp"
        self._reports, self._audience, self._pool = reports, audience, pool
        self._begun: dict[str, Future[ReportFile]] = {}

    def begin(self, name: str, table: pa.Table) -> None:
        """Begin to write a table, which the report then has; what cannot be written is told at the end.

        Raises ValueError for a table that is not what audit/report/tables.py says.
        """
        path = self.aside / f"{name}.parquet"
        self._begun[name] = self._pool.submit(_write_table, path, conform(name, table), self._audience)

    def publish(self, report: Report, announce: Callable[[str], object] | None = None) -> Path:
        """Write what is not begun yet, and let the report appear; return its folder. Raises as `write_report` does."""
        target = self._reports / f"run={self.run_id}"
        with _naming_faults(self._reports):
            files = self._write_files(report)
            manifest = replace(report.manifest, run_id=self.run_id, files=tuple(files))
            _write_manifest(self.aside / MANIFEST, manifest, self._audience)
            sync_folder(self.aside)
            if announce is not None:
                announce(sha256_of(self.aside / MANIFEST))
            self.aside.rename(target)
            sync_folder(self._reports)
        return target

    def _write_files(self, report: Report) -> list[ReportFile]:
        """Write the tables, two at a time, and make the page meanwhile; return all files in their order."""
        # Neither compressing nor hashing holds Python's lock. The largest begin first: findings and evidence are nearly all.
        tables = {name: getattr(report, name) for name in SCHEMAS}
        for name in sorted(tables.keys() - self._begun.keys(), key=lambda name: (-tables[name].nbytes, name)):
            self.begin(name, tables[name])
        page = _write_page(self.aside / PAGE, render_html(report), self._audience)
        return [*(self._begun[name].result() for name in tables), page]


@contextmanager
def begin_report(reports: Path, run_id: str, group: str | None = None) -> Iterator[Draft]:
    """Begin the report `reports`/run=<run_id>. What is not published at the end of the block is removed.

    Leftovers of killed runs are removed. Where something fails, what was begun comes to its end first, so that nothing is written
    any more when the fault is told. Raises InputOutputError.
    """
    audience = audience_of(group)
    with ThreadPoolExecutor(max_workers=2, thread_name_prefix="audit-report") as pool:
        draft = Draft(reports, run_id, audience, pool)
        with _naming_faults(reports):
            _prepare(reports, audience)
            if (reports / f"run={run_id}").exists():
                raise InputOutputError(
                    f"{reports / f'run={run_id}'}: is there already, and a report is never replaced; run again"
                )
            make_folder(draft.aside, audience)
        try:
            yield draft
        finally:
            pool.shutdown()
            # Published, it is not there any more.
            shutil.rmtree(draft.aside, ignore_errors=True)


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
    with begin_report(reports, run_id, group) as draft:
        return draft.publish(report, announce)


def _naming_faults(reports: Path) -> AbstractContextManager[None]:
    return naming_faults(reports, "written", "free space or give the right to write there, then run again")


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
