"""How a loader that keeps the contract must count the records of one source."""

from dataclasses import dataclass


@dataclass
class Tally:
    """Counts of one source over all its files; every record ends in exactly one of the last four."""

    files: int = 0
    loaded: int = 0
    duplicates: int = 0
    quarantined: int = 0
    rejected: int = 0

    def counts(self) -> dict[str, int]:
        """The counts by name, with their sum."""
        records = self.loaded + self.duplicates + self.quarantined + self.rejected
        return {
            "files": self.files,
            "records": records,
            "loaded": self.loaded,
            "duplicates": self.duplicates,
            "quarantined": self.quarantined,
            "rejected": self.rejected,
        }


def halves(year: int) -> list[tuple[str, int, int]]:
    """(name, first month, last month) of the half-years."""
    return [(f"{year}H1", 1, 6), (f"{year}H2", 7, 12)]
