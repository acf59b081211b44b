"""The canonical tables as data: columns, types, keys and vocabularies. Knows no file and no database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from audit.vocabulary import ACTIONS, DUTY_STATUSES, LINK_RELATIONS, RELATIONSHIPS, SUBJECT_KINDS, WARNING_KINDS

Type = Literal["text", "identifier", "timestamp", "date", "integer", "boolean"]

DUCKDB_TYPES: Mapping[str, str] = {
    "text": "VARCHAR",
    "identifier": "VARCHAR",
    "timestamp": "TIMESTAMP",
    "date": "DATE",
    "integer": "BIGINT",
    "boolean": "BOOLEAN",
}


@dataclass(frozen=True)
class Column:
    """One canonical column. `day_precision`: a bare date stands for the start of that day (never so in a log)."""

    name: str
    type: Type = "text"
    required: bool = False
    vocabulary: tuple[str, ...] = ()
    day_precision: bool = False

    @property
    def duckdb_type(self) -> str:
        """The type in the warehouse."""
        return DUCKDB_TYPES[self.type]


@dataclass(frozen=True)
class Table:
    """One canonical table.

    `arrival` says what a newer file does: `append` (the event log: by event id), `replace` (reference data: the newer
    file of an input stands), `accumulate` (by key, the newest content stands, older content is kept as history) or
    `span` (duty: replaced for each user from the file's first start to its last end).
    """

    name: str
    columns: Mapping[str, Column]
    key: tuple[str, ...]
    arrival: Literal["append", "replace", "accumulate", "span"] = "replace"
    one_of: tuple[str, ...] = ()
    exactly_one: bool = False
    added: Mapping[str, str] = field(default_factory=dict)

    @property
    def required(self) -> tuple[str, ...]:
        """Names of the columns without which a row is quarantined."""
        return tuple(column.name for column in self.columns.values() if column.required)


# Where a record came from; every canonical table carries it behind its own columns.
ORIGIN_COLUMNS: Mapping[str, str] = {"load_id": "BIGINT", "record_no": "BIGINT"}


def _identifier(name: str, required: bool = False, vocabulary: tuple[str, ...] = ()) -> Column:
    return Column(name, "identifier", required, vocabulary)


def _time(name: str, required: bool = False) -> Column:
    return Column(name, "timestamp", required, day_precision=True)


def _table(name: str, *columns: Column, **options: object) -> Table:
    by_name = {column.name: column for column in columns}
    key = options.pop("key", None) or (next(column.name for column in columns if column.required),)
    return Table(name, by_name, key=key, added=options.pop("added", ORIGIN_COLUMNS), **options)  # type: ignore[arg-type]


def _all_tables() -> tuple[Table, ...]:
    ident, text = _identifier, Column
    return (
        _table(
            "event",
            ident("event_id", True),
            Column("occurred_at", "timestamp", True),
            ident("system", True),
            ident("user_id"),
            ident("operator_id"),
            ident("account"),
            ident("workstation"),
            ident("origin", vocabulary=("person", "machine")),
            ident("parent_event_id"),
            ident("action", True, ACTIONS),
            ident("subject_kind", vocabulary=SUBJECT_KINDS),
            ident("subject_id"),
            text("query_text"),
            Column("result_count", "integer"),
            ident("reason_code"),
            text("reason"),
            ident("reference"),
            Column("banner_accepted", "boolean"),
            arrival="append",
            added={
                "source": "VARCHAR",
                "local_date": "DATE",
                "local_hour": "INTEGER",
                "iso_weekday": "INTEGER",
                "occurred_epoch": "BIGINT",
                "masked": "VARCHAR[]",
                **ORIGIN_COLUMNS,
            },
        ),
        _table(
            "staff",
            ident("user_id", True),
            text("name"),
            Column("date_of_birth", "date"),
            ident("sex"),
            ident("role"),
            ident("rank"),
            ident("subject_id"),
            Column("joined_on", "date"),
            Column("left_on", "date"),
        ),
        _table(
            "account",
            ident("account", True),
            ident("user_id", True),
            ident("system"),
            _time("starts_at"),
            _time("ends_at"),
            key=("account", "system", "starts_at"),
        ),
        _table(
            "posting",
            ident("user_id", True),
            ident("unit", True),
            ident("role"),
            ident("supervisor_id"),
            _time("starts_at", True),
            _time("ends_at"),
            key=("user_id", "starts_at"),
        ),
        _table(
            "duty",
            ident("user_id", True),
            _time("starts_at", True),
            _time("ends_at", True),
            ident("status", True, DUTY_STATUSES),
            key=("user_id", "starts_at", "status"),
            arrival="span",
        ),
        _table(
            "subject",
            ident("subject_id", True),
            ident("subject_kind", vocabulary=SUBJECT_KINDS),
            text("name"),
            Column("date_of_birth", "date"),
            ident("sex"),
            ident("markers"),
        ),
        _table(
            "subject_link",
            ident("subject_id", True),
            ident("linked_id", True),
            ident("relation", True, LINK_RELATIONS),
            _time("starts_at"),
            _time("ends_at"),
            key=("subject_id", "linked_id", "relation", "starts_at"),
        ),
        _table(
            "relationship",
            ident("user_id", True),
            ident("subject_id", True),
            ident("relation", True, RELATIONSHIPS),
            _time("starts_at"),
            _time("ends_at"),
            key=("user_id", "subject_id", "relation", "starts_at"),
        ),
        _table(
            "incident",
            ident("reference", True),
            ident("kind"),
            ident("unit"),
            _time("opened_at", True),
            _time("closed_at"),
        ),
        _table(
            "incident_subject",
            ident("reference", True),
            ident("subject_id", True),
            ident("role"),
            _time("linked_at"),
            key=("reference", "subject_id", "role"),
        ),
        _table(
            "incident_staff",
            ident("reference", True),
            ident("user_id", True),
            ident("role"),
            _time("starts_at"),
            _time("ends_at"),
            key=("reference", "user_id", "starts_at"),
        ),
        _table(
            "authority",
            ident("authority_id", True),
            ident("user_id"),
            ident("role"),
            ident("unit"),
            ident("system"),
            ident("action", vocabulary=ACTIONS),
            ident("subject_kind", vocabulary=SUBJECT_KINDS),
            _time("starts_at"),
            _time("ends_at"),
            one_of=("user_id", "role", "unit"),
        ),
        _table(
            "permission",
            ident("role", True),
            ident("system", True),
            ident("subject_kind", vocabulary=SUBJECT_KINDS),
            Column("allowed", "boolean", True),
            key=("role", "system", "subject_kind"),
        ),
        _table(
            "reason_code",
            ident("code", True),
            ident("system"),
            text("meaning"),
            Column("needs_reference", "boolean"),
            Column("valid", "boolean"),
            key=("code", "system"),
        ),
        _table(
            "warning",
            ident("warning_id", True),
            ident("user_id", True),
            _time("issued_at", True),
            ident("kind", True, WARNING_KINDS),
            ident("system"),
            ident("subject_id"),
            text("about"),
            _time("expires_at"),
            arrival="accumulate",
        ),
        _table(
            "watch",
            ident("watch_id", True),
            ident("user_id"),
            ident("subject_id"),
            _time("starts_at", True),
            _time("ends_at", True),
            ident("authority", True),
            text("purpose", required=True),
            arrival="accumulate",
            one_of=("user_id", "subject_id"),
            exactly_one=True,
        ),
        _table(
            "contact",
            ident("contact_id", True),
            ident("user_id", True),
            ident("subject_id", True),
            Column("occurred_at", "timestamp", True),
            ident("channel"),
            ident("direction"),
            ident("device", vocabulary=("work", "personal")),
            arrival="accumulate",
        ),
        _table(
            "complaint",
            ident("complaint_id", True),
            ident("user_id", True),
            ident("subject_id"),
            _time("received_at", True),
            arrival="accumulate",
        ),
    )


TABLES: Mapping[str, Table] = {table.name: table for table in _all_tables()}

_ACCESS = {
    "access_id": "VARCHAR",
    "source": "VARCHAR",
    "system": "VARCHAR",
    "user_id": "VARCHAR",
    "operator_id": "VARCHAR",
    "account": "VARCHAR",
    "workstation": "VARCHAR",
    "occurred_at": "TIMESTAMP",
    "local_date": "DATE",
    "local_hour": "INTEGER",
    "iso_weekday": "INTEGER",
    "occurred_epoch": "BIGINT",
    "action": "VARCHAR",
    "actions": "VARCHAR[]",
    "subject_kind": "VARCHAR",
    "subject_id": "VARCHAR",
    "reason_code": "VARCHAR",
    "reason": "VARCHAR",
    "reference": "VARCHAR",
    "banner_accepted": "BOOLEAN",
    "masked": "VARCHAR[]",
    "events": "BIGINT",
    "load_id": "BIGINT",
    "record_no": "BIGINT",
}

# Relations that the program makes before it runs a detector; their texts are in queries/ and in audit/explain.
DERIVED: Mapping[str, Mapping[str, str]] = {
    "access": _ACCESS,
    "open_access": {
        name: _ACCESS[name]
        for name in (
            "access_id",
            "system",
            "user_id",
            "occurred_at",
            "action",
            "subject_kind",
            "subject_id",
            "reference",
        )
    },
    "explanation": {
        "access_id": "VARCHAR",
        "explanation": "VARCHAR",
        "strength": "VARCHAR",
        "reference": "VARCHAR",
    },
    "access_event": {
        "access_id": "VARCHAR",
        "source": "VARCHAR",
        "event_id": "VARCHAR",
        "user_id": "VARCHAR",
        "occurred_at": "TIMESTAMP",
        "load_id": "BIGINT",
        "record_no": "BIGINT",
    },
    "cited": {"access_id": "VARCHAR"},
    # `population`: from how many it is drawn. The other numbers are those of the sieve (audit/control.py).
    "draw": {
        "seed": "VARCHAR",
        "population": "BIGINT",
        "by_record": "BIGINT",
        "by_second": "BIGINT",
        "shift": "BIGINT",
        "below": "BIGINT",
    },
    "tried_part": {
        "access_id": "VARCHAR",
        "miss": "BIGINT",
        "words": "VARCHAR",
        "seconds": "BIGINT",
        "side": "VARCHAR",
    },
    "load_log": {"load_id": "BIGINT", "source": "VARCHAR", "path": "VARCHAR", "sha256": "VARCHAR"},
    "horizon": {"judged_until": "TIMESTAMP", "judges": "BOOLEAN", "newest_at": "TIMESTAMP", "kept_from": "DATE"},
}


def duckdb_columns(name: str) -> dict[str, str]:
    """Return column -> DuckDB type of a canonical table (origin columns last) or of a derived relation."""
    if name in DERIVED:
        return dict(DERIVED[name])
    table = TABLES[name]
    return {column.name: column.duckdb_type for column in table.columns.values()} | dict(table.added)
