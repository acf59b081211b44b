"""Map a file by a definition without loading it: the first rows, and the rules that its records break."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from audit.engine.duckdb import Limits, connect
from audit.errors import InputOutputError, SourceError
from audit.load.noting import unmapped_columns
from audit.load.readers import read_raw
from audit.load.stage import broken
from audit.sources.definition import SourceDefinition
from audit.sources.mapping import MappedRelation, RawColumns, derives_event_id, map_columns
from audit.sql import quote_identifier, quote_literal
from audit.timezones import Zone

_FUTURE = timedelta(days=1)


@dataclass(frozen=True)
class Preview:
    """What a file would become. `broken`: rule -> records that break it, most first; `rows`: the first, by `columns`.

    `unmapped`: the file's columns that the definition reads nothing from. `repeated`: records that bear the key of one before
    them and so are duplicates, or quarantined where their content is another. `warnings`: as of loading it.
    """

    path: Path
    records: int
    rejected: int
    broken: dict[str, int]
    columns: Sequence[str]
    rows: Sequence[Mapping[str, object]]
    unmapped: Sequence[str] = ()
    repeated: int = 0
    warnings: Sequence[str] = ()

    @property
    def is_clean(self) -> bool:
        """Say whether every record would load, or stands in the file twice."""
        return not self.broken and not self.rejected


def preview_file(definition: SourceDefinition, path: Path, zone: Zone, limit: int) -> Preview:
    """Map a file as loading would, and return its first `limit` rows.

    Raises:
        SourceError: the definition does not fit the file. InputOutputError: it cannot be read.

    """
    if not path.is_file():
        raise InputOutputError(f"{path}: no such file; name a log file that the definition is for")
    # On the disk and not in memory, so that a large file does not need as much of it; nobody else may look in there.
    with tempfile.TemporaryDirectory(prefix="access-audit-") as folder:
        bench = connect(Path(folder) / "preview.duckdb", Limits())
        try:
            return _preview(bench, definition, path, zone, limit)
        except SourceError as fault:
            raise SourceError(f"{path} (source {definition.name}): {message}" for message in fault.faults) from fault
        except (duckdb.ConversionException, duckdb.InvalidInputException, duckdb.BinderException) as fault:
            raise SourceError(f"{path} (source {definition.name}): an expression fails on some record") from fault
        finally:
            bench.close()


def _preview(
    bench: duckdb.DuckDBPyConnection, definition: SourceDefinition, path: Path, zone: Zone, limit: int
) -> Preview:
    raw = read_raw(bench, definition, path)
    if not raw.columns.names:
        return Preview(path, raw.records, raw.rejected, {}, ["record_no"], [], warnings=raw.warnings)
    latest = datetime.now(UTC).replace(tzinfo=None) + _FUTURE
    mapped = map_columns(definition, raw.columns, raw.relation, zone, latest)
    names = [name for name in definition.table.columns if name in definition.rules]
    columns = ["record_no", *names]
    found = bench.execute(
        f"SELECT {', '.join(map(quote_identifier, columns))} FROM ({mapped.sql}) ORDER BY record_no LIMIT {int(limit)}"
    ).fetchall()
    rows = [dict(zip(columns, row, strict=True)) for row in found]
    return Preview(
        path, raw.records, raw.rejected, _count_broken(bench, mapped), columns, rows, unmapped_columns(definition, raw),
        _count_repeated(bench, definition, raw.columns, mapped), raw.warnings,
    )  # fmt: skip


def _count_repeated(
    bench: duckdb.DuckDBPyConnection, definition: SourceDefinition, columns: RawColumns, mapped: MappedRelation
) -> int:
    if derives_event_id(definition, columns):
        return 0
    key = ", ".join(map(quote_identifier, definition.table.key))
    rows = bench.execute(
        f"SELECT COALESCE(CAST(sum(many - 1) AS BIGINT), 0) "
        f"FROM (SELECT count(*) AS many FROM ({mapped.sql}) WHERE NOT ({broken(mapped)}) GROUP BY {key})"
    ).fetchall()
    return int(rows[0][0])


def _count_broken(bench: duckdb.DuckDBPyConnection, mapped: MappedRelation) -> dict[str, int]:
    counted = [
        f"SELECT {quote_literal(fault.rule)} AS rule, count(*) FILTER (WHERE {fault.broken}) AS records FROM mapped"
        for fault in mapped.faults
    ]
    if not counted:
        return {}
    rows: Sequence[tuple[str, int]] = bench.execute(
        f"WITH mapped AS MATERIALIZED ({mapped.sql}) SELECT rule, records FROM ({' UNION ALL '.join(counted)}) "
        "WHERE records > 0 ORDER BY records DESC, rule"
    ).fetchall()
    return dict(rows)
