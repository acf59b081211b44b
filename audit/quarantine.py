"""What was held back when files were loaded, and why: counts by rule, and on request the records themselves."""

from collections.abc import Mapping

import pyarrow as pa

from audit.run import limits
from audit.warehouse import open_for_reading
from audit.workspace import Workspace

_HELD_BACK = """
    SELECT load_id, record_no, 'quarantined' AS outcome, rules, record FROM quarantine
    UNION ALL
    SELECT load_id, record_no, 'rejected' AS outcome, [reason] AS rules, record FROM rejected_record
"""


def count_held_back(workspace: Workspace) -> pa.Table:
    """Return source, outcome, rule, records, files, loads (their ids): a record that breaks two rules counts under each.

    Raises:
        LockedError: a batch writes to the database. InputOutputError: nothing was loaded yet.

    """
    return _query(
        workspace,
        f"""
        SELECT
            source, outcome, rule, count(*) AS records, count(DISTINCT load_id) AS files,
            list_sort(list_distinct(list(load_id))) AS loads
        FROM (SELECT load_id, outcome, unnest(rules) AS rule FROM ({_HELD_BACK}))
        INNER JOIN load_log USING (load_id)
        GROUP BY source, outcome, rule
        ORDER BY source, outcome, records DESC, rule
        """,
        {},
    )


def read_held_back(workspace: Workspace, source: str | None, limit: int | None) -> pa.Table:
    """Return load_id, source, path, record_no, outcome, rules, record, in the order of the loads. Raises as above."""
    return _query(
        workspace,
        f"""
        SELECT load_id, source, path, record_no, outcome, rules, record
        FROM ({_HELD_BACK})
        INNER JOIN load_log USING (load_id)
        WHERE COALESCE(source = $source, TRUE)
        ORDER BY load_id, record_no
        LIMIT $limit
        """,
        {"source": source, "limit": limit},
    )


def _query(workspace: Workspace, sql: str, values: Mapping[str, object]) -> pa.Table:
    connection = open_for_reading(workspace.database, limits(workspace))
    try:
        return connection.sql(sql, params=dict(values)).to_arrow_table()
    finally:
        connection.close()
