"""The tables of a report, each declared once: columns, order, types, and the key by which they are sorted.

All times are UTC, in microseconds, without a zone. JSON is text. Counts are of accesses unless a docstring says
otherwise. A column that is not nullable here may never hold NULL; `conform` refuses a table that does not fit.
"""

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

LEVELS = ("informational", "low", "medium", "high", "critical")
STATUSES = ("new", "updated", "unchanged")

_TEXT, _COUNT, _TIME = pa.string(), pa.int64(), pa.timestamp("us")
_IDS = pa.list_(pa.string())


def _schema(required: Mapping[str, pa.DataType], optional: Mapping[str, pa.DataType], order: str) -> pa.Schema:
    """Return a schema in the order given; what is required may hold no NULL."""
    fields = {name: pa.field(name, type_, nullable=False) for name, type_ in required.items()}
    fields |= {name: pa.field(name, type_) for name, type_ in optional.items()}
    names = order.split()
    assert sorted(names) == sorted(fields), "every column stands once in the order"
    return pa.schema([fields[name] for name in names])


# One row per finding. `score` 0-100; `rank` from 1, NULL when suppressed; `days` are distinct local days;
# `event_ids` are the `event_count` accesses that count, by time; `key` and `details` are JSON objects.
FINDINGS = _schema(
    required={
        **dict.fromkeys(("finding_id", "detector", "family", "level", "key", "summary", "details", "status"), _TEXT),
        "score": pa.int32(),
        "event_count": _COUNT,
        "days": _COUNT,
        "event_ids": _IDS,
    },
    optional={
        **dict.fromkeys(("user_id", "subject_id", "suppressed_by"), _TEXT),
        "rank": pa.int32(),
        "first_at": _TIME,
        "last_at": _TIME,
    },
    order="""finding_id detector family level score rank user_id subject_id key first_at last_at event_count days
        summary details status event_ids suppressed_by""",
)

# One row per finding and access. `counts`: it counts against the user; else it is context. `event_ids` are the events
# that the act collapsed; `record_no` counts the records of the file at `path`, from 1, its header excluded.
EVIDENCE = _schema(
    required={
        "finding_id": _TEXT,
        "access_id": _TEXT,
        "counts": pa.bool_(),
        "event_ids": _IDS,
        "occurred_at": _TIME,
    },
    optional={
        **dict.fromkeys(("system", "action", "user_id", "subject_kind", "subject_id", "reason", "reference"), _TEXT),
        **dict.fromkeys(("explanation", "tried", "source", "path", "sha256"), _TEXT),
        "record_no": _COUNT,
    },
    order="""finding_id access_id counts event_ids occurred_at system action user_id subject_kind subject_id reason
        reference explanation tried source path sha256 record_no""",
)

# One row per user with a finding that is not suppressed. `findings` counts findings; `accesses`, `unexplained` and
# `unjudged` count all accesses of the user; `components` is a JSON object of points by detector.
USERS = _schema(
    required={
        "user_id": _TEXT,
        "rank": pa.int32(),
        "score": pa.int32(),
        **dict.fromkeys(("findings", "accesses", "unexplained", "unjudged"), _COUNT),
        "components": _TEXT,
    },
    optional={"unit": _TEXT, "role": _TEXT},
    order="user_id rank score findings accesses unexplained unjudged unit role components",
)

# One row per detector. `candidates` are the accesses that it chooses from, `explained_away` those of them that
# explanations took before it could see them: both NULL for one that reads no accesses. `lift` is a ratio (1 = chance), NULL
# where no other detector found anybody; `overlap` is a JSON object of shared users by other detector, most first.
# `skipped` is NULL or the reason why the detector did not run, and all else of a skipped one is NULL: skipped is not "no
# findings". docs/quality.md defines them.
RULES = _schema(
    required={"detector": _TEXT},
    optional={
        **dict.fromkeys(("candidates", "explained_away", "findings", "users"), _COUNT),
        "lift": pa.float64(),
        "overlap": _TEXT,
        "skipped": _TEXT,
    },
    order="detector candidates explained_away findings users lift overlap skipped",
)

# One row per system and local month (`2024-03`). The `first_*` columns count a user's first accesses to a subject.
COVERAGE = _schema(
    required={
        **dict.fromkeys(("system", "month"), _TEXT),
        **dict.fromkeys(("accesses", "explained", "weak", "unexplained", "unjudged"), _COUNT),
        **dict.fromkeys(("first_accesses", "first_explained", "first_weak"), _COUNT),
    },
    optional={},
    order="system month accesses explained weak unexplained unjudged first_accesses first_explained first_weak",
)

# One row per finding of the compared report that no longer stands, as it stood there, and `why` it is gone.
WITHDRAWN = _schema(
    required={
        **dict.fromkeys(("finding_id", "detector", "family", "level", "key", "summary", "why"), _TEXT),
        "score": pa.int32(),
        "event_count": _COUNT,
    },
    optional={
        "rank": pa.int32(),
        **dict.fromkeys(("user_id", "subject_id"), _TEXT),
        "first_at": _TIME,
        "last_at": _TIME,
    },
    order="""finding_id detector family level score rank user_id subject_id key first_at last_at event_count summary
        why""",
)

# One row per access drawn at random from those that no finding cites, `place` from 1. `seed` made the draw, and
# `population` is how many it was drawn from: of `n` reviewed in order of place, misuse in `k` means about
# population * k / n were missed. `explanation` is NULL where nothing is judged.
CONTROL = _schema(
    required={
        "place": pa.int32(),
        **dict.fromkeys(("seed", "access_id", "user_id"), _TEXT),
        "population": _COUNT,
        "occurred_at": _TIME,
    },
    optional={
        **dict.fromkeys(
            ("system", "action", "subject_kind", "subject_id", "reason", "reference", "explanation"), _TEXT
        ),
        **dict.fromkeys(("source", "path", "sha256"), _TEXT),
        "record_no": _COUNT,
    },
    order="""place seed population access_id occurred_at system action user_id subject_kind subject_id reason reference
        explanation source path sha256 record_no""",
)

SCHEMAS: Mapping[str, pa.Schema] = {
    "findings": FINDINGS,
    "evidence": EVIDENCE,
    "users": USERS,
    "rules": RULES,
    "coverage": COVERAGE,
    "withdrawn": WITHDRAWN,
    "control": CONTROL,
}
# NULLs stand last, as DuckDB's ORDER BY puts them. Each key is unique.
SORTED_BY: Mapping[str, tuple[str, ...]] = {
    "findings": ("rank", "finding_id"),
    "evidence": ("finding_id", "occurred_at", "access_id"),
    "users": ("rank",),
    "rules": ("detector",),
    "coverage": ("system", "month"),
    "withdrawn": ("finding_id",),
    "control": ("place",),
}


def empty(name: str) -> pa.Table:
    """Return the table of that name without rows."""
    return SCHEMAS[name].empty_table()


def conform(name: str, table: pa.Table) -> pa.Table:
    """Return the table in the schema of its name, sorted as it must be, without foreign metadata.

    Raises ValueError when columns differ, a value does not fit its type, or the rows are out of order: bugs of ours.
    """
    schema = SCHEMAS[name]
    if sorted(table.column_names) != sorted(schema.names):
        differing = ", ".join(sorted(set(table.column_names) ^ set(schema.names)))
        raise ValueError(f"{name}: columns differ from audit/report/tables.py: {differing}")
    table = table.select(schema.names).cast(schema).replace_schema_metadata(None)
    if not is_sorted(table, SORTED_BY[name]):
        raise ValueError(f"{name}: rows are not sorted by {', '.join(SORTED_BY[name])}, or a key stands twice")
    return table


def is_sorted(table: pa.Table, keys: tuple[str, ...]) -> bool:
    """Say whether every row comes strictly after the one before it, by these columns, NULLs last."""
    if table.num_rows < 2:
        return True
    before, after = table.slice(0, table.num_rows - 1), table.slice(1)
    follows = pa.scalar(False)
    for key in reversed(keys):
        left, right = before[key], after[key]
        same = pc.or_(pc.fill_null(pc.equal(left, right), False), pc.and_(pc.is_null(left), pc.is_null(right)))
        less = pc.fill_null(pc.less(left, right), pc.and_(pc.is_valid(left), pc.is_null(right)))
        follows = pc.or_(less, pc.and_(same, follows))
    return bool(pc.all(follows).as_py())
