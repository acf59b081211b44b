"""What kinds of unit there are and how each works: rotas, systems, incidents, rights. Data only, no SQL.

Numbers are plausible rather than measured: no police force publishes them. What matters for a test of detectors is that
units differ from one another, as they do in life.
"""

from collections.abc import Mapping
from dataclasses import dataclass

# A system and the kind of subject looked up on it (PERSON 0, VEHICLE 1, ADDRESS 2, PHONE 3, ALIAS 4, INCIDENT 5).
Use = tuple[str, int]
SYSTEMS = ("NDB", "RMS", "ALPR", "CAD", "INTEL", "COURT")


@dataclass(frozen=True)
class UnitKind:
    """A kind of unit. `desk` is the accesses a shift makes under a standing authority, `caseload` its share of incidents."""

    name: str
    role: str
    share: float
    size: int
    rota: str
    desk: float
    caseload: float
    desk_uses: tuple[Use, ...] = ()
    slip_uses: tuple[Use, ...] = ()


_PATROL: tuple[Use, ...] = (("NDB", 0), ("NDB", 1), ("RMS", 0), ("RMS", 0), ("NDB", 0), ("CAD", 2))
_DETECTIVE: tuple[Use, ...] = (("NDB", 0), ("RMS", 0), ("RMS", 0), ("INTEL", 0), ("ALPR", 1), ("NDB", 1))

UNIT_KINDS = (
    UnitKind("response", "response_officer", 0.34, 25, "shifts", 0, 0.50, (), _PATROL),
    UnitKind("neighbourhood", "neighbourhood_officer", 0.12, 20, "late", 0, 0.11, (), _PATROL),
    UnitKind("cid", "detective", 0.14, 20, "office", 0, 0.15, (), _DETECTIVE),
    UnitKind("safeguarding", "safeguarding_detective", 0.08, 16, "office", 0, 0.09, (), _DETECTIVE),
    UnitKind(
        "control", "dispatcher", 0.09, 24, "shifts", 7.0, 0,
        (("CAD", 5), ("CAD", 5), ("CAD", 5), ("CAD", 2), ("CAD", 2), ("CAD", 3), ("NDB", 1), ("NDB", 1), ("NDB", 0)),
        (("RMS", 0), ("RMS", 1), ("RMS", 0)),
    ),
    UnitKind(
        "intelligence", "analyst", 0.05, 12, "days", 5.0, 0.06,
        (("INTEL", 0), ("INTEL", 0), ("INTEL", 1), ("INTEL", 3), ("RMS", 0), ("RMS", 5)),
        (("NDB", 0), ("NDB", 1)),
    ),
    UnitKind(
        "roads", "roads_officer", 0.06, 16, "shifts", 2.5, 0.08,
        (("ALPR", 1), ("ALPR", 1), ("NDB", 1), ("NDB", 1), ("NDB", 1)),
        (("RMS", 0), ("RMS", 0), ("RMS", 2)),  # a right to a vehicle is a right to its keeper on the same system
    ),
    UnitKind("custody", "detention_officer", 0.05, 12, "shifts", 3.0, 0, (("NDB", 0),), (("RMS", 0), ("RMS", 2))),
    UnitKind("psd", "psd_investigator", 0.02, 16, "office", 2.0, 0.01, (("RMS", 0), ("NDB", 0), ("RMS", 5))),
    UnitKind(
        "admin", "records_clerk", 0.05, 12, "office", 4.0, 0,
        (("RMS", 0), ("RMS", 0), ("RMS", 5), ("RMS", 5), ("COURT", 5), ("COURT", 5)),
        (("NDB", 0), ("NDB", 1)),
    ),
)  # fmt: skip
BY_NAME: Mapping[str, UnitKind] = {kind.name: kind for kind in UNIT_KINDS}

# Which system an officer turns to, by the kind of subject. A name that stands twice is twice as likely.
_PATROL_SYSTEMS = (
    ("NDB", "NDB", "RMS"),
    ("NDB", "NDB", "ALPR"),
    ("CAD", "RMS"),
    ("CAD",),
    ("RMS", "NDB"),
    ("CAD", "RMS"),
)
_DETECTIVE_SYSTEMS = (
    ("NDB", "NDB", "RMS", "RMS", "INTEL"), ("NDB", "ALPR", "RMS"), ("RMS", "CAD"), ("RMS",), ("RMS", "NDB", "INTEL"), ("RMS",),
)  # fmt: skip
_OFFICE_SYSTEMS = (("RMS",), ("RMS",), ("RMS",), ("CAD",), ("RMS",), ("RMS",))
SYSTEMS_BY_SUBJECT: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "response": _PATROL_SYSTEMS,
    "neighbourhood": _PATROL_SYSTEMS,
    "roads": _PATROL_SYSTEMS,
    "cid": _DETECTIVE_SYSTEMS,
    "safeguarding": _DETECTIVE_SYSTEMS,
    "intelligence": (("INTEL", "RMS"), ("INTEL",), ("INTEL",), ("INTEL",), ("INTEL",), ("RMS", "INTEL")),
    "psd": _OFFICE_SYSTEMS,
    "control": (("NDB",), ("NDB",), ("CAD",), ("CAD",), ("NDB",), ("CAD",)),
    "custody": _OFFICE_SYSTEMS,
    "admin": _OFFICE_SYSTEMS,
}

# Kind of incident -> mean days open, by the kind of unit that owns it. A kind that is listed first is commonest.
INCIDENT_KINDS: Mapping[str, Mapping[str, int]] = {
    "response": {"theft": 6, "assault": 8, "public_order": 4, "missing_person": 5, "domestic_abuse": 10, "burglary": 9},
    "neighbourhood": {"antisocial_behaviour": 15, "neighbour_dispute": 15, "shoplifting": 6},
    "cid": {"burglary": 25, "fraud": 40, "robbery": 30, "drugs": 40, "homicide": 90},
    "safeguarding": {"domestic_abuse": 30, "child_protection": 45, "stalking": 35, "sexual_offence": 50},
    "roads": {"collision": 20, "collision_injury": 40, "drink_drive": 12},
    "intelligence": {"intelligence": 30, "organised_crime": 60},
    "psd": {"conduct": 60},
}
VICTIM_KINDS = ("domestic_abuse", "child_protection", "stalking", "sexual_offence")

# (role, unit kind, system, kind of subject): who needs no incident. A None matches anything.
AUTHORITIES: tuple[tuple[str | None, str | None, str | None, str | None], ...] = (
    (None, "control", "CAD", None),
    (None, "control", "NDB", None),
    (None, "intelligence", "INTEL", None),
    (None, "intelligence", "RMS", None),
    ("roads_officer", None, "ALPR", "vehicle"),
    ("roads_officer", None, "NDB", "vehicle"),
    ("detention_officer", None, "NDB", "person"),
    ("psd_investigator", None, None, None),
    ("records_clerk", None, "RMS", None),
    ("records_clerk", None, "COURT", None),
)

# Systems that a role may not use at all, and kinds of subject that decide otherwise (tiered access).
DENIED: Mapping[str, tuple[str, ...]] = {
    "response_officer": ("INTEL", "COURT"),
    "neighbourhood_officer": ("INTEL", "COURT"),
    "roads_officer": ("INTEL", "COURT"),
    "detective": (),
    "safeguarding_detective": (),
    "dispatcher": ("INTEL", "ALPR", "COURT"),
    "analyst": ("COURT",),
    "detention_officer": ("INTEL", "ALPR", "COURT"),
    "psd_investigator": (),
    "records_clerk": ("INTEL", "ALPR"),
}
BY_SUBJECT_KIND: tuple[tuple[str, str, str, bool], ...] = (
    ("response_officer", "RMS", "phone", False),
    ("neighbourhood_officer", "RMS", "phone", False),
    ("dispatcher", "RMS", "phone", False),
    ("records_clerk", "RMS", "phone", False),
    ("roads_officer", "INTEL", "vehicle", True),
)

# (code, meaning, needs a reference, valid)
REASON_CODES = (
    ("01", "Arrest", True, True),
    ("02", "Stop or stop and search", False, True),
    ("03", "Traffic", False, True),
    ("04", "Crime enquiry", True, True),
    ("05", "Warrant or court", True, True),
    ("06", "Welfare or missing person", False, True),
    ("07", "Intelligence", False, True),
    ("08", "Other police purpose", False, True),
    ("99", "Withdrawn: routine", False, False),
)
