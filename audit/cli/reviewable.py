"""What can be reviewed under a name: a finding, a control access, or an access that `audit sample` drew."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from audit.cli.session import Session
from audit.errors import AuditError, InputOutputError, UsageError
from audit.ledger import Chain, ledger_of
from audit.report.read import Run, find_control
from audit.reviews import reviewed_control
from audit.sampled import Draw, find_draw


@dataclass(frozen=True)
class Finding:
    """A finding, and the report that it stands in."""

    run: Run
    row: Mapping[str, Any]


@dataclass(frozen=True)
class ControlAccess:
    """A control access of the newest report, or as it was drawn when it was reviewed last. `draw`: the last that holds it too."""

    run: Run
    row: Mapping[str, Any]
    draw: Draw | None = None


@dataclass(frozen=True)
class SampledAccess:
    """An access of the last draw that holds it."""

    draw: Draw
    access_id: str


Reviewable = Finding | ControlAccess | SampledAccess


def find_reviewable(session: Session, name: str) -> Reviewable:
    """Return what has that name: the finding of that id or of the only one that begins so, or the access of just that id.

    Raises:
        UsageError: there is none, or it is an access and the beginning of a finding's id. Else as `Session.find_finding`.

    """
    access = _find_access(session, ledger_of(session.workspace()).read(), name)
    try:
        run, row = session.find_finding(name)
    except AuditError as fault:
        # Where no report was made yet, accesses can have been drawn all the same.
        if access is None or not isinstance(fault, UsageError | InputOutputError):
            raise
        return access
    if access is not None:
        raise UsageError(
            f"\"{name}\": is an access drawn by lot, and a finding's id begins so; give all of the finding's id"
        )
    return Finding(run, row)


def _find_access(session: Session, chain: Chain, name: str) -> ControlAccess | SampledAccess | None:
    draw = find_draw(chain, name)
    try:
        run = session.latest_run("control")
    except InputOutputError:
        if draw is None:
            raise
        return SampledAccess(draw, name)
    row = find_control(run, name) or reviewed_control(chain, name)
    if row is not None:
        return ControlAccess(run, row, draw)
    return None if draw is None else SampledAccess(draw, name)
