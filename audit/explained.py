"""What `audit explain` tells: the access that an event belongs to, and what each explanation says of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from audit.asking import asking
from audit.catalogue import Catalogue
from audit.engine import Engine
from audit.errors import UsageError
from audit.explain import Answer, Horizon, ask_all, explain_for_asking, find_horizon, why_tried
from audit.progress import Notify
from audit.run import horizon_span
from audit.workspace import Workspace


@dataclass(frozen=True)
class Explained:
    """One event and its access.

    `access` None: nobody looked, a machine did. `answers` None: the access is not judged, and `unjudged` says why.
    `named`: the explanation that a report names, the first that holds. `tried`: why none holds in full, in words.
    """

    source: str
    event_id: str
    access: Mapping[str, Any] | None = None
    events: tuple[str, ...] = ()
    answers: tuple[Answer, ...] | None = None
    unjudged: str | None = None
    tried: str | None = None

    @property
    def named(self) -> Answer | None:
        """The explanation that a report names."""
        return next((answer for answer in self.answers or () if answer.held), None)


def explain_event(
    workspace: Workspace, catalogue: Catalogue, event_id: str, source: str | None, notify: Notify
) -> list[Explained]:
    """Return what is known of the events of that id: one for each source that has it.

    Raises:
        UsageError: no such event is loaded. LockedError: a batch writes to the database.

    """
    with asking(workspace, catalogue, notify) as engine:
        events = _events(engine, event_id, source)
        horizon = find_horizon(engine, horizon_span(workspace))
        explain_for_asking(engine, catalogue, horizon)
        return [_explain(engine, catalogue, horizon, row["source"], row["event_id"]) for row in events]


def _events(engine: Engine, event_id: str, source: str | None) -> list[dict[str, Any]]:
    """Find events by their id, or by the id of their access, which tells two sources apart as source:event."""
    rows: list[dict[str, Any]] = engine.query(
        """
        SELECT source, event_id FROM event
        WHERE (event_id = $id OR source || ':' || event_id = $id) AND COALESCE(source = $source, TRUE)
        ORDER BY source
        """,
        {"id": event_id, "source": source},
    ).to_pylist()
    if not rows:
        of = f" of source {source}" if source else ""
        raise UsageError(
            f'event "{event_id}"{of}: is not loaded. Ids are those of the source; see the column event_ids of '
            f"`audit show FINDING --format json`, or whether it was held back: audit quarantine{_purged(engine)}"
        )
    return rows


def _purged(engine: Engine) -> str:
    before = engine.query("SELECT max(before) AS before FROM purge").to_pylist()[0]["before"]
    return f". Events from before {before} were purged, and what is purged leaves no id behind" if before else ""


def _explain(engine: Engine, catalogue: Catalogue, horizon: Horizon, source: str, event_id: str) -> Explained:
    access_id = _access_of(engine, source, event_id)
    if access_id is None:
        return Explained(source, event_id)
    access = engine.query("SELECT * FROM access WHERE access_id = $id", {"id": access_id}).to_pylist()[0]
    members = engine.query(
        "SELECT event_id FROM access_event WHERE access_id = $id ORDER BY occurred_at, event_id, source",
        {"id": access_id},
    )
    events = tuple(members["event_id"].to_pylist()) or (event_id,)
    answers = ask_all(engine, catalogue, access_id)
    if answers is None:
        return Explained(source, event_id, access, events, unjudged=_why_not_judged(access, horizon))
    tried = why_tried(engine, catalogue, access_id)
    return Explained(source, event_id, access, events, tuple(answers), tried=tried)


def _access_of(engine: Engine, source: str, event_id: str) -> str | None:
    rows = engine.query(
        """
        SELECT access_id FROM access_event WHERE source = $source AND event_id = $id
        UNION ALL
        SELECT access_id FROM access
        WHERE source = $source AND (access_id = $id OR access_id = source || ':' || $id)
        """,
        {"source": source, "id": event_id},
    ).to_pylist()
    return rows[0]["access_id"] if rows else None


def _why_not_judged(access: Mapping[str, Any], horizon: Horizon) -> str:
    if not horizon.judges:
        return "no incident is loaded, so nothing is called unexplained"
    for name, word in (("user_id", "user"), ("subject_id", "subject")):
        if access[name] is None:
            return f"its {word} is {'masked' if name in access['masked'] else 'not given'} in the log"
    return f"it is later than the incidents loaded reach ({horizon.judged_until:%Y-%m-%d %H:%M} UTC); the next run judges it"
