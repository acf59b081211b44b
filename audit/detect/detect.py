"""Run detectors over what is explained. A detector that cannot run says why; the others run all the same."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pyarrow as pa

from audit.catalogue import Catalogue, Detector
from audit.detect.chance import with_chance
from audit.engine import Engine
from audit.errors import AuditError, QueryError, QueryOutOfMemory
from audit.sql import quote_identifier


@dataclass(frozen=True)
class Detection:
    """What one detector returned: a row for each finding and access; or why it was skipped.

    `failed`: it was skipped because it could not be run to its end.
    """

    detector: Detector
    rows: pa.Table
    seconds: float = 0.0
    skipped: str | None = None
    failed: AuditError | None = None


def run_detectors(
    engine: Engine, catalogue: Catalogue, wanted: Iterable[str], notify: Callable[[str], None]
) -> list[Detection]:
    """Run the detectors wanted (all, when none is named), in the order of their ids."""
    named = set(wanted)
    chosen = [detector for detector in catalogue.detectors if not named or detector.id in named]
    log = _what_the_log_names(engine)
    detections = []
    for detector in chosen:
        reason = _reason_to_skip(engine, detector, log)
        if reason:
            detections.append(Detection(detector, pa.table({}), skipped=reason))
            continue
        notify(f"detecting {detector.id}")
        started = time.perf_counter()
        try:
            rows = with_chance(detector, engine.query(detector.sql, detector.bound()))
        except (QueryError, QueryOutOfMemory) as fault:
            failed = type(fault)(f"detector {detector.id}: failed: {message}" for message in fault.faults)
            seconds = time.perf_counter() - started
            detections.append(Detection(detector, pa.table({}), seconds, f"failed: {fault}", failed))
            continue
        detections.append(Detection(detector, rows, time.perf_counter() - started))
    return detections


def failures(detections: Iterable[Detection]) -> list[AuditError]:
    """Return what stopped detectors that could not be run to their end."""
    return [detection.failed for detection in detections if detection.failed is not None]


@dataclass(frozen=True)
class _Log:
    """Whether there are accesses, and what they name at all."""

    accesses: bool
    users: bool
    subjects: bool


def _what_the_log_names(engine: Engine) -> _Log:
    users, subjects = (not _is_empty(engine, "access", f"{name} IS NOT NULL") for name in ("user_id", "subject_id"))
    return _Log(not _is_empty(engine, "access"), users, subjects)


def _reason_to_skip(engine: Engine, detector: Detector, log: _Log) -> str | None:
    for entry in detector.requires:
        if all(_is_empty(engine, table) for table in entry.split(" or ")):
            return f"needs {entry}, and none is loaded"
    if "user_id" in detector.key and log.accesses and not log.users:
        return "all users are masked or absent"
    if "subject_id" in detector.key and log.accesses and not log.subjects:
        return "no access names a subject"
    return None


def _is_empty(engine: Engine, table: str, which: str = "TRUE") -> bool:
    found = engine.query(f"SELECT 1 AS found FROM {quote_identifier(table)} WHERE {which} LIMIT 1")
    return int(found.num_rows) == 0
