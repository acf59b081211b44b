"""Why a report that is made again may differ from the one that was published: each reason with its kind, in words."""

from collections.abc import Iterator
from dataclasses import dataclass, field

# What a reason is about. `note`: known not to matter, because what stood then was used.
KINDS = ("file", "definition", "data", "purged", "query", "version", "report", "note")


@dataclass(frozen=True)
class Reason:
    """Something that is not as it was for the run. `kind`: one of KINDS."""

    kind: str
    text: str


@dataclass
class Reasons:
    """The reasons found so far, each once."""

    found: list[Reason] = field(default_factory=list)

    def add(self, kind: str, text: str) -> None:
        """Note a reason."""
        reason = Reason(kind, text)
        if reason not in self.found:
            self.found.append(reason)

    def __iter__(self) -> Iterator[Reason]:
        """Yield what may account for a difference, then the notes."""
        return iter(sorted(self.found, key=lambda reason: KINDS.index(reason.kind)))

    @property
    def that_matter(self) -> list[Reason]:
        """What may account for a difference."""
        return [reason for reason in self if reason.kind != "note"]
