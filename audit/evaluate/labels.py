"""Read DIR/labels: what was planted in a force, what only looks like it, and what each event is. Judges nothing."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from audit.errors import InputOutputError

PRINCIPAL, MINOR = "principal", "minor"
FOLDER = "labels"
_COLUMNS = {
    "cases.csv": (
        "case_id",
        "kind",
        "rank_as",
        "user_id",
        "subject_id",
        "detector",
        "key",
        "accesses",
        "days",
        "details",
    ),
    "lookalikes.csv": ("kind", "detector", "user_id", "subject_id", "key"),
    "events.csv": ("event_id", "label"),
}
# Labels of events that belong to no case.
_NO_CASE = ("honest", "honest-unexplained", "machine")


@dataclass(frozen=True)
class Expectation:
    """A finding that a detector is meant to make of a case. `accesses` and `days`: None where honest work counts too."""

    case_id: str
    kind: str
    rank_as: str
    user_id: str | None
    subject_id: str | None
    detector: str
    key: Mapping[str, str]
    accesses: int | None
    days: int | None
    details: Mapping[str, Any]


@dataclass(frozen=True)
class Lookalike:
    """An innocent pattern, and the detector that must leave it alone."""

    kind: str
    user_id: str | None
    subject_id: str | None
    detector: str
    key: Mapping[str, str]


@dataclass(frozen=True)
class Labels:
    """All labels of a force but those of honest events: `case_events` is event -> case."""

    expectations: Sequence[Expectation]
    lookalikes: Sequence[Lookalike]
    case_events: Mapping[str, str]

    @property
    def principals(self) -> frozenset[str]:
        """The users who belong at the top."""
        return self._users(PRINCIPAL)

    @property
    def minors(self) -> frozenset[str]:
        """The users who did something, but faint, and nothing that puts them at the top."""
        return self._users(MINOR) - self.principals

    def _users(self, rank_as: str) -> frozenset[str]:
        return frozenset(one.user_id for one in self.expectations if one.rank_as == rank_as and one.user_id)


def read_labels(workspace: Path) -> Labels:
    """Read the labels of a simulated workspace.

    Raises:
        InputOutputError: they are not there, or not what `audit simulate` writes; all faults at once.
    """
    folder = workspace / FOLDER
    if not folder.is_dir():
        raise InputOutputError(
            f"{folder}: is not there, so nothing says what should be found; only a force made with `audit simulate DIR` "
            "has labels (what the sample force must give stands in its EXPECTED.toml)"
        )
    faults = [fault for name in _COLUMNS for fault in _faults(folder / name)]
    if faults:
        raise InputOutputError(faults)
    return Labels(
        [_expectation(folder, row) for row in _rows(folder / "cases.csv")],
        [_lookalike(folder, row) for row in _rows(folder / "lookalikes.csv")],
        _read_case_events(folder / "events.csv"),
    )


def _faults(path: Path) -> Iterator[str]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            header = next(csv.reader(file), [])
    except (OSError, UnicodeDecodeError, csv.Error):
        yield f"{path}: cannot be read; make the force anew with: audit simulate"
        return
    lacking = [name for name in _COLUMNS[path.name] if name not in header]
    if lacking:
        yield f"{path}: lacks the columns {', '.join(lacking)}; make the force anew with: audit simulate"


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _expectation(folder: Path, row: Mapping[str, str]) -> Expectation:
    try:
        return Expectation(
            row["case_id"], row["kind"], row["rank_as"], row["user_id"] or None, row["subject_id"] or None, row["detector"],
            _object(row["key"]), int(row["accesses"]) if row["accesses"] else None, int(row["days"]) if row["days"] else None,
            _object(row["details"]),
        )  # fmt: skip
    except (ValueError, TypeError, AttributeError) as fault:
        raise _broken(folder / "cases.csv") from fault


def _lookalike(folder: Path, row: Mapping[str, str]) -> Lookalike:
    try:
        key = _object(row["key"])
    except (ValueError, TypeError) as fault:
        raise _broken(folder / "lookalikes.csv") from fault
    return Lookalike(row["kind"], row["user_id"] or None, row["subject_id"] or None, row["detector"], key)


def _object(text: str) -> dict[str, Any]:
    content = json.loads(text or "{}")
    if not isinstance(content, dict):
        raise ValueError("no JSON object")
    return content


def _broken(path: Path) -> InputOutputError:
    return InputOutputError(f"{path}: a row is not what it should be; make the force anew with: audit simulate")


def _read_case_events(path: Path) -> dict[str, str]:
    """Return event -> case; read piece by piece, since honest events are millions."""
    found: dict[str, str] = {}
    options = arrow_csv.ConvertOptions(
        include_columns=["event_id", "label"], column_types={"event_id": pa.string(), "label": pa.string()}
    )
    try:
        with arrow_csv.open_csv(path, convert_options=options) as reader:
            for batch in reader:
                planted = batch.filter(pc.invert(pc.is_in(batch["label"], pa.array(_NO_CASE))))
                found.update(zip(planted["event_id"].to_pylist(), planted["label"].to_pylist(), strict=True))
    except (OSError, pa.ArrowException) as fault:
        raise _broken(path) from fault
    return found
