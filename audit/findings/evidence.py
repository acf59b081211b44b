"""The evidence: each access that a finding cites, with its events, its explanation, what was tried, its file and record.

A year has hundreds of thousands of rows of many texts. So what tells their order is sorted by itself, and everything else is
fetched once, in that order.
"""

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_OF_THE_ACCESS = (
    "occurred_at", "system", "action", "user_id", "subject_kind", "subject_id", "reason", "reference", "explanation",
    "tried", "source", "path", "sha256", "record_no",
)  # fmt: skip


def gather_evidence(
    bench: duckdb.DuckDBPyConnection, accesses: pa.Table, events: pa.Table, tried: pa.Table
) -> pa.Table:
    """Return a row for each finding and access, by finding and time: from the bench's `taken` and `several`.

    `events`: those of each access that has more than one, sorted by access and `node`. `tried`: one row an access, at most.
    """
    ids = accesses["access_id"]
    known = accesses.append_column("event_ids", events_of(ids, events)).append_column("tried", _tried_of(ids, tried))
    cited = bench.sql(
        """
        SELECT finding_id, access_id, counts, place
        FROM (
            SELECT taken.finding_id, taken.access_id, taken.counts, taken.place, taken.occurred_at
            FROM taken
            ANTI JOIN several ON taken.finding_id = several.finding_id
            WHERE taken.place IS NOT NULL
            UNION ALL
            SELECT finding_id, access_id, bool_or(counts), place, occurred_at
            FROM several
            WHERE place IS NOT NULL
            GROUP BY finding_id, access_id, place, occurred_at
        )
        ORDER BY finding_id, occurred_at, access_id
        """
    ).to_arrow_table()
    told = known.select(["event_ids", *_OF_THE_ACCESS]).take(cited["place"])
    return pa.table(
        {name: cited[name] for name in ("finding_id", "access_id", "counts")}
        | {name: told[name] for name in told.column_names}
    )


def events_of(access_ids: pa.ChunkedArray, events: pa.Table) -> pa.Array:
    """Return the list of each access's events: those in `events`, sorted by access and `node`, else the access alone."""
    # `node` counts an access's events from 1, so that each 1 begins another list.
    begins = np.flatnonzero(events["node"].to_numpy() == 1)
    several = pa.ListArray.from_arrays(
        pa.array(np.append(begins, events.num_rows), pa.int32()), events["event_id"].combine_chunks()
    )
    alone = pa.ListArray.from_arrays(pa.array(np.arange(len(access_ids) + 1), pa.int32()), access_ids.combine_chunks())
    among_several = pc.index_in(access_ids, value_set=events["access_id"].take(pa.array(begins)))
    return pa.concat_arrays([several, alone]).take(
        pc.coalesce(among_several, pc.add(_places(access_ids), pa.scalar(len(several), pa.int32()))).combine_chunks()
    )


def _tried_of(access_ids: pa.ChunkedArray, tried: pa.Table) -> pa.ChunkedArray:
    """Return what was tried for each access, NULL where nothing was."""
    return tried["tried"].take(pc.index_in(access_ids, value_set=tried["access_id"]))


def _places(values: pa.ChunkedArray) -> pa.Array:
    return pa.array(np.arange(len(values)), pa.int32())
