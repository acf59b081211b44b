"""The accesses asked for, each with what explains it or what was tried in vain, and whether the user was on duty."""

from collections.abc import Mapping

from audit.catalogue import Catalogue
from audit.engine import Engine
from audit.explain import SQL_FOR_STATES, STATES, tell_tried
from audit.timeline.asked import Asked, Row

_USERS = """
SELECT
    user_id,
    count(*) AS accesses,
    count(*) FILTER (WHERE state = 'explained') AS explained,
    count(*) FILTER (WHERE state = 'weak') AS weak,
    count(*) FILTER (WHERE state = 'unexplained') AS unexplained,
    count(*) FILTER (WHERE state = 'unjudged') AS unjudged,
    min(occurred_at) AS first_at,
    max(occurred_at) AS last_at
FROM found_access
GROUP BY user_id
ORDER BY unexplained DESC, weak DESC, accesses DESC, user_id
"""
# Whatever the margins of off_duty_access make of an access stands; else the period that it lies in, work before absence.
_TOLD = """
WITH in_period AS (
    SELECT
        chosen_access.access_id,
        min_by(duty.status, list_position(['overtime', 'on_duty', 'restricted', 'suspended', 'leave', 'sick'], duty.status))
            AS status
    FROM chosen_access
    INNER JOIN duty
        ON
            chosen_access.user_id = duty.user_id
            AND chosen_access.occurred_at >= duty.starts_at
            AND chosen_access.occurred_at < duty.ends_at
    GROUP BY chosen_access.access_id
),

-- One row for each, whatever an own query of that name gives.
off_duty AS (
    SELECT
        access_id,
        min_by(state, gravity) AS state
    FROM off_duty_access
    SEMI JOIN chosen_access ON off_duty_access.access_id = chosen_access.access_id
    GROUP BY access_id
)

SELECT
    chosen_access.*,
    tried_in_vain.tried,
    coalesce(off_duty.state, in_period.status) AS duty
FROM chosen_access
LEFT JOIN in_period ON chosen_access.access_id = in_period.access_id
LEFT JOIN off_duty ON chosen_access.access_id = off_duty.access_id
LEFT JOIN tried_in_vain ON chosen_access.access_id = tried_in_vain.access_id
"""


def choose_accesses(engine: Engine, catalogue: Catalogue, asked: Asked) -> None:
    """Make `found_access`, all that meet the question, and `told_access`, those to be shown with all that is told of them."""
    conditions = [
        ("access.user_id = $user_id", asked.user_id),
        ("access.subject_id = $subject_id", asked.subject_id),
        ("access.local_date >= $since", asked.since),
        ("access.local_date <= $until", asked.until),
    ]
    which = " AND ".join(text for text, value in conditions if value is not None)
    engine.create_table("found_access", f"{SQL_FOR_STATES} WHERE {which}", _bound(asked))
    wanted = "WHERE state = 'unexplained'" if asked.unexplained else ""
    newest = "" if asked.limit is None else f"ORDER BY occurred_at DESC, access_id DESC LIMIT {asked.limit:d}"
    engine.create_table("chosen_access", f"SELECT * FROM found_access {wanted} {newest}")
    engine.create_view("cited", "SELECT access_id FROM chosen_access")
    engine.create_table_from("tried_in_vain", tell_tried(engine, catalogue))
    engine.create_table("told_access", _TOLD)


def count_states(engine: Engine) -> Mapping[str, int]:
    """Return how many accesses of each state were found."""
    rows = engine.query("SELECT state, count(*) AS accesses FROM found_access GROUP BY state").to_pylist()
    counted = {row["state"]: row["accesses"] for row in rows}
    return {state: counted.get(state, 0) for state in STATES}


def count_chosen(engine: Engine) -> int:
    """Return how many accesses are shown."""
    return int(engine.query("SELECT count(*) AS accesses FROM chosen_access")["accesses"][0].as_py())


def tell_users(engine: Engine) -> list[Row]:
    """Return who looked, with counts: those first who have most that nothing explains. NULL: not given, or masked."""
    rows: list[Row] = engine.query(_USERS).to_pylist()
    return rows


def _bound(asked: Asked) -> dict[str, object]:
    return {"user_id": asked.user_id, "subject_id": asked.subject_id, "since": asked.since, "until": asked.until}
