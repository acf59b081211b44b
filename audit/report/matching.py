"""Read of a Parquet file the rows that meet conditions, and decode as little else as can be. Knows no report.

Not by pyarrow.dataset, which pq.read_table and filters by expression load: that takes longer than most tables do.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial, reduce

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

# Column -> what says of its values whether they meet a condition.
Conditions = Mapping[str, Callable[[pa.ChunkedArray], pa.ChunkedArray]]


def is_among(values: Sequence[str]) -> Callable[[pa.ChunkedArray], pa.ChunkedArray]:
    """The condition to be one of the texts."""
    return partial(pc.is_in, value_set=pa.array(values, pa.string()))


def groups_between(file: pq.ParquetFile, column: str, least: str, most: str) -> list[int]:
    """Return the row groups that may hold values between the two, by what the file says of them."""
    place = file.schema.names.index(column)
    told = [file.metadata.row_group(group).column(place).statistics for group in range(file.num_row_groups)]
    return [
        group
        for group, known in enumerate(told)
        if known is None or not known.has_min_max or (known.min <= most and known.max >= least)
    ]


def read_matching(
    file: pq.ParquetFile,
    conditions: Conditions,
    limit: int | None,
    columns: Sequence[str] | None,
    groups: Iterable[int] | None = None,
) -> pa.Table:
    """Read the rows that meet all conditions, at most `limit`, in the order of the file. `groups`: of these row groups.

    Row group by row group, the columns of the conditions first: groups without a match, and all groups after the last
    one needed, are not decoded.
    """
    chosen = list(file.schema_arrow.names if columns is None else columns)
    parts: list[pa.Table] = []
    left = file.metadata.num_rows if limit is None else limit
    for group in range(file.num_row_groups) if groups is None else groups:
        if left <= 0:
            break
        matches = find_matches(file, group, conditions)
        if len(matches) == 0:
            continue
        parts.append(file.read_row_group(group, columns=chosen).take(matches.slice(0, left)))
        left -= parts[-1].num_rows
    if not parts:
        return pa.schema([file.schema_arrow.field(name) for name in chosen]).empty_table()
    return pa.concat_tables(parts).select(chosen)


def find_matches(file: pq.ParquetFile, group: int, conditions: Conditions) -> pa.Array:
    """Return the places, within the row group, of the rows that meet all conditions."""
    # Not pa.array, which imports pandas at its first call: half of what a whole `audit findings` takes.
    places = pa.arange(0, file.metadata.row_group(group).num_rows)
    if _all_meet(file, group, conditions):
        return places
    rows = file.read_row_group(group, columns=list(conditions))
    return places.filter(reduce(pc.and_, (met(rows[column]) for column, met in conditions.items())).combine_chunks())


def _all_meet(file: pq.ParquetFile, group: int, conditions: Conditions) -> bool:
    """Say whether all rows of the group meet the conditions, as far as can be told without reading any."""
    if not conditions.keys() <= {"rank"}:
        return False
    # The commonest question of all: in a group where every finding has a rank there is nothing to read.
    rank = file.metadata.row_group(group).column(file.schema.names.index("rank")).statistics
    return not conditions or bool(rank is not None and rank.has_null_count and rank.null_count == 0)
