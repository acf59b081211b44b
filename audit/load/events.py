"""The event log: appended to, by event id within its source; the first content stands."""

import duckdb

from audit.load.purged import any_purged, refuse_purged
from audit.load.stage import (
    OTHER_CONTENT,
    VERDICT,
    Staged,
    broken,
    judge_known_texts,
    quarantine_broken,
    sql_for_content,
)
from audit.schema import TABLES, duckdb_columns
from audit.sources.mapping import derives_event_id
from audit.sql import quote_identifier

_EVENT = TABLES["event"]
_DERIVED = "derived_record"


def derive_event_ids(connection: duckdb.DuckDBPyConnection, staged: Staged) -> str:
    """Return the relation with event ids, made of content and place among equals where the source has none."""
    if not derives_event_id(staged.definition, staged.raw.columns):
        return staged.mapped.sql
    texts = [f"CAST({quote_identifier(name)} AS VARCHAR)" for name in _EVENT.columns if name != "event_id"]
    # Each cell with its length before it, so that two contents never give one text.
    cells = ", ".join(f"COALESCE(length({text}) || ':' || {text}, '-')" for text in (*texts, "CAST(masked AS VARCHAR)"))
    content = f"SELECT * EXCLUDE (event_id), md5(concat({cells})) AS content FROM ({staged.mapped.sql})"
    # Its place is among the records that load: one under quarantine may look the same and not stand in the next export.
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE {_DERIVED} AS
        SELECT * EXCLUDE (content, place), content || CASE WHEN place > 1 THEN '-' || place ELSE '' END AS event_id
        FROM (
            SELECT *, row_number() OVER (PARTITION BY content, {broken(staged.mapped)} ORDER BY record_no) AS place
            FROM ({content})
        )
        """
    )
    return f"SELECT * FROM {_DERIVED}"


def place_events(connection: duckdb.DuckDBPyConnection, staged: Staged, source: str, load_id: int) -> None:
    """Append the records that keep the rules and are new, and name the others.

    Most files hold no id twice and none that is known: then one pass both tests and appends.
    """
    readable = staged.raw.to_place
    past = any_purged(connection, staged)
    if not past and _ids_are_new(connection, staged, source, readable):
        if insert_events(connection, staged.relation, source, load_id, f"NOT ({broken(staged.mapped)})") < readable:
            quarantine_broken(connection, staged)
            judge_known_texts(connection, staged, source)
        return
    quarantine_broken(connection, staged)
    if past:
        refuse_purged(connection, staged, source)
    _judge_candidates(connection, staged, source)
    judge_known_texts(connection, staged, source)
    insert_events(connection, staged.relation, source, load_id, f"record_no NOT IN (SELECT record_no FROM {VERDICT})")


def insert_events(connection: duckdb.DuckDBPyConnection, relation: str, source: str, load_id: int, which: str) -> int:
    """Append the rows of a relation in canonical form for which a condition holds; return how many they are."""
    columns = duckdb_columns("event")
    made = {"source": "$source", "load_id": "$load_id"}
    values = ", ".join(made.get(name, quote_identifier(name)) for name in columns)
    # A filter pushed down would evaluate the mapping a second time. Where the insertion fails, the transaction takes no
    # further statement: then the end of the load resets it.
    connection.execute("SET disabled_optimizers = 'filter_pushdown'")
    inserted = connection.execute(
        f"INSERT INTO event SELECT {values} FROM ({relation}) WHERE {which}",
        {"source": source, "load_id": load_id},
    ).fetchone()
    connection.execute("RESET disabled_optimizers")
    return int(inserted[0]) if inserted else 0


def _ids_are_new(connection: duckdb.DuckDBPyConnection, staged: Staged, source: str, readable: int) -> bool:
    row = connection.execute(f"SELECT count(DISTINCT hash(event_id)) FROM ({staged.relation})").fetchone()
    return row == (readable,) and not _any_known(connection, staged, source)


def _any_known(connection: duckdb.DuckDBPyConnection, staged: Staged, source: str) -> bool:
    row = connection.execute(
        f"""
        SELECT count(*) FROM ({staged.relation}) AS staged
        SEMI JOIN (SELECT event_id FROM event WHERE source = $source) AS known USING (event_id)
        """,
        {"source": source},
    ).fetchone()
    return row is not None and row[0] > 0


def are_different(connection: duckdb.DuckDBPyConnection, load_id: int, events: int) -> bool:
    """Say whether a load, which is in the table already, holds no event id twice."""
    row = connection.execute(
        f"SELECT count(DISTINCT hash(event_id)) FROM event WHERE load_id = {int(load_id)}"
    ).fetchone()
    return row == (events,)


def are_known(connection: duckdb.DuckDBPyConnection, source: str, load_id: int) -> bool:
    """Say whether a load, which is in the table already, holds an event id that the source had before it."""
    if connection.execute("SELECT count(*) FROM load_log WHERE source = ?", [source]).fetchone() == (0,):
        return False
    row = connection.execute(
        """
        SELECT count(*) FROM (SELECT event_id FROM event WHERE load_id = $load_id) AS loaded
        SEMI JOIN (SELECT event_id FROM event WHERE source = $source AND load_id <> $load_id) AS known USING (event_id)
        """,
        {"source": source, "load_id": load_id},
    ).fetchone()
    return row is not None and row[0] > 0


def _judge_candidates(connection: duckdb.DuckDBPyConnection, staged: Staged, source: str) -> None:
    """Compare each record whose id is known, or stands twice in the file, with the content that stands under it."""
    columns = ", ".join([*map(quote_identifier, _EVENT.columns), "masked"])
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE candidate AS
        SELECT record_no, {columns}
        FROM ({staged.relation}) AS staged
        WHERE
            record_no NOT IN (SELECT record_no FROM {VERDICT})
            AND (
                event_id IN (SELECT event_id FROM event WHERE source = $source)
                OR event_id IN (SELECT event_id FROM ({staged.relation}) GROUP BY event_id HAVING count(*) > 1)
            )
        """,
        {"source": source},
    )
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE standing AS
        SELECT 0 AS record_no, {columns}
        FROM event
        WHERE source = $source AND event_id IN (SELECT event_id FROM candidate)
        UNION ALL
        SELECT record_no, {columns}
        FROM candidate
        WHERE event_id NOT IN (SELECT event_id FROM event WHERE source = $source)
        QUALIFY row_number() OVER (PARTITION BY event_id ORDER BY record_no) = 1
        """,
        {"source": source},
    )
    same = sql_for_content(_EVENT, "candidate", "standing")
    connection.execute(
        f"""
        INSERT INTO {VERDICT}
        SELECT
            candidate.record_no,
            CASE WHEN {same} THEN 'duplicate' ELSE 'quarantined' END,
            CASE WHEN {same} THEN [] ELSE ['event_id: {OTHER_CONTENT}'] END
        FROM candidate
        INNER JOIN standing ON standing.event_id = candidate.event_id
        WHERE standing.record_no <> candidate.record_no
        """
    )
