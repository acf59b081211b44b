"""The sentence of a finding, from its detector's template and its own numbers. Ids, never names; nothing of a record."""

import json
import re
from collections.abc import Mapping
from typing import Any

import duckdb
import pyarrow as pa

_NAME = re.compile(r"\{(\w+)\}")
_COLUMNS = (
    "finding_id, detector, family, level, CAST(score AS INTEGER) AS score, rank, user_id, subject_id, key, first_at, "
    "last_at, event_count, days, details, status, event_ids, CAST(NULL AS VARCHAR) AS suppressed_by"
)


def add_summaries(bench: duckdb.DuckDBPyConnection, templates: Mapping[str, str]) -> pa.Table:
    """Return the findings in their order, each with its summary."""
    table = bench.sql(f"SELECT {_COLUMNS} FROM finding ORDER BY rank NULLS LAST, finding_id").to_arrow_table()
    rows = table.select(["detector", "user_id", "subject_id", "key", "details", "event_count", "days"]).to_pylist()
    summaries = [summarise(templates[row["detector"]], row) for row in rows]
    return table.append_column("summary", pa.array(summaries, pa.string()))


def summarise(template: str, row: Mapping[str, Any]) -> str:
    """Fill in a template's {names} from the finding's columns, key and details."""
    known = {**json.loads(row["details"]), **json.loads(row["key"]), **row}

    def value(match: re.Match[str]) -> str:
        found = known.get(match.group(1))
        return "none" if found is None else str(found)

    return _once(_NAME.sub(value, template))


def _once(sentence: str) -> str:
    """Mend the plural of one: "1 times" becomes "once"."""
    sentence = re.sub(r"\b1 times\b", "once", sentence)
    return re.sub(r"\b1 (days|accesses|subjects|users|incidents)\b", lambda m: "1 " + _SINGULAR[m.group(1)], sentence)


_SINGULAR = {"days": "day", "accesses": "access", "subjects": "subject", "users": "user", "incidents": "incident"}
