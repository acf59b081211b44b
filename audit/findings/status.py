"""Say of each finding whether it is new, updated or unchanged against those before: by its level and the accesses that count.

Nearly all of a year's hundreds of thousands of findings stood before as they do now, with one access each: so they are compared
column by column, and no list is looked at by itself.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

NEW, UPDATED, UNCHANGED = "new", "updated", "unchanged"


def tell_status(now: pa.Table, before: pa.Table | None) -> pa.ChunkedArray:
    """Return the status of each finding of `now`. Both tables have finding_id, level and event_ids; ids stand once."""
    if before is None:
        return pa.chunked_array([pa.repeat(NEW, now.num_rows)])
    places = pc.index_in(now["finding_id"], value_set=before["finding_id"])
    before = before.select(["level", "event_ids"]).take(places)
    same = pc.and_(pc.equal(now["level"], before["level"]), _same_lists(now["event_ids"], before["event_ids"]))
    return pc.if_else(pc.is_null(places), NEW, pc.if_else(same, UNCHANGED, UPDATED))


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
