"""What a purge removes, and what stays though it is older: counted before anything is done. Changes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from audit.errors import InputOutputError
from audit.ledger import Chain
from audit.report.read import Run, published_runs, read_manifest, read_table
from audit.reviews import Review, held_reviews, local_day
from audit.sampled import held_accesses
from audit.workspace import Workspace

# Events that stay though they are older, and loads whose quarantined and rejected records go: passing tables.
KEPT, PAST_LOAD = "kept_event", "past_load"


@dataclass(frozen=True)
class Days:
    """The first local day whose events are kept, and the first whose reports are."""

    before: date
    reports_before: date


@dataclass(frozen=True)
class Plan:
    """What goes: events by source, quarantined and rejected records, reports. What stays: findings, and their older events.

    `files`: input files of which the database then holds no record that is not held. They are not ours to remove.
    `oldest_load`: the last load of the oldest report that stays; how reference tables stood before it is asked for no more.
    """

    days: Days
    events: Mapping[str, int]
    quarantined: int
    rejected: int
    held_findings: tuple[str, ...]
    held_accesses: tuple[str, ...]
    held_events: int
    reports: tuple[Run, ...]
    files: tuple[str, ...]
    oldest_load: int

    @property
    def nothing(self) -> bool:
        """Say whether there is nothing to remove."""
        return not (sum(self.events.values()) or self.quarantined or self.rejected or self.reports)


def make_plan(connection: duckdb.DuckDBPyConnection, workspace: Workspace, chain: Chain, days: Days) -> Plan:
    """Count what goes; leaves the tables KEPT and PAST_LOAD on the connection.

    Raises:
        InputOutputError: the events of a finding under review cannot be told. Then nothing may be removed.

    """
    runs = published_runs(workspace.reports)
    held = held_reviews(chain)
    evidence, resting = _evidence_of(held, runs)
    drawn = held_accesses(chain)
    _lay_kept(connection, evidence | _events_of(connection, drawn), days.before)
    _lay_past_loads(connection, days.before)
    going = _reports_that_go(workspace, runs, resting, days.reports_before)
    staying = [run for run in runs if run not in going]
    return Plan(
        days=days,
        events=dict(connection.execute(
            f"SELECT source, count(*) FROM event WHERE {sql_for_past(days.before)} GROUP BY source ORDER BY source"
        ).fetchall()),
        quarantined=_count(connection, f"SELECT 1 FROM quarantine SEMI JOIN {PAST_LOAD} USING (load_id)"),
        rejected=_count(connection, f"SELECT 1 FROM rejected_record SEMI JOIN {PAST_LOAD} USING (load_id)"),
        held_findings=tuple(review.finding_id for review in held),
        held_accesses=tuple(drawn),
        held_events=_count(connection, f"SELECT 1 FROM {KEPT}"),
        reports=tuple(going),
        files=_files(connection, days.before),
        oldest_load=max((item.load_id for item in read_manifest(staying[0]).inputs), default=0) if staying else 0,
    )  # fmt: skip


def sql_for_past(before: date) -> str:
    """SQL that is true for an event that goes. An event has a day of the workspace's own calendar."""
    return (
        f"local_date < DATE '{before.isoformat()}' "
        f"AND NOT EXISTS (SELECT 1 FROM {KEPT} WHERE {KEPT}.source = event.source AND {KEPT}.event_id = event.event_id)"
    )


def _evidence_of(held: list[Review], runs: list[Run]) -> tuple[set[str], set[str]]:
    """Return the ids of the events that held findings cite, and the runs of the reports that they rest on.

    A finding rests on the report that was reviewed; what it has come to cite since stands in the newest that has it.
    """
    by_id = {run.run_id: run for run in runs}
    wanted = {review.finding_id for review in held}
    events: set[str] = set()
    found: set[str] = set()
    resting: set[str] = set()
    for run_id in dict.fromkeys(review.run_id for review in held):
        if run_id in by_id:
            of_run = {review.finding_id for review in held if review.run_id == run_id}
            cited, there = _cited(by_id[run_id], of_run)
            events |= cited
            found |= there
            resting.add(run_id)
    for run in reversed(runs):
        if run is runs[-1] or wanted - found:
            cited, there = _cited(run, wanted if run is runs[-1] else wanted - found)
            events |= cited
            if there - found:
                resting.add(run.run_id)
            found |= there
    if wanted - found:
        raise InputOutputError(
            f"finding {finding_id}: is under review and stands in no report, so its events cannot be told and nothing was "
            "removed; put its report back, or review it as explained or false-alarm"
            for finding_id in sorted(wanted - found)
        )
    return events, resting


def _cited(run: Run, finding_ids: set[str]) -> tuple[set[str], set[str]]:
    if not finding_ids:
        return set(), set()
    table = read_table(run, "evidence", ["finding_id", "event_ids"])
    table = table.filter(pc.is_in(table["finding_id"], value_set=pa.array(sorted(finding_ids))))
    events = {event_id for ids in table["event_ids"].to_pylist() for event_id in ids}
    return events, set(table["finding_id"].to_pylist())


def _events_of(connection: duckdb.DuckDBPyConnection, access_ids: Sequence[str]) -> set[str]:
    """Return the ids of the events of accesses. An access bears the id of its first event, behind its source where need be."""
    if not access_ids or not _count(connection, "SELECT 1 FROM duckdb_tables() WHERE table_name = 'access_event'"):
        return set(access_ids)
    rows = connection.execute(
        "SELECT source || ':' || event_id FROM access_event WHERE list_contains(?, access_id)", [list(access_ids)]
    ).fetchall()
    return set(access_ids) | {event_id for (event_id,) in rows}


def _lay_kept(connection: duckdb.DuckDBPyConnection, event_ids: set[str], before: date) -> None:
    connection.register("cited ids", pa.table({"id": pa.array(sorted(event_ids), pa.string())}))
    try:
        # Where sources share an id, a report tells it apart by the source.
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {KEPT} AS SELECT source, event_id FROM event WHERE local_date < ? "
            'AND (event_id IN (SELECT id FROM "cited ids") OR source || \':\' || event_id IN (SELECT id FROM "cited ids"))',
            [before],
        )
    finally:
        connection.unregister("cited ids")


def _lay_past_loads(connection: duckdb.DuckDBPyConnection, before: date) -> None:
    """A record under quarantine may have no time: it goes with the newest event of its load, or by the day of the load."""
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE {PAST_LOAD} AS
        SELECT load_log.load_id
        FROM load_log
        LEFT JOIN (SELECT load_id, max(local_date) AS newest FROM event GROUP BY load_id) AS span
            ON load_log.load_id = span.load_id
        WHERE COALESCE(span.newest, CAST(load_log.started_at AS DATE)) < ?
        """,
        [before],
    )


def _reports_that_go(workspace: Workspace, runs: list[Run], resting: set[str], before: date) -> list[Run]:
    """The newest always stays: the next run is compared with it."""
    return [
        run for run in runs[:-1]
        if run.run_id not in resting and local_day(workspace, _aware(read_manifest(run).started_at)) < before
    ]  # fmt: skip


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.astimezone()


def _files(connection: duckdb.DuckDBPyConnection, before: date) -> tuple[str, ...]:
    """The files of loads of which every event goes. One that held no event is left to its owner."""
    rows = connection.execute(
        f"""
        SELECT DISTINCT load_log.path
        FROM load_log
        INNER JOIN (
            SELECT load_id, bool_and({sql_for_past(before)}) AS past FROM event GROUP BY load_id
        ) AS span ON load_log.load_id = span.load_id
        WHERE span.past
        ORDER BY load_log.path
        """
    ).fetchall()
    return tuple(str(path) for (path,) in rows)


def _count(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM ({sql}) AS counted").fetchone()
    return int(row[0]) if row else 0
