"""Compare the findings with those before: which are new, updated or unchanged, by level and the accesses that count, and which
are gone.

Nearly all of a year's hundreds of thousands of findings stood before as they do now, with one access each: so they are compared
column by column, and no list is looked at by itself.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

NEW, UPDATED, UNCHANGED = "new", "updated", "unchanged"


@dataclass(frozen=True)
class Compared:
    """The status of each finding, and the ids of those before that are not there any more."""

    status: pa.ChunkedArray
    gone: pa.ChunkedArray


def compare_findings(now: pa.Table, before: pa.Table | None) -> Compared:
    """Compare. Both tables have finding_id, level and event_ids; an id stands once."""
    if before is None:
        return Compared(pa.chunked_array([pa.repeat(NEW, now.num_rows)]), pa.chunked_array([], pa.string()))
    places = pc.index_in(now["finding_id"], value_set=before["finding_id"])
    stood = before.select(["level", "event_ids"]).take(places)
    same = pc.and_(pc.equal(now["level"], stood["level"]), _same_lists(now["event_ids"], stood["event_ids"]))
    is_gone = np.full(before.num_rows, True)
    is_gone[places.drop_null().to_numpy()] = False
    return Compared(
        pc.if_else(pc.is_null(places), NEW, pc.if_else(same, UNCHANGED, UPDATED)),
        before["finding_id"].filter(pa.array(is_gone)),
    )


def _same_lists(one: pa.ChunkedArray, other: pa.ChunkedArray) -> pa.Array:
    """Say of each pair of lists whether they hold the same texts in the same order. A list that is not there is empty."""
    left, right = _lengths(one), _lengths(other)
    same = left == right
    long = pa.array(same)
    differs = pc.not_equal(pc.list_flatten(one.filter(long)), pc.list_flatten(other.filter(long)))
    of_pair = np.repeat(np.flatnonzero(same), left[same])
    same[of_pair[differs.to_numpy()]] = False
    return pa.array(same)


def _lengths(lists: pa.ChunkedArray) -> np.ndarray:
    lengths: np.ndarray = pc.fill_null(pc.list_value_length(lists), 0).to_numpy()
    return lengths
