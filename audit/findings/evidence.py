"""The evidence: each access that a finding cites, with its events, its explanation, what was tried, its file and record.

A year has hundreds of thousands of rows of many texts. So what tells their order is sorted by itself, and everything else is
fetched once, in that order.
"""

from dataclasses import dataclass
from datetime import datetime

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_OF_THE_ACCESS = (
    "access_id", "occurred_at", "system", "action", "user_id", "subject_kind", "subject_id", "reason", "reference", "explanation",
    "source", "load_id", "record_no",
)  # fmt: skip
# So many rows are fetched at once: an Arrow array of texts holds two gigabytes at most.
AT_ONCE = 2_000_000


@dataclass(frozen=True)
class Facts:
    """What the engine knows of the cited accesses (queries/reports), of their users and loads, and when the newest event was.

    `events`: those of each access that has more than one, sorted by access and `node`. `tried`: one row an access, at most.
    """

    accesses: pa.Table
    events: pa.Table
    tried: pa.Table
    loads: pa.Table
    user_counts: pa.Table
    newest_at: datetime | None


def cite(bench: duckdb.DuckDBPyConnection) -> pa.Table:
    """Return what is cited, in the order of the report: finding, its first row, whether it counts, and the access's place."""
    return bench.sql(
        """
        SELECT finding_id, row_no, counts, place
        FROM (
            SELECT taken.finding_id, taken.row_no, taken.counts, taken.place, taken.occurred_at, NULL AS access_id
            FROM taken
            ANTI JOIN several ON taken.finding_id = several.finding_id
            WHERE taken.place IS NOT NULL
            UNION ALL
            SELECT several.finding_id, several.first_row, bool_or(several.counts), fact.place, fact.occurred_at, fact.access_id
            FROM several
            INNER JOIN fact ON several.place = fact.place
            GROUP BY ALL
        )
        ORDER BY finding_id, occurred_at, access_id
        """
    ).to_arrow_table()


def counting_ids(cited: pa.Table, row_nos: pa.ChunkedArray, access_ids: pa.ChunkedArray) -> pa.Array:
    """Return for each finding, by the number of its first row, the list of the accesses that count, by time."""
    counting = cited.filter(cited["counts"])
    rows = counting["row_no"].to_numpy()
    begins = np.flatnonzero(np.diff(rows, prepend=-1))
    lists = _lists(np.append(begins, len(rows)), access_ids.take(counting["place"]))
    # What cites nothing that counts has the empty list, which stands last.
    nothing = _lists(np.zeros(2, np.int32), access_ids.slice(0, 0))
    wanted = row_nos.to_numpy()
    which = np.full(wanted.max(initial=-1) + 1, len(lists), np.int32)
    which[rows[begins]] = np.arange(len(lists), dtype=np.int32)
    return pa.concat_arrays([lists, nothing]).take(pa.array(which[wanted]))


def gather_evidence(cited: pa.Table, facts: Facts, at_once: int = AT_ONCE) -> pa.Table:
    """Return a row for each finding and access `cited`, with all that is known of the access. Asks no database."""
    starts = range(0, max(cited.num_rows, 1), at_once)
    return pa.concat_tables([_evidence_of(cited.slice(start, at_once), facts) for start in starts])


def _evidence_of(cited: pa.Table, facts: Facts) -> pa.Table:
    accesses = facts.accesses.select(_OF_THE_ACCESS).take(cited["place"])
    tried = pc.index_in(accesses["access_id"], value_set=facts.tried["access_id"])
    loaded = pc.index_in(accesses["load_id"], value_set=facts.loads["load_id"])
    return pa.table(
        {name: cited[name] for name in ("finding_id", "counts")}
        | {name: accesses[name] for name in _OF_THE_ACCESS if name != "load_id"}
        | {"event_ids": events_of(accesses["access_id"], facts.events), "tried": facts.tried["tried"].take(tried)}
        | {name: facts.loads[name].take(loaded) for name in ("path", "sha256")}
    )


def events_of(access_ids: pa.ChunkedArray, events: pa.Table) -> pa.Array:
    """Return the list of each access's events: those in `events`, sorted by access and `node`, else the access alone."""
    # `node` counts an access's events from 1, so that each 1 begins another list.
    begins = np.flatnonzero(events["node"].to_numpy() == 1)
    together = _lists(np.append(begins, events.num_rows), events["event_id"])
    alone = _lists(np.arange(len(access_ids) + 1), access_ids)
    among_together = pc.index_in(access_ids, value_set=events["access_id"].take(pa.array(begins)))
    among_alone = pa.array(np.arange(len(together), len(together) + len(alone)), pa.int32())
    return pa.concat_arrays([together, alone]).take(pc.coalesce(among_together, among_alone).combine_chunks())


def _lists(offsets: np.ndarray, values: pa.ChunkedArray) -> pa.ListArray:
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), values.combine_chunks())
