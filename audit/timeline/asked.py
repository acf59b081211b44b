"""What is asked for, and what is told of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Asked:
    """A user, a subject, or both; None = any. `since` and `until` are local days, both included.

    `limit`: how many accesses at most, the newest; None = all. `unexplained`: these alone.
    """

    user_id: str | None = None
    subject_id: str | None = None
    since: date | None = None
    until: date | None = None
    limit: int | None = None
    unexplained: bool = False


@dataclass(frozen=True)
class Timeline:
    """`rows`: accesses and what is known beside them, by time (UTC); those without a time come first, they always hold.

    `states`: how many accesses there are of each state, whatever the limit and `unexplained`. `left_out`: how many older ones
    than those shown there are. `users`: who looked, with counts, where only a subject was asked for.
    """

    asked: Asked
    rows: pa.Table
    states: Mapping[str, int]
    left_out: int
    users: Sequence[Row] = ()

    @property
    def access_ids(self) -> list[str]:
        """The accesses shown, by time."""
        return [access_id for access_id in self.rows["access_id"].to_pylist() if access_id is not None]
