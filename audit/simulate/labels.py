"""Writes the labels: what was planted, who only looks like it, and the lost day of a log.

cases.csv has a row per planted story and finding expected of it: `rank_as` is principal (belongs at the top of the
users), minor (misuse, but one faint look) or none (nobody's misuse of access); `key` the finding's key as JSON in the
contract's words; `accesses` and `days` the finding's event_count and days, empty where honest work counts too;
`details` further exact numbers; `scaled` what became of the published count and span. lookalikes.csv has a row per
innocent pattern and the detector that must leave it alone. events.csv has one label for every event.
"""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import cast

import duckdb

from audit.schema import TABLES
from audit.simulate.calendar import DAY, timestamp
from audit.simulate.database import fill_table
from audit.simulate.plan import Plan
from audit.simulate.stage import Stage
from audit.simulate.workspace import copy_query

LOST_SYSTEM = "INTEL"

_CASES = {
    "case_id": "VARCHAR", "kind": "VARCHAR", "published": "VARCHAR", "rank_as": "VARCHAR", "user_id": "VARCHAR",
    "subject_id": "VARCHAR", "detector": "VARCHAR", "key": "VARCHAR", "accesses": "BIGINT", "days": "BIGINT",
    "details": "VARCHAR", "first_at": "TIMESTAMP", "last_at": "TIMESTAMP", "scaled": "VARCHAR",
}  # fmt: skip
_LOOKALIKES = {
    "kind": "VARCHAR", "detector": "VARCHAR", "user_id": "VARCHAR", "subject_id": "VARCHAR", "key": "VARCHAR",
}  # fmt: skip


def expect_lost_day(stage: Stage) -> tuple[str, int, int] | None:
    """Choose a day of which one system's log is lost, and expect it; none when the log is short or thin."""
    if stage.calendar.days < 56 or stage.events < 50_000:
        return None
    noons = (
        stage.calendar.midnight(day) + DAY // 2 for day in range(stage.calendar.day(0.6), stage.calendar.day(0.95))
    )
    used = _days_used(stage)
    noon = next(
        (noon for noon in noons if stage.calendar.local_date(noon) not in used and timestamp(noon).isoweekday() < 6),
        None,
    )
    if noon is None:
        return None
    lost = stage.calendar.local_date(noon)
    case = stage.plan.open_case("lost-log", "", "none")
    stage.plan.expect(case, "log-gap", None, key={"system": LOST_SYSTEM, "day": lost.isoformat()})
    stage.plan.imitate("office-hours system silent at weekends", "log-gap", None, system="COURT")
    # Local midnight to local midnight and the hour before: so the day is silent by UTC too.
    return LOST_SYSTEM, noon - DAY // 2 - 3600, noon + DAY // 2 + 3600


def _days_used(stage: Stage) -> set[date]:
    """Return the local days, and those before them, on which a story uses the system."""
    columns = tuple(TABLES["event"].columns)
    when, system = columns.index("occurred_at"), columns.index("system")
    moments = [cast(datetime, row[when]) for row in stage.plan.rows["event"] if row[system] == LOST_SYSTEM]
    return {(moment + timedelta(hours=hours)).date() for moment in moments for hours in (-2, 0, 2)}


def write_labels(connection: duckdb.DuckDBPyConnection, folder: Path, plan: Plan) -> None:
    """Write cases.csv (a row per case and expected finding) and lookalikes.csv; keep the planted events' labels."""
    folder.mkdir()
    cases = [
        (
            e.case.case_id, e.case.kind, e.case.published, e.case.rank_as, e.user_id, e.subject_id, e.detector, e.key,
            e.accesses, e.days, e.details, None if e.first_at is None else timestamp(e.first_at),
            None if e.last_at is None else timestamp(e.last_at), e.case.scaled,
        )
        for e in plan.expectations
    ]  # fmt: skip
    lookalikes = [(item.kind, item.detector, item.user_id, item.subject_id, item.key) for item in plan.lookalikes]
    for name, types, rows in (("cases", _CASES, cases), ("lookalikes", _LOOKALIKES, lookalikes)):
        fill_table(connection, f"label_{name}", types, rows)
        order = ", ".join(f"{column} NULLS FIRST" for column in types)
        copy_query(connection, f"SELECT * FROM label_{name} ORDER BY {order}", folder / f"{name}.csv")
    fill_table(connection, "planted_label", {"number": "BIGINT", "label": "VARCHAR"}, plan.labels)
