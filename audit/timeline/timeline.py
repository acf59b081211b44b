"""What `audit timeline` tells: accesses by time, and between them what the force knows of the user and the subject then."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from audit.asking import asking
from audit.catalogue import Catalogue
from audit.engine import Engine
from audit.errors import UsageError
from audit.explain import find_horizon, use_explained
from audit.known import why_unknown
from audit.progress import Notify
from audit.run import horizon_span
from audit.timeline.accesses import choose_accesses, count_chosen, count_states, tell_users
from audit.timeline.around import BEGINNING, END, READS, lay_around
from audit.timeline.asked import Asked, Timeline
from audit.workspace import Workspace

_ROWS = """
SELECT occurred_at, CAST(NULL AS TIMESTAMP) AS ends_at, 'access' AS event, access_id, user_id, operator_id, system,
    action, subject_kind, subject_id, reference, reason, state, explanation, explanation_reference, tried, not_judged_for, duty,
    CAST(NULL AS VARCHAR) AS told, 100 AS place
FROM told_access
UNION ALL BY NAME
SELECT * FROM around
"""
# What begins at the very second of an access comes before it: who goes on duty at six and looks at six was on duty.
_IN_ORDER = f"""
SELECT * EXCLUDE (place) FROM ({_ROWS})
ORDER BY occurred_at NULLS FIRST, place, access_id, user_id, subject_id, reference, ends_at, told
"""


def tell_timeline(workspace: Workspace, catalogue: Catalogue, asked: Asked, notify: Notify) -> Timeline:
    """Return the timeline of a user, a subject, or both.

    Raises:
        UsageError: nobody is named, or the user or subject stands nowhere in what is loaded. LockedError: a batch writes to the
        database.

    """
    if asked.user_id is None and asked.subject_id is None:
        raise UsageError("timeline: name whose: --user U, --subject S, or both")
    if asked.since and asked.until and asked.since > asked.until:
        raise UsageError(f"--since {asked.since}: is later than --until {asked.until}")
    with asking(workspace, catalogue, notify) as engine:
        if unknown := why_unknown(engine, asked.user_id, asked.subject_id):
            raise UsageError(unknown)
        use_explained(engine, catalogue, find_horizon(engine, horizon_span(workspace)), READS)
        choose_accesses(engine, catalogue, asked)
        states = count_states(engine)
        wanted = states["unexplained"] if asked.unexplained else sum(states.values())
        left_out = wanted - count_chosen(engine)
        lay_around(engine, asked, *_span(engine, asked, workspace.timezone, left_out))
        users = tell_users(engine) if asked.user_id is None else []
        return Timeline(asked, engine.query(_IN_ORDER), states, left_out, tuple(users))


def _span(engine: Engine, asked: Asked, timezone: str, left_out: int) -> tuple[datetime, datetime]:
    """Return from when to when (UTC) what lies beside the accesses is told: as far as they are asked for, and shown."""
    begins = _midnight(asked.since, timezone) if asked.since else BEGINNING
    ends = _midnight(asked.until + timedelta(days=1), timezone) if asked.until else END
    if left_out:
        first = engine.query("SELECT min(occurred_at) AS first_at FROM chosen_access")["first_at"][0].as_py()
        begins = max(begins, first or begins)
    return begins, ends


def _midnight(day: date, timezone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(timezone)).astimezone(UTC).replace(tzinfo=None)
