"""What explains each access, and what was tried where nothing does in full, kept in the warehouse.

All is reckoned anew, or only that of the pairs that something reaches.

The queries are the same. They see the accesses of those pairs as open, and of the reference tables only the rows that may
bear on them, so that what they cost follows from what changed.
"""

from audit.catalogue import tried_is_local
from audit.explain import explain_open, sql_for_tried
from audit.schema import DERIVED
from audit.upkeep.bearing import lay_what_bears
from audit.upkeep.desk import Desk
from audit.upkeep.near import NEAR, NEAR_EXPLAINED
from audit.upkeep.pairs import PAIR

_OPEN = ", ".join(DERIVED["open_access"])
_DIRTY = '"upkeep dirty access"'


def remake_explanations(desk: Desk, judges: bool) -> None:
    """Explain every access with a user and a subject, whatever the horizon; nothing where no incident is known."""
    which = "user_id IS NOT NULL AND subject_id IS NOT NULL" if judges else "FALSE"
    # A view: the first explanation takes half of them, and what it leaves is copied.
    desk.engine.create_view("open_access", f"SELECT {_OPEN} FROM {desk.standing('access')} WHERE {which}")
    explain_open(desk.engine, desk.catalogue)
    desk.keep("explained", _explained(desk.standing("access")))
    desk.execute(f"DROP TABLE IF EXISTS {desk.standing('tried')}")
    if tried_is_local(desk.catalogue):
        desk.keep("tried", _tried(desk, desk.standing("access")))
    desk.clear()


def update_explanations(desk: Desk) -> None:
    """Explain anew the pairs found; what went and came is left in `upkeep gone explained` and `upkeep made explained`.

    After `lay_near`.
    """
    lay_what_bears(desk)
    desk.engine.create_view("access", f"SELECT * FROM {NEAR}")
    desk.lay("upkeep dirty access", f"SELECT {_OPEN} FROM {NEAR} SEMI JOIN {PAIR} USING (user_id, subject_id)")
    desk.engine.create_view("open_access", f"SELECT * FROM {_DIRTY}")
    explain_open(desk.engine, desk.catalogue)
    ours = f'access_id IN (SELECT access_id FROM {_DIRTY} UNION ALL SELECT access_id FROM "upkeep gone access")'
    desk.replace_rows("explained", ["access_id"], f"SELECT * FROM {NEAR_EXPLAINED} WHERE {ours}", _explained(_DIRTY))
    if tried_is_local(desk.catalogue):
        desk.replace_rows("tried", ["access_id"], desk.placed("tried", ours), _tried(desk, _DIRTY))
    desk.clear()


def leave_explanations(desk: Desk) -> None:
    """Say that nothing is explained otherwise: where no incident is known, nothing is explained at all."""
    for word in ("gone", "made"):
        desk.lay(f"upkeep {word} explained", f"SELECT * FROM {desk.standing('explained')} WHERE FALSE")


def _explained(accesses: str) -> str:
    """SELECT for what is kept of each explained access: what explains it, and its time, for the horizon."""
    return (
        "SELECT explanation.access_id, explanation.explanation, explanation.strength, explanation.reference, "
        "access.occurred_at "
        f"FROM explanation INNER JOIN {accesses} AS access ON explanation.access_id = access.access_id"
    )


def _tried(desk: Desk, accesses: str) -> str:
    """SELECT for what was tried for each access that nothing explains in full, with its time; makes what it reads."""
    weak = ", ".join(f"access.{name}" for name in DERIVED["open_access"])
    desk.lay(
        "open_access",
        # Not all that stands in open_access is open: nobody asks after the last explanation.
        f"SELECT {_OPEN} FROM open_access ANTI JOIN explanation ON open_access.access_id = explanation.access_id "
        f"UNION ALL SELECT {weak} FROM {accesses} AS access "
        "INNER JOIN explanation ON access.access_id = explanation.access_id WHERE explanation.strength <> 'full'",
    )
    told = sql_for_tried(desk.engine, desk.catalogue)
    return (
        "SELECT told.access_id, told.tried, access.occurred_at "
        f"FROM ({told}) AS told INNER JOIN {accesses} AS access ON told.access_id = access.access_id"
    )
