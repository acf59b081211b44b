"""Standing authorities, permissions and reason codes of the force, written into the plan."""

from audit.simulate.habits import AUTHORITIES, BY_SUBJECT_KIND, DENIED, REASON_CODES, SYSTEMS
from audit.simulate.plan import Plan
from audit.simulate.staff import Staff


def declare_rights(plan: Plan, staff: Staff) -> None:
    """Declare who may look without an incident, who may not look at all, and which reason codes are good."""
    for role, unit_kind, system, subject_kind in AUTHORITIES:
        units = [unit.name for unit in staff.units if unit.kind == unit_kind] if unit_kind else [None]
        for unit in units:
            plan.add(
                "authority",
                authority_id=plan.serial("S"),
                role=role,
                unit=unit,
                system=system,
                subject_kind=subject_kind,
            )
    for role, denied in DENIED.items():
        for system in SYSTEMS:
            plan.add("permission", role=role, system=system, allowed=system not in denied)
    for role, system, kind, allowed in BY_SUBJECT_KIND:
        plan.add("permission", role=role, system=system, subject_kind=kind, allowed=allowed)
    for code, meaning, needs, valid in REASON_CODES:
        plan.add("reason_code", code=code, system="NDB", meaning=meaning, needs_reference=needs, valid=valid)
