"""What a run was made from and what it made: `Manifest`, and manifest.json. Writes nothing itself.

The manifest is the only file of a report that holds clock times, so it is the only one that differs between two runs
over the same data.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

_SELF = "self_sha256"

Parameter = int | float | str | bool | tuple[str, ...]


@dataclass(frozen=True)
class InputFile:
    """A file that the findings rest on, from the load log: all that stand in the warehouse, not only tonight's.

    `input`, `table`, `definition`: the input that it came by, its canonical table, and the hash of the definition that
    mapped it; "" in manifests of earlier versions.
    """

    source: str
    path: str
    sha256: str
    bytes: int
    records: int
    loaded: int
    duplicates: int
    quarantined: int
    rejected: int
    load_id: int
    input: str = ""
    table: str = ""
    definition: str = ""


@dataclass(frozen=True)
class QueryUsed:
    """A query as it ran. `kind` is access, view, explanation, detector or report."""

    id: str
    kind: str
    sha256: str
    parameters: Mapping[str, Parameter] = field(default_factory=dict)


@dataclass(frozen=True)
class ReportFile:
    """A file of the report. `rows` is None where the file is no table."""

    name: str
    sha256: str
    bytes: int
    rows: int | None


@dataclass(frozen=True)
class Disposition:
    """The last review of a finding, as it stood for the run. `excludes`: it did then; `entry` is its hash on the ledger."""

    finding_id: str
    outcome: str
    review: int
    entry: str
    excludes: bool


@dataclass(frozen=True)
class Skipped:
    """A detector that did not run, and why. Skipped is not "no findings"."""

    detector: str
    reason: str


@dataclass(frozen=True)
class Horizon:
    """The span of the events, and up to when accesses are judged (None = no limit). All UTC without a zone.

    `judges` is False when there is no incident table, so that nothing is called unexplained.
    """

    oldest_at: datetime | None = None
    newest_at: datetime | None = None
    judged_until: datetime | None = None
    judges: bool = True


@dataclass(frozen=True)
class Manifest:
    """All that is needed to say where a report came from, and to make it again.

    `started_at` and `finished_at` are aware. `seconds` are wall-clock seconds by step and by detector.
    `previous_manifest_sha256` hashes the manifest file of the run before. `compared_with` is the newest run whose findings
    `status` refers to, and `compared_by_detector` tells the run of each detector, where runs of some detectors alone came
    between. `only`: the run was of these detectors alone; () = of all. `basis` is a hash over data, dispositions and all
    queries and parameters but those of the detectors, whose own hashes stand in `queries`.
    `ledger_head` is the ledger's last entry before that of this run, whose hash no manifest can hold: it holds the manifest's.
    `warnings` must hold no clock time or run id: report.html shows them, and its bytes may not differ between runs.
    """

    run_id: str
    started_at: datetime
    finished_at: datetime
    purpose: str
    workspace: str
    timezone: str
    basis: str
    versions: Mapping[str, str]
    step_seconds: Mapping[str, float] = field(default_factory=dict)
    detector_seconds: Mapping[str, float] = field(default_factory=dict)
    inputs: tuple[InputFile, ...] = ()
    queries: tuple[QueryUsed, ...] = ()
    files: tuple[ReportFile, ...] = ()
    dispositions: tuple[Disposition, ...] = ()
    ledger_head: str | None = None
    previous_manifest_sha256: str | None = None
    compared_with: str | None = None
    compared_by_detector: Mapping[str, str] = field(default_factory=dict)
    only: tuple[str, ...] = ()
    horizon: Horizon = Horizon()
    skipped: tuple[Skipped, ...] = ()
    warnings: tuple[str, ...] = ()

    def detectors(self) -> dict[str, QueryUsed]:
        """Return the detectors that the run was of, by id; skipped ones too, but those that did not run to their end."""
        return {query.id: query for query in self.queries if query.kind == "detector"}

    def failed(self) -> set[str]:
        """Return the detectors that did not run to their end: they are told as skipped, and found nothing out."""
        return {skip.detector for skip in self.skipped} - self.detectors().keys()


def manifest_to_json(manifest: Manifest) -> str:
    """Return the text of manifest.json: sorted keys, two spaces, a newline at the end, ASCII.

    `self_sha256` hashes the text without that key, so that a report which was carried elsewhere can still be checked.
    """
    content = asdict(manifest)
    content["seconds"] = {"steps": content.pop("step_seconds"), "detectors": content.pop("detector_seconds")}
    return sealed(content)


def sealed(content: Mapping[str, Any]) -> str:
    """Return the text of a manifest with the hash of itself in it, as `is_as_written` checks it."""
    return _text({**content, _SELF: hashlib.sha256(_text(content).encode()).hexdigest()})


def is_as_written(text: bytes) -> bool:
    """Say whether the bytes of a manifest are those that were written, by the hash that it holds of itself.

    That finds damage, not somebody who reckons the hash anew: against them stands the manifest's hash on the ledger.
    """
    try:
        content = json.loads(text)
        told = content.pop(_SELF)
        return bool(
            told == hashlib.sha256(_text(content).encode()).hexdigest()
            and _text(content | {_SELF: told}).encode() == text
        )
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
        return False


def _text(content: Mapping[str, Any]) -> str:
    return json.dumps(content, sort_keys=True, indent=2, default=_time_to_json, allow_nan=False) + "\n"


def manifest_from_json(text: str) -> Manifest:
    """Read what `manifest_to_json` wrote. Keys of a later version are passed over.

    Raises ValueError, TypeError or KeyError for anything else.
    """
    content: dict[str, Any] = json.loads(text)
    seconds = content["seconds"]
    special = {
        "started_at": datetime.fromisoformat(content["started_at"]),
        "finished_at": datetime.fromisoformat(content["finished_at"]),
        "step_seconds": seconds["steps"],
        "detector_seconds": seconds["detectors"],
        "inputs": tuple(InputFile(**_known(InputFile, item)) for item in content["inputs"]),
        "queries": tuple(_query(item) for item in content["queries"]),
        "files": tuple(ReportFile(**_known(ReportFile, item)) for item in content["files"]),
        "horizon": _horizon(content["horizon"]),
        "skipped": tuple(Skipped(**_known(Skipped, item)) for item in content["skipped"]),
        "warnings": tuple(content["warnings"]),
        # Not in the manifests of earlier versions.
        "only": tuple(content.get("only", ())),
        "dispositions": tuple(Disposition(**_known(Disposition, item)) for item in content.get("dispositions", ())),
    }
    return Manifest(**(_known(Manifest, content) | special))


def _horizon(item: dict[str, Any]) -> Horizon:
    times = {name: _time_from_json(value) for name, value in _known(Horizon, item).items() if isinstance(value, str)}
    return Horizon(**times, judges=bool(item["judges"]))


def _query(item: dict[str, Any]) -> QueryUsed:
    parameters = {
        name: tuple(value) if isinstance(value, list) else value for name, value in item["parameters"].items()
    }
    return QueryUsed(**(_known(QueryUsed, item) | {"parameters": parameters}))


def _known(record: type, item: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name in record.__dataclass_fields__}  # type: ignore[attr-defined]


def _time_to_json(value: object) -> str:
    """Write a time in UTC with a Z: naive times are UTC already."""
    if not isinstance(value, datetime):
        raise TypeError(f"{type(value).__name__} has no place in a manifest")
    utc = value if value.tzinfo is None else value.astimezone(UTC).replace(tzinfo=None)
    return utc.isoformat() + "Z"


def _time_from_json(text: str) -> datetime:
    """Read a time as UTC without a zone, as the tables hold it."""
    return datetime.fromisoformat(text).replace(tzinfo=None)
