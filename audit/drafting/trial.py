"""Map the sample by the drafted definition, as loading would: what the first record becomes, and which rules break."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import duckdb
import pyarrow as pa

from audit.drafting.found import RawTable
from audit.sources.definition import SourceDefinition
from audit.sources.mapping import RawColumns, map_columns
from audit.sql import quote_identifier
from audit.timezones import read_zone

_TRIED = 2_000
_FUTURE = timedelta(days=1)


@dataclass(frozen=True)
class Trial:
    """`gives`: what the first record becomes, "" for NULL; `broken`: rule -> records; of so many records tried."""

    gives: dict[str, str]
    broken: dict[str, int]
    records: int


def try_sample(definition: SourceDefinition, table: RawTable, width: int) -> Trial:
    """Map the first records, their cells cut to `width` characters."""
    rows = table.rows[:_TRIED]
    columns = {
        f"c{place}": pa.array([_cut(row[place], width) for row in rows], pa.string())
        for place in range(len(table.names))
    }
    records = pa.table({"record_no": pa.array(range(1, len(rows) + 1), pa.int64()), **columns})
    engine_names = {name: f"c{place}" for place, name in enumerate(table.names)}
    typed = frozenset(engine_names[name] for name in table.typed_times)
    latest = datetime.now(UTC).replace(tzinfo=None) + _FUTURE
    with duckdb.connect(":memory:") as bench:
        bench.execute("SET TimeZone = 'UTC'")
        bench.register("drafted_record", records)
        mapped = map_columns(definition, RawColumns(engine_names, typed), "drafted_record", read_zone("UTC"), latest)
        bench.execute(f"CREATE TEMP TABLE drafted AS {mapped.sql}")
        counted = ", ".join(f"count(*) FILTER (WHERE {fault.broken})" for fault in mapped.faults) or "0"
        counts = bench.execute(f"SELECT {counted} FROM drafted").fetchone() or ()
        made = [name for name in definition.table.columns if name in definition.rules]
        wanted = ", ".join(map(quote_identifier, made))
        first = bench.execute(f"SELECT {wanted} FROM drafted ORDER BY record_no LIMIT 1").fetchone() if made else None
    rules = [fault.rule for fault in mapped.faults]
    broken = {rule: int(count) for rule, count in zip(rules, counts, strict=False) if count}
    return Trial(dict(zip(made, map(_text, first), strict=True)) if first else {}, broken, len(rows))


def _cut(cell: str | None, width: int) -> str | None:
    return cell if cell is None or len(cell) <= width else cell[:width]


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return f"{value.isoformat(sep=' ')}Z"
    return str(value)
