"""Write the findings down, each with its texts: key, sentence and details, from its detector's own columns. Reckons nothing.

All else of a finding is reckoned without its texts, which are most of what it is. Here they are made, once.
"""

from collections.abc import Sequence

import duckdb
import numpy as np
import pyarrow as pa

from audit.findings.narrative import Value, names_of, sql_for_sentence, sql_to_mend
from audit.findings.take import Taken, json_of
from audit.sql import quote_identifier, quote_literal

_REPORTED = (
    "finding_id", "detector", "family", "level", "score", "rank", "user_id", "subject_id", "key", "first_at", "last_at",
    "event_count", "days", "summary", "details", "status", "event_ids", "suppressed_by",
)  # fmt: skip
# What a sentence may name that is of every finding, whatever its detector says.
_RECKONED = {
    "level": Value('"its level"'),
    "event_count": Value('CAST("its event_count" AS VARCHAR)', '"its event_count"'),
    "days": Value('CAST("its days" AS VARCHAR)', '"its days"'),
    "first_at": Value("COALESCE(CAST(\"its first_at\" AS VARCHAR), 'none')"),
    "last_at": Value("COALESCE(CAST(\"its last_at\" AS VARCHAR), 'none')"),
}
# What is told of a finding by its detector's own columns, each the same in all rows of the finding.
_TOLD = ("family", "user_id", "subject_id", "key", "summary", "details")
# So many sentences cost to be searched what it costs to spare it them.
_MANY = 3000


def write_findings(bench: duckdb.DuckDBPyConnection, taken: Sequence[Taken], ranked: pa.Table) -> pa.Table:
    """Return the findings `ranked`, in their order, with all that the report says of them."""
    places = np.full(sum(one.rows.num_rows for one in taken), -1, np.int32)
    places[ranked["row_no"].to_numpy()] = np.arange(ranked.num_rows, dtype=np.int32)
    for number, one in enumerate(taken):
        bench.register(f"found_{number}", _its_rows(one, ranked, places[one.first : one.first + one.rows.num_rows]))
    texts = " UNION ALL ".join(_sql_for_texts(one, f"found_{number}") for number, one in enumerate(taken)) or _NO_TEXTS
    told = bench.sql(f"SELECT {', '.join(_TOLD)}, place FROM ({sql_to_mend(texts)})").to_arrow_table()
    # Put in order here: the engine would carry the texts through its sort.
    order = np.empty(ranked.num_rows, np.int32)
    order[told["place"].to_numpy()] = np.arange(ranked.num_rows, dtype=np.int32)
    told = told.select(_TOLD).take(pa.array(order))
    columns = {name: ranked[name] for name in ranked.column_names} | {name: told[name] for name in _TOLD}
    return pa.table(columns | {"detector": ranked["detector"].cast(pa.string())}).select(_REPORTED)


def _its_rows(taken: Taken, ranked: pa.Table, places: np.ndarray) -> pa.Table:
    """Return what a detector says of each of its findings, beside what was reckoned of it, and its place in the report.

    `places`: of each of the detector's rows that is the first of a finding, that finding's place; -1 of the others.
    """
    first_rows = np.flatnonzero(places >= 0)
    places = pa.array(places[first_rows])
    own = {*taken.detector.key, *taken.details, "user_id", "subject_id"} & {*taken.rows.column_names}
    rows = taken.rows.select(sorted(own))
    if len(first_rows) < rows.num_rows:
        rows = rows.take(pa.array(first_rows))
    beside = ranked.select(sorted({*names_of(taken.detector.summary)} & {*_RECKONED} | {"score_parts"})).take(places)
    return pa.table(
        {name: rows[name] for name in rows.column_names}
        | {f"its {name}": beside[name] for name in beside.column_names}
        | {"its place": places}
    )


def _sql_for_texts(taken: Taken, relation: str) -> str:
    values = {name: _RECKONED.get(name) or _value(taken, name) for name in names_of(taken.detector.summary)}
    sentence = sql_for_sentence(taken.detector.summary, values, many=taken.rows.num_rows > _MANY)
    own = f"left({taken.sql_for_details}, -1) || ','" if taken.details else "'{'"
    return f"""
        SELECT
            "its place" AS place,
            {quote_literal(taken.detector.family)} AS family,
            CAST({taken.given("user_id")} AS VARCHAR) AS user_id,
            CAST({taken.given("subject_id")} AS VARCHAR) AS subject_id,
            {taken.sql_for_key} AS key,
            {sentence.text} AS summary,
            {sentence.unmended} AS unmended,
            {own} || '"score_parts":' || "its score_parts" || '}}' AS details
        FROM {relation}
    """


def _value(taken: Taken, name: str) -> Value:
    """What a sentence says of a detector's column: the text that its key and details show."""
    if name in ("user_id", "subject_id"):
        return Value(f"COALESCE(CAST({taken.given(name)} AS VARCHAR), 'none')")
    if name not in (*taken.detector.key, *taken.details):
        return Value("'none'")
    quoted, kind = quote_identifier(name), taken.rows.schema.field(name).type
    if pa.types.is_integer(kind):
        return Value(f"COALESCE(CAST({quoted} AS VARCHAR), 'none')", quoted)
    if pa.types.is_string(kind):
        return Value(f"COALESCE({quoted}, 'none')")
    shown = f"json_extract_string({json_of([name], taken.doubles)}, {quote_literal(f'$.{quoted}')})"
    return Value(f"COALESCE({shown}, 'none')")


_NO_TEXTS = """
SELECT
    NULL::BIGINT AS place, NULL::VARCHAR AS family, NULL::VARCHAR AS user_id, NULL::VARCHAR AS subject_id,
    NULL::VARCHAR AS key, NULL::VARCHAR AS summary, FALSE AS unmended, NULL::VARCHAR AS details
LIMIT 0
"""
