"""The sentence of a finding, from its detector's template and its own numbers. Ids, never names; nothing of a record."""

import re
from collections.abc import Mapping

import duckdb
import pyarrow as pa

from audit.sql import quote_literal

_NAME = re.compile(r"\{(\w+)\}")
_OWN = ("user_id", "subject_id", "event_count", "days", "first_at", "last_at", "level")
_COLUMNS = (
    "finding_id, detector, family, level, CAST(score AS INTEGER) AS score, rank, user_id, subject_id, key, first_at, "
    "last_at, event_count, days, details, status, event_ids, suppressed_by"
)
# "1 times" is "once", and one of anything is no plural. Only after a space or at the start: "0.1 times" and ids stay.
# Each with a text without which it does not match.
_ONE = (
    ("1 times", r"(^|[ (])1 times\b", r"\1once"),
    ("2 times", r"(^|[ (])2 times\b", r"\1twice"),
    (" accesses", r"(^|[ (])1 ((?:unexplained |different |linked )?)access(?:es)\b", r"\11 \2access"),
    ("1 people", r"(^|[ (])1 people\b", r"\11 person"),
    (
        "1 ",
        r"(^|[ (])1 ((?:unexplained |different |linked |silent )?)"
        r"(change|day|event|hour|incident|look-up|peer|reason|record|report|subject|user|workstation)s\b",
        r"\11 \2\3",
    ),
)


def add_summaries(bench: duckdb.DuckDBPyConnection, templates: Mapping[str, str]) -> pa.Table:
    """Return the findings in their order, each with its summary."""
    whens = " ".join(f"WHEN {quote_literal(name)} THEN {_sentence(text)}" for name, text in sorted(templates.items()))
    told = f"SELECT {_COLUMNS}, {f'CASE detector {whens} END' if whens else quote_literal('')} AS summary FROM finding"
    for sought, pattern, word in _ONE:
        # Most sentences have nothing that a pattern is about, and to look for a text costs a tenth of looking for a pattern.
        mended = f"regexp_replace(summary, {quote_literal(pattern)}, {quote_literal(word)}, 'g')"
        told = (
            f"SELECT * REPLACE (CASE WHEN contains(summary, {quote_literal(sought)}) THEN {mended} ELSE summary END AS summary) "
            f"FROM ({told})"
        )
    return bench.sql(f"{told} ORDER BY rank NULLS LAST, finding_id").to_arrow_table()


def _sentence(template: str) -> str:
    """SQL that fills a template's {names} in: from the finding's columns, its key, or its details."""
    pieces = _NAME.split(template)
    texts = (_value(piece) if place % 2 else quote_literal(piece) for place, piece in enumerate(pieces))
    return " || ".join(texts)


def _value(name: str) -> str:
    path = quote_literal(f'$."{name}"')
    found = f"json_extract_string(key, {path}), json_extract_string(details, {path})"
    if name in _OWN:
        found = f"CAST({name} AS VARCHAR), {found}"
    return f"COALESCE({found}, 'none')"
