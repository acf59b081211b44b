"""Records that are past their keeping time stay out: what `audit purge` removed does not come back with a later file.

A record older than the day of the last purge is not loaded and its text is not kept. It counts as a duplicate: in most cases
it was here before. Events that a review kept are taken, so that a load that is mapped again does not lose them. A record
without a time, or a piece that is no record, goes as the newest of its file.
"""

from datetime import date

import duckdb

from audit.errors import UsageError
from audit.load.raw import REJECT_TABLE
from audit.load.stage import VERDICT, Staged
from audit.text import counted
from audit.warehouse import PURGE_TABLES

_PAST = "past_record"


def purged_before(connection: duckdb.DuckDBPyConnection) -> date | None:
    """Return the first local day that is kept; None where nothing was ever purged."""
    row = connection.execute("SELECT max(before) FROM purge").fetchone()
    found: date | None = row[0] if row else None
    return found


def any_purged(connection: duckdb.DuckDBPyConnection, staged: Staged) -> bool:
    """Say whether the file holds a record that must stay out."""
    connection.execute(f"DROP TABLE IF EXISTS temp.{_PAST}")
    before = purged_before(connection)
    if before is None:
        return False
    row = connection.execute(
        f"SELECT count(*) FROM ({staged.relation}) WHERE local_date < $before", {"before": before}
    ).fetchone()
    return row is not None and row[0] > 0


def any_purged_in(connection: duckdb.DuckDBPyConnection, load_id: int) -> bool:
    """Say whether a load, which is in the table already, brought an event that must stay out."""
    before = purged_before(connection)
    if before is None:
        return False
    row = connection.execute(
        f"SELECT count(*) FROM event WHERE load_id = {int(load_id)} AND local_date < $before", {"before": before}
    ).fetchone()
    return row is not None and row[0] > 0


def refuse_purged(connection: duckdb.DuckDBPyConnection, staged: Staged, source: str) -> None:
    """Name the records that stay out as duplicates, whatever rule they break, and forget the text of what is no record."""
    before = purged_before(connection)
    whole = connection.execute(
        f"SELECT max(local_date) < $before FROM ({staged.relation})", {"before": before}
    ).fetchone() == (True,)
    timeless = " OR local_date IS NULL" if whole else ""
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE {_PAST} AS
        SELECT record_no
        FROM ({staged.relation})
        WHERE
            (local_date < $before{timeless})
            AND (
                event_id IS NULL
                OR event_id NOT IN (SELECT event_id FROM purge_kept WHERE source = $source)
            )
        """,
        {"before": before, "source": source},
    )
    connection.execute(f"DELETE FROM {VERDICT} WHERE record_no IN (SELECT record_no FROM {_PAST})")
    connection.execute(f"INSERT INTO {VERDICT} SELECT record_no, 'duplicate', [] FROM {_PAST}")
    if whole:
        connection.execute(f"DELETE FROM {REJECT_TABLE}")


def check_held(connection: duckdb.DuckDBPyConnection, load_id: int) -> None:
    """Refuse a mapping anew that would lose an event which was held back from a purge: as where ids are made of content.

    Raises:
        UsageError: it would.

    """
    row = connection.execute("SELECT count(*) FROM purge_kept ANTI JOIN event USING (source, event_id)").fetchone()
    if row and row[0]:
        raise UsageError(
            f"load {load_id}: mapped anew, {counted(row[0], 'event')} that a finding under review rests on would be lost, being "
            f"older than {purged_before(connection)} and getting other ids; nothing was withdrawn. Review such findings as "
            "explained or false-alarm and purge again, or leave the load as it is"
        )


def remarks_on_purged(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Say how many records of the file just placed stayed out, and forget which."""
    known = connection.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = ? AND temporary", [_PAST]).fetchone()
    if known is None:
        return []
    row = connection.execute(f"SELECT count(*) FROM {_PAST}").fetchone() or (0,)
    connection.execute(f"DROP TABLE temp.{_PAST}")
    before = purged_before(connection)
    return [f"older than {before} and purged, so they stay out (among the duplicates): {row[0]:,}"] if row[0] else []


def copy_purges(connection: duckdb.DuckDBPyConnection, other: str) -> None:
    """Take over what the attached database `other` knows of purges."""
    for name in PURGE_TABLES:
        connection.execute(f"INSERT INTO {name} SELECT * FROM {other}.{name}")
