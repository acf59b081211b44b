"""What `audit purge` does, in the order in which it happens.

The database without what goes is made beside the other and put on the disk; the ledger says what goes; then a rename puts it
in the other's place, and the reports go. Killed at any moment, there is the old database or the new one, each whole.
"""

import glob
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from audit.errors import UsageError
from audit.files import audience_of, naming_faults, sync_folder
from audit.lake import drop_lake
from audit.ledger import Ledger, ledger_of
from audit.lock import hold
from audit.progress import Notify
from audit.purge.plan import KEPT, PAST_LOAD, Days, Plan, make_plan
from audit.purge.rebuild import build_without
from audit.recording import PURGE, PURGED, record_loads
from audit.reviews import local_day
from audit.run import limits
from audit.warehouse import open_for_reading, open_warehouse
from audit.workspace import Workspace

_REMEDY = "give the right to write there, then purge again"


@dataclass(frozen=True)
class Purged:
    """What was removed, and the size of the database in bytes before and after."""

    plan: Plan
    bytes_before: int
    bytes_after: int
    ledger_head: str


def days_to_keep(workspace: Workspace, before: date | None, now: datetime) -> Days:
    """Return from which days on events and reports are kept: `before`, else as [retention] says. `now` is aware.

    Raises:
        UsageError: neither says so, or the day lies ahead.

    """
    today, retention = local_day(workspace, now), workspace.retention
    if before is None and retention.keep_days is None:
        raise UsageError(f"--before: name the first day to keep, or set [retention] keep_days in {workspace.config}")
    if before is not None and before > today:
        raise UsageError(f"--before {before}: lies ahead; today is {today}")
    events = before or today - timedelta(days=retention.keep_days or 0)
    reports = events
    if before is None and retention.report_days is not None:
        reports = today - timedelta(days=retention.report_days)
    return Days(events, reports)


def plan_purge(workspace: Workspace, days: Days) -> Plan:
    """Return what a purge would remove. Changes nothing."""
    connection = open_for_reading(workspace.database, limits(workspace))
    try:
        return make_plan(connection, workspace, ledger_of(workspace).read(), days)
    finally:
        connection.close()


def purge(workspace: Workspace, days: Days, notify: Notify) -> Purged:
    """Remove what is older for good.

    Raises:
        InputOutputError: something cannot be read or written. LockedError: another run holds the workspace.

    """
    ledger = ledger_of(workspace)
    with hold(workspace):
        open_for_reading(workspace.database, limits(workspace)).close()
        notify("looking for what is past its time")
        plan, kept, past_loads = _plan(workspace, days)
        size = workspace.database.stat().st_size
        if plan.nothing:
            return Purged(plan, size, size, _close_killed(ledger, size))
        notify("making a database without it")
        made = build_without(
            workspace.database, limits(workspace), plan, kept, past_loads, datetime.now(UTC).replace(tzinfo=None)
        )
        audience_of(workspace.group).admit(made)
        ledger.append(PURGE, _about(plan))
        drop_lake(workspace.lake)
        with naming_faults(workspace.database, "replaced", _REMEDY):
            made.replace(workspace.database)
            sync_folder(workspace.database.parent)
        _remove_reports(workspace.reports, plan)
        after = workspace.database.stat().st_size
        head = ledger.append(PURGED, {"before": days.before.isoformat(), "bytes": [size, after]}).hash
    return Purged(plan, size, after, head)


def _close_killed(ledger: Ledger, size: int) -> str:
    """Say on the ledger that a purge which was killed at its very end is done, and return the ledger's head."""
    chain = ledger.read()
    last = next(reversed(chain.of_kind(PURGE, PURGED)), None)
    if last is None or last.kind == PURGED:
        return chain.head
    return ledger.append(PURGED, {"before": last.about["before"], "bytes": [size, size]}).hash


def _plan(workspace: Workspace, days: Days) -> tuple[Plan, pa.Table, pa.Table]:
    """Plan, and leave the database closed and without a log of its own, which would not fit the new one."""
    ledger = ledger_of(workspace)
    connection = open_warehouse(workspace.database, limits(workspace))
    try:
        record_loads(ledger, connection)
        connection.execute("CHECKPOINT")
        plan = make_plan(connection, workspace, ledger.read(), days)
        return plan, _rows(connection, KEPT), _rows(connection, PAST_LOAD)
    finally:
        connection.close()


def _rows(connection: duckdb.DuckDBPyConnection, name: str) -> pa.Table:
    return connection.sql(f"SELECT * FROM {name}").to_arrow_table()


def _about(plan: Plan) -> Mapping[str, Any]:
    return {
        "before": plan.days.before.isoformat(),
        "reports_before": plan.days.reports_before.isoformat(),
        "events": dict(plan.events),
        "quarantined": plan.quarantined,
        "rejected": plan.rejected,
        "held_findings": list(plan.held_findings),
        "held_events": plan.held_events,
        "reports": [run.folder.name for run in plan.reports],
    }


def _remove_reports(reports: Path, plan: Plan) -> None:
    """Take each report away at one stroke; what a kill leaves of one, the next run removes as it does its own leftovers.

    Before it go the forms that `audit report` put beside it: without the report nothing would tell whose they are.
    """
    with naming_faults(reports, "removed", _REMEDY):
        for run in plan.reports:
            for form in sorted(reports.glob(f"{glob.escape(run.run_id)}.*")):
                if form.is_dir() and not form.is_symlink():
                    shutil.rmtree(form)
                else:
                    form.unlink()
            aside = reports / f".{run.folder.name}.{os.getpid()}.tmp"
            run.folder.rename(aside)
            shutil.rmtree(aside)
        if plan.reports:
            sync_folder(reports)
