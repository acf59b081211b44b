"""Find what looks like a mask among the ids that a load brought: where no definition declares it, it passes for somebody.

Counts and names of columns only, never what stands there. Changes nothing: what was loaded stays.
"""

import duckdb

from audit.sources.definition import SourceDefinition
from audit.text import counted

_COLUMNS = ("user_id", "operator_id", "account", "subject_id")
# Signs alone, or a word that says so, in brackets or not. Of letters only a row of x: shorter ones may be an id.
_MASK = r"^(?:[*#•●·█▇■▒░✱×._?~-]+|[xX]{4,}|[\[(<*]*\s*(?i:redacted|masked|withheld|anonymi[sz]ed|removed|hidden)\s*[\])>*]*)$"
# A pattern over all ids of a large log would take a twentieth of the load. Where so few are none, none is worth a word.
_SAMPLE = 200_000
_ONE_IN = 1000


def masks_among_ids(
    connection: duckdb.DuckDBPyConnection, definition: SourceDefinition, load_id: int, loaded: int
) -> tuple[str, ...]:
    """Return a sentence for each column of ids that holds masks, of a load which is in the table already.

    Nothing is said where they are fewer than one in a thousand: somebody may have typed a sign for a search.
    """
    if definition.table.name != "event" or not loaded:
        return ()
    columns = [name for name in _COLUMNS if name in definition.rules]
    part = loaded // _SAMPLE
    if part > 1:
        columns = list(_count(connection, columns, load_id, f"hash(record_no) % {part} = 0"))
    masks = _count(connection, columns, load_id)
    return tuple(_sentence(definition, load_id, *found) for found in masks.items() if found[1] * _ONE_IN >= loaded)


def _count(
    connection: duckdb.DuckDBPyConnection, columns: list[str], load_id: int, which: str = "TRUE"
) -> dict[str, int]:
    """Return the columns that hold masks, each with how many events do."""
    if not columns:
        return {}
    counts = ", ".join(f"count(*) FILTER (WHERE regexp_matches({name}, $mask))" for name in columns)
    row = connection.execute(
        f"SELECT {counts} FROM event WHERE load_id = {int(load_id)} AND {which}", {"mask": _MASK}
    ).fetchone()
    return {name: int(masks) for name, masks in zip(columns, row or (), strict=True) if masks}


def _sentence(definition: SourceDefinition, load_id: int, name: str, masks: int) -> str:
    if definition.built_in:
        what = f"the built-in source {definition.name} declares no masks: write a definition of that name with"
    else:
        what = f"add to {definition.where}"
    return (
        f"{name}: {counted(masks, 'record holds', 'records hold')} no id but signs alone, or a word such as REDACTED, which "
        f'now stands for an id; {what} [columns] {name} = {{ column = …, masked = ["…"] }}, or [read] null_values where it means '
        f"nothing, then: audit load --again {load_id}"
    )
