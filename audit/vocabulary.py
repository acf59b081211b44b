"""The words that columns of the canonical tables know; any other is quarantined."""

ACTIONS = (
    "search",
    "view",
    "print",
    "export",
    "disclose",
    "create",
    "amend",
    "delete",
    "merge",
    "close",
    "defer",
    "assign",
    "disseminate",
    "assess",
    "notify",
    "other",
)
SUBJECT_KINDS = (
    "person",
    "vehicle",
    "address",
    "phone",
    "incident",
    "intelligence",
    "custody",
    "media",
    "other",
)
DUTY_STATUSES = ("on_duty", "overtime", "leave", "sick", "suspended", "restricted")
LINK_RELATIONS = ("keeper", "occupant", "phone_user", "family", "partner", "alias", "associate")
RELATIONSHIPS = (
    "self",
    "partner",
    "ex_partner",
    "family",
    "household",
    "neighbour",
    "friend",
    "associate",
    "own_vehicle",
    "own_address",
)
WARNING_KINDS = ("advice", "written", "final", "training", "restriction", "investigation_notice", "policy")
