"""How well an input was logged and loaded: days missing, what its accesses lack, and drift since the load before.

Counts and names of columns only. Changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import duckdb

from audit.engine import Engine

_UNRESOLVED = "user_id IS NULL AND account IS NOT NULL AND NOT list_contains(masked, 'user_id')"


@dataclass(frozen=True)
class Health:
    """The health of one input. None = does not apply: not a log, no record, or no access made yet.

    Days are local ones from the first event to the last; `days_missing` are those without any; `rows_a_day` is the mean of
    the others. `with_…` are shares of accesses. `unresolved_accounts`: accesses that name an account which no one user
    held then. `masked`: events by masked column. `doubled_times`: in an hour that came twice, taken as the first;
    `missing_times`: in one that the clocks skipped, quarantined. `columns_added`, `columns_gone`: of the last load's file
    against the one before. `older_definition`: loads that another version of the definition mapped.
    `last_load_said`: what there was to say of the file that was loaded last. `purged`: how many of its events are gone,
    of those before the local day `purged_before`.
    """

    quarantine_rate: float | None = None
    days: int | None = None
    days_missing: int | None = None
    rows_a_day: float | None = None
    accesses: int | None = None
    with_user: float | None = None
    with_subject: float | None = None
    with_reason: float | None = None
    with_reference: float | None = None
    unresolved_accounts: int | None = None
    masked: Mapping[str, int] = field(default_factory=dict)
    doubled_times: int = 0
    missing_times: int = 0
    columns_added: tuple[str, ...] = ()
    columns_gone: tuple[str, ...] = ()
    older_definition: tuple[int, ...] = ()
    last_load_said: tuple[str, ...] = ()
    purged: int = 0
    purged_before: date | None = None


def read_health(connection: duckdb.DuckDBPyConnection, definitions: Mapping[str, str]) -> dict[str, Health]:
    """Return the health of each input by its name; `definitions`: source -> hash of its definition as it is now."""
    health = {name: Health(*counts) for name, *counts in connection.execute(_RATES).fetchall()}
    for name, doubled, missing in connection.execute(_CLOCKS).fetchall():
        health[name] = replace(health[name], doubled_times=int(doubled), missing_times=int(missing))
    for name, days, missing, a_day in connection.execute(_DAYS).fetchall():
        health[name] = replace(health[name], days=days, days_missing=missing, rows_a_day=a_day)
    for name, column, events in connection.execute(_MASKS).fetchall():
        health[name] = replace(health[name], masked={**health[name].masked, column: events})
    for name, *shares in connection.execute(_SHARES).fetchall() if _has_accesses(connection) else ():
        health[name] = replace(health[name], **dict(zip(_SHARE_NAMES, shares, strict=True)))
    for name, now, before in connection.execute(_DRIFT).fetchall():
        health[name] = replace(
            health[name],
            columns_added=tuple(column for column in now if column not in before),
            columns_gone=tuple(column for column in before if column not in now),
        )
    for name, said in connection.execute(_SAID).fetchall():
        health[name] = replace(health[name], last_load_said=tuple(said))
    for name, purged, before in connection.execute(_PURGED).fetchall():
        health[name] = replace(health[name], purged=int(purged), purged_before=before)
    for name, source, load_id, definition in connection.execute(_MAPPED_BY).fetchall():
        if definitions.get(source, definition) != definition:
            health[name] = replace(health[name], older_definition=(*health[name].older_definition, load_id))
    return health


# How the sentence on such accesses goes: one that stood in the report before as it stands now is no news.
UNRESOLVED = "accesses that name an account that no one user held at the time"


def unresolved_accounts(engine: Engine) -> tuple[str, ...]:
    """Return a sentence for each source some of whose accesses name an account that no one user held then."""
    found = engine.query(
        f"SELECT source, count(*) AS accesses FROM access WHERE {_UNRESOLVED} GROUP BY source ORDER BY source"
    )
    rows = zip(found["source"].to_pylist(), found["accesses"].to_pylist(), strict=True)
    return tuple(
        f"source {source}: {UNRESOLVED}: {number:,}; they are kept without a user; complete the account table"
        for source, number in rows
    )


def incidents_alone(engine: Engine) -> tuple[str, ...]:
    """Return a sentence for each table without which the incidents that are loaded cannot explain what they should."""
    counts = engine.query(
        "SELECT (SELECT count(*) FROM incident) AS incident, (SELECT count(*) FROM incident_subject) AS incident_subject, "
        "(SELECT count(*) FROM incident_staff) AS incident_staff"
    ).to_pylist()[0]
    if not counts["incident"]:
        return ()
    return tuple(
        f"incident: {counts['incident']:,} are loaded, but no {table}, which tells {what}"
        for table, what in _BESIDE_INCIDENTS.items()
        if not counts[table]
    )


def _has_accesses(connection: duckdb.DuckDBPyConnection) -> bool:
    row = connection.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'access'").fetchone()
    return row is not None and row[0] > 0


_BESIDE_INCIDENTS = {
    "incident_subject": "who and what they are about: only what is looked up by an incident's own number can be explained by "
    "one, and nearly all else will be called unexplained",
    "incident_staff": "who worked on them: no incident explains an access in full, unless it is quoted within its own unit",
}
_RATES = """
    SELECT input, CASE WHEN sum(records) > 0 THEN round(sum(quarantined) / sum(records), 4) END
    FROM load_log INNER JOIN load_input USING (load_id)
    GROUP BY input
    ORDER BY input
"""
_CLOCKS = """
    SELECT input, sum(doubled), sum(COALESCE(skipped.records, 0))
    FROM load_input
    LEFT JOIN (
        SELECT load_id, count(*) AS records
        FROM quarantine
        WHERE len(list_filter(rules, lambda rule: rule LIKE '%: no such local time')) > 0
        GROUP BY load_id
    ) AS skipped USING (load_id)
    GROUP BY input
"""
_DAYS = """
    WITH day AS (
        SELECT input, local_date, count(*) AS events
        FROM event INNER JOIN load_input USING (load_id)
        GROUP BY input, local_date
    )
    SELECT
        input,
        max(local_date) - min(local_date) + 1,
        max(local_date) - min(local_date) + 1 - count(*),
        round(sum(events) / count(*), 1)
    FROM day
    GROUP BY input
"""
_MASKS = """
    SELECT input, name, count(*)
    FROM (SELECT load_id, unnest(masked) AS name FROM event WHERE len(masked) > 0)
    INNER JOIN load_input USING (load_id)
    GROUP BY input, name
    ORDER BY input, name
"""
_SHARE_NAMES = ("accesses", "with_user", "with_subject", "with_reason", "with_reference", "unresolved_accounts")
_SHARES = f"""
    SELECT
        input,
        count(*),
        round(count(user_id) / count(*), 4),
        round(count(subject_id) / count(*), 4),
        round(count(*) FILTER (WHERE trim(reason) <> '' OR reason_code IS NOT NULL) / count(*), 4),
        round(count(reference) / count(*), 4),
        count(*) FILTER (WHERE {_UNRESOLVED})
    FROM access INNER JOIN load_input USING (load_id)
    GROUP BY input
"""
_DRIFT = """
    WITH placed AS (
        SELECT input, columns, row_number() OVER (PARTITION BY input ORDER BY load_id DESC) AS place
        FROM load_input
        WHERE len(columns) > 0
    )
    SELECT now.input, now.columns, before.columns
    FROM placed AS now INNER JOIN placed AS before ON now.input = before.input
    WHERE now.place = 1 AND before.place = 2
"""
_SAID = """
    SELECT input, arg_max(said, load_id)
    FROM load_log INNER JOIN load_input USING (load_id)
    GROUP BY input
"""
_PURGED = """
    SELECT input, sum(events), max(before)
    FROM purge_load INNER JOIN load_input USING (load_id)
    GROUP BY input
"""
_MAPPED_BY = """
    SELECT input, source, load_id, definition
    FROM load_log INNER JOIN load_input USING (load_id)
    ORDER BY load_id
"""
