"""Count the events whose local time came twice, in autumn, and was taken as the first. Changes nothing."""

from datetime import datetime, timedelta

import duckdb

from audit.load.csv_stream import copy_stream
from audit.load.stage import Staged
from audit.sources.mapping import map_columns
from audit.sources.times import wall_name
from audit.timezones import Zone, read_zone


def count_doubled(
    connection: duckdb.DuckDBPyConnection, staged: Staged, zone: Zone, load_id: int, latest: datetime
) -> int:
    """Return how many events of a load, which is in the table already, bear such a time and no zone of their own.

    Most files hold none, and the table tells by itself; only the records in question are mapped a second time.
    """
    hours = _first_hours(read_zone(staged.definition.read.timezone), latest)
    if not hours:
        return 0
    within = " OR ".join(
        f"occurred_at >= TIMESTAMP '{first}' AND occurred_at < TIMESTAMP '{last}'" for first, last in hours
    )
    records = f"SELECT record_no FROM event WHERE load_id = {int(load_id)} AND ({within})"
    if connection.execute(f"SELECT count(*) FROM ({records})").fetchone() == (0,):
        return 0
    raw = staged.raw
    relation = f"(SELECT * FROM {raw.relation} AS raw WHERE record_no IN ({records}))"
    if raw.stream:
        relation = "raw_doubled"
        copy_stream(connection, raw.stream, relation, f"record_no IN ({records})")
    mapped = map_columns(staged.definition, raw.columns, relation, zone, latest)
    row = connection.execute(f"SELECT count({wall_name('occurred_at')}) FROM ({mapped.sql})").fetchone()
    return int(row[0]) if row else 0


def _first_hours(zone: Zone, latest: datetime) -> list[tuple[datetime, datetime]]:
    """Return the UTC spans, half-open, whose local times come again straight afterwards."""
    return [
        (change.at - timedelta(seconds=change.before - change.after), change.at)
        for change in zone.changes
        if change.after < change.before and change.at <= latest
    ]
