"""Which inputs have gone quiet by the real clock. A feed that fails must not pass for a quiet week."""

from datetime import datetime

from audit.engine import Engine
from audit.workspace import Workspace


def stale_inputs(engine: Engine, workspace: Workspace, now: datetime) -> tuple[str, ...]:
    """Return a sentence for each input that has nothing newer than its `max_age_days`.

    Of a log the newest event counts, of reference data the newest file loaded. `now` is aware.
    """
    sentences = []
    for item in workspace.inputs:
        if item.max_age is None:
            continue
        newest = _newest(engine, item.name)
        if newest is None:
            sentences.append(f"{item.path}: stale: nothing was ever loaded from this input of {item.source}")
        elif now.replace(tzinfo=None) - newest > item.max_age:
            days = item.max_age.total_seconds() / 86400
            sentences.append(
                f"{item.path}: stale: newest {item.source} is of {newest:%Y-%m-%d}; max_age_days is {days:g}"
            )
    return tuple(sentences)


def _newest(engine: Engine, input_name: str) -> datetime | None:
    row = engine.query(
        """
        SELECT
            (
                SELECT max(occurred_at) FROM event
                WHERE load_id IN (SELECT load_id FROM load_input WHERE input = $input)
            ) AS event_at,
            (
                SELECT max(finished_at) FROM load_log INNER JOIN load_input USING (load_id)
                WHERE input = $input AND table_name <> 'event'
            ) AS loaded_at
        """,
        {"input": input_name},
    ).to_pylist()[0]
    newest: datetime | None = row["event_at"] or row["loaded_at"]
    return newest
