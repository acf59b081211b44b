"""Which of a SELECT's common table expressions are worth writing down once, for an engine that makes each anew wherever it is read.

Spark puts the text of one that is read three times in three places, and so with those that it reads in turn: of a query of 19 such
steps, 435 readings of tables are planned, compiled and run. DuckDB makes each once by itself. Runs nothing.
"""

import functools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlglot
from sqlglot import exp

# Readings of tables that must be saved for one to be written. Writing and opening a small table costs a few of them.
WORTH = 6


@dataclass(frozen=True)
class Cut:
    """A SELECT in pieces: `parts`, each a name and the SELECT to be written under it, in their order; and `rest`, over them."""

    parts: tuple[tuple[str, str], ...]
    rest: str


@functools.lru_cache(maxsize=1024)
def cut(sql: str, prefix: str) -> Cut:
    """Return a SELECT in DuckDB's words with the parts taken out that are worth it; the parts' names begin with `prefix`."""
    tree = sqlglot.parse_one(sql, dialect="duckdb")
    steps = _steps(tree)
    if not steps:
        return Cut((), sql)
    bodies = {step.alias: step.this for step in steps}
    readings = sum((_reads(body) for body in [*bodies.values(), _without_steps(tree)]), Counter[str]())
    names: dict[str, str] = {}
    inline: list[str] = []
    sizes: dict[str, int] = {}
    parts = []
    for name, body in bodies.items():
        sizes[name] = max(1, sum(sizes.get(read, 1) * times for read, times in _reads(body).items()))
        if (readings[name] - 1) * sizes[name] < WORTH:
            inline.append(name)
            continue
        part = f"{prefix}{name}"
        parts.append((part, _whole(body, bodies, inline, names)))
        names[name], sizes[name] = part, 1
    return Cut(tuple(parts), _whole(_without_steps(tree), bodies, inline, names)) if parts else Cut((), sql)


def _steps(tree: exp.Expr) -> Sequence[exp.CTE]:
    """Return the expressions; none where one cannot be taken out: it lies within another, names its columns, or reads itself."""
    withs = list(tree.find_all(exp.With))
    if len(withs) != 1 or withs[0].parent is not tree or withs[0].recursive:
        return ()
    steps: list[exp.CTE] = withs[0].expressions
    return () if any(step.args["alias"].columns for step in steps) else steps


def _without_steps(tree: exp.Expr) -> exp.Expr:
    bare = tree.copy()
    for step in list(bare.find_all(exp.With)):
        step.pop()
    return bare


def _reads(body: exp.Expr) -> Counter[str]:
    return Counter(table.name for table in body.find_all(exp.Table))


def _whole(body: exp.Expr, bodies: Mapping[str, exp.Expr], inline: Sequence[str], names: Mapping[str, str]) -> str:
    """Return a body with those before it that it needs and that stay within, reading the others by the parts' names."""
    needed: set[str] = set()
    wanted = set(_reads(body))
    for name in reversed(inline):
        if name in wanted:
            needed.add(name)
            wanted |= set(_reads(bodies[name]))
    whole = _renamed(body, names)
    for name in inline:
        if name in needed:
            whole = whole.with_(name, as_=_renamed(bodies[name], names))  # type: ignore[attr-defined]
    return str(whole.sql("duckdb", comments=False))


def _renamed(body: exp.Expr, names: Mapping[str, str]) -> exp.Expr:
    """Read the parts by their names, each still called what it was."""
    renamed = body.copy()
    for table in list(renamed.find_all(exp.Table)):
        if table.name in names:
            called = table.alias or table.name
            table.set("this", exp.to_identifier(names[table.name]))
            table.set("alias", exp.TableAlias(this=exp.to_identifier(called)))
    return renamed
