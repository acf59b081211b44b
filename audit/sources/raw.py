"""The columns of one file as they stand in the engine: what a definition's names are looked up in."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class RawColumns:
    """The text columns of one file: header name -> column name in the engine.

    `typed_times` are the engine's columns whose cells were times already (Parquet), so that no declared format applies.
    `mixed_times` are those of which some cells were times and others text (XLSX): both ISO and declared formats apply.
    `headers` names a table of the record_no of header rows that stand among the records, where there are any.
    `trimmed`: no cell begins or ends with white space, and none is empty that is not NULL.
    """

    names: Mapping[str, str]
    typed_times: frozenset[str] = frozenset()
    mixed_times: frozenset[str] = frozenset()
    headers: str | None = None
    trimmed: bool = False

    def find(self, name: str) -> str | None:
        """Return the engine's column for a header name: exact after trimming, else the only one that differs in case."""
        wanted = name.strip()
        if wanted in self.names:
            return self.names[wanted]
        near = [column for header, column in self.names.items() if header.lower() == wanted.lower()]
        return near[0] if len(near) == 1 else None
