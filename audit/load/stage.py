"""Decide for each record of one file where it ends: loaded, duplicate or quarantined. Changes no table of the warehouse.

The usual file is clean and new: one screening pass finds that, and the insert that follows is the only other. Where the
screen finds something, the exact statements name each record that does not load in `verdict`.
"""

from dataclasses import dataclass

import duckdb

from audit.load.raw import REJECT_TABLE, RawFile
from audit.schema import Table
from audit.sources.definition import SourceDefinition
from audit.sources.mapping import MappedRelation
from audit.sql import quote_identifier, quote_literal

STAGED = "staged_record"
VERDICT = "verdict"
OTHER_CONTENT = "other content under a known id"


@dataclass(frozen=True)
class Staged:
    """A file's records in canonical form, and what the screen found.

    `relation` is SQL for record_no and the canonical columns of the records that keep all rules.
    """

    definition: SourceDefinition
    raw: RawFile
    mapped: MappedRelation
    relation: str

    @property
    def table(self) -> Table:
        """The canonical table that the records are for."""
        return self.definition.table


def broken(mapped: MappedRelation) -> str:
    """SQL that is true for a record that breaks any rule."""
    return " OR ".join(f"COALESCE({fault.broken}, FALSE)" for fault in mapped.faults) or "FALSE"


def start_verdicts(connection: duckdb.DuckDBPyConnection) -> None:
    """Begin with no record judged."""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {VERDICT} (record_no BIGINT, outcome VARCHAR, rules VARCHAR[])")


def quarantine_broken(connection: duckdb.DuckDBPyConnection, staged: Staged) -> None:
    """Put the records that break a rule under quarantine, with the name of every rule that they broke."""
    rules = ", ".join(
        f"CASE WHEN {fault.broken} THEN {quote_literal(fault.rule)} END" for fault in staged.mapped.faults
    )
    connection.execute(
        f"INSERT INTO {VERDICT} SELECT record_no, 'quarantined', "
        f"list_filter([{rules}], lambda rule: rule IS NOT NULL) FROM ({staged.mapped.sql}) WHERE {broken(staged.mapped)}"
    )


def judge_known_texts(connection: duckdb.DuckDBPyConnection, staged: Staged, source: str) -> None:
    """A record under quarantine whose text was so before, in this source or earlier in this file, is a duplicate."""
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE verdict_text AS
        SELECT {VERDICT}.record_no, {staged.raw.record} AS record
        FROM {VERDICT}
        INNER JOIN {staged.raw.relation} AS raw ON raw.record_no = {VERDICT}.record_no
        WHERE {VERDICT}.outcome = 'quarantined'
        """
    )
    connection.execute(
        f"""
        UPDATE {VERDICT} SET outcome = 'duplicate'
        WHERE outcome = 'quarantined' AND record_no IN (
            SELECT record_no
            FROM (
                SELECT record_no, record, row_number() OVER (PARTITION BY record ORDER BY record_no) AS place
                FROM verdict_text
            ) AS numbered
            WHERE
                place > 1
                OR record IN (
                    SELECT quarantine.record
                    FROM quarantine
                    INNER JOIN load_log ON load_log.load_id = quarantine.load_id
                    WHERE load_log.source = $source
                )
        )
        """,
        {"source": source},
    )


def keep_quarantine(connection: duckdb.DuckDBPyConnection, staged: Staged, load_id: int) -> None:
    """Write the records under quarantine and the rejects where they are kept."""
    connection.execute(
        f"""
        INSERT INTO quarantine
        SELECT $load_id, {VERDICT}.record_no, {VERDICT}.rules, {staged.raw.record}
        FROM {VERDICT}
        INNER JOIN {staged.raw.relation} AS raw ON raw.record_no = {VERDICT}.record_no
        WHERE {VERDICT}.outcome = 'quarantined'
        ORDER BY {VERDICT}.record_no
        """,
        {"load_id": load_id},
    )
    connection.execute(
        f"INSERT INTO rejected_record SELECT $load_id, record_no, reason, record FROM {REJECT_TABLE} ORDER BY record_no",
        {"load_id": load_id},
    )


def sql_for_content(table: Table, left: str, right: str) -> str:
    """SQL that is true where two rows have the same content: the mapped canonical columns."""
    return " AND ".join(
        f"{left}.{quote_identifier(name)} IS NOT DISTINCT FROM {right}.{quote_identifier(name)}"
        for name in (*table.columns, *(("masked",) if table.name == "event" else ()))
    )


def sql_for_key(table: Table) -> str:
    """The key columns, for PARTITION BY and joins."""
    return ", ".join(quote_identifier(name) for name in table.key)
