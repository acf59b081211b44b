"""The columns of one file as they stand in the engine: what a definition's names are looked up in."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class RawColumns:
    """The text columns of one file: header name -> column name in the engine.

    `typed_times` are the engine's columns whose cells were times already (Parquet), so that no declared format applies.
    `trimmed`: no cell begins or ends with white space, and none is empty that is not NULL.
    """

    names: Mapping[str, str]
    typed_times: frozenset[str] = frozenset()
    trimmed: bool = False

    def find(self, name: str) -> str | None:
        """Return the engine's column for a header name: exact after trimming, else the only one that differs in case."""
        wanted = name.strip()
        if wanted in self.names:
            return self.names[wanted]
        near = [column for header, column in self.names.items() if header.lower() == wanted.lower()]
        return near[0] if len(near) == 1 else None
