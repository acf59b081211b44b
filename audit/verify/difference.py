"""What a verification says: differences, which are faults, and notes, which are none."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Remark:
    """Something about a part (ledger, report, input, load): what it is about, and what is odd. `differs`: a fault."""

    part: str
    name: str
    text: str
    differs: bool


@dataclass(frozen=True)
class Outcome:
    """What was looked at, and what was found. `counts`: part -> how many were checked."""

    counts: dict[str, int]
    remarks: tuple[Remark, ...]
    head: str | None = None

    @property
    def differs(self) -> bool:
        """Say whether anything is not as it was written."""
        return any(remark.differs for remark in self.remarks)


def differences(part: str, name: str, texts: Iterable[str]) -> list[Remark]:
    """Return a difference for each text."""
    return [Remark(part, name, text, True) for text in texts]


def notes(part: str, name: str, texts: Iterable[str]) -> list[Remark]:
    """Return a note for each text."""
    return [Remark(part, name, text, False) for text in texts]
