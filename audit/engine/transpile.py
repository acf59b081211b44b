"""From DuckDB's SQL to Spark's: sqlglot does most of it; what it leaves to mean something else is put right here. Runs nothing.

Each rule says what would differ. What no rule can put right is refused by the portable subset (audit/catalogue/subset.py).
"""

import functools
from collections.abc import Callable, Mapping

import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel


def to_spark(sql: str, pretty: bool = False) -> str:
    """Return a SELECT in DuckDB's words as Spark's, meaning the same; `$name` becomes `:name`."""
    return _to_spark(sql, pretty)


@functools.lru_cache(maxsize=1024)
def _to_spark(sql: str, pretty: bool) -> str:
    tree = sqlglot.parse_one(sql, dialect="duckdb").transform(_mend)
    # Comments of the queries belong to the file that they were written in.
    return tree.sql("spark", pretty=pretty, comments=False, unsupported_level=ErrorLevel.RAISE)


def _mend(node: exp.Expr) -> exp.Expr:
    rule = _RULES.get(type(node))
    return rule(node) if rule else node


def _divided(node: exp.Expr) -> exp.Expr:
    """DuckDB divides as DOUBLE, always. Spark would divide decimals, which literals such as 3.84 are, to fewer digits."""
    left = node.this
    if not isinstance(left, exp.Cast):
        node.set("this", _double(left))
    return node


def _rounded(node: exp.Expr) -> exp.Expr:
    """DuckDB rounds x * 10^n and divides again; Spark rounds the shortest decimal text of x, which is another tie at times."""
    places = node.args.get("decimals")
    if places is None:
        return node
    power = exp.Literal.number(f"1E{places.name}")
    whole = exp.Round(this=exp.Mul(this=_double(node.this), expression=power))
    return exp.Div(this=_double(whole), expression=power.copy())


def _least_by(node: exp.Expr) -> exp.Expr:
    """DuckDB passes over rows in which the value is NULL; Spark would return it."""
    value, key = node.this, node.expression
    known = exp.Case(ifs=[exp.If(this=exp.Is(this=value.copy(), expression=exp.Null()).not_(), true=key)])
    node.set("expression", known)
    return node


def _contains(node: exp.Expr) -> exp.Expr:
    """A list that holds a NULL, and not the value, is FALSE in DuckDB and NULL in Spark. A bound one may be empty: of texts."""
    held = node.this
    texts = exp.cast(held.copy(), "ARRAY<TEXT>") if isinstance(held, exp.Placeholder) else held
    node.set("this", exp.ArrayCompact(this=texts))
    return node


def _floored(node: exp.Expr) -> exp.Expr:
    """The floor of a fraction is a fraction in DuckDB, and shown as 3.0; in Spark it is a whole number."""
    return _double(node)


def _turned(node: exp.Expr) -> exp.Expr:
    """Spark reckons a frame from the row to the end anew for each row; turned about, the same rows cost one pass.

    Which is the square of a user's rows. The portable subset has no aggregate over a window that minds the order.
    """
    frame, order = node.args.get("spec"), node.args.get("order")
    if frame is None or order is None or frame.args.get("kind") != "ROWS" or not isinstance(node.this, exp.AggFunc):
        return node
    if (frame.args.get("start"), frame.args.get("end")) != ("CURRENT ROW", "UNBOUNDED"):
        return node
    frame.set("start", "UNBOUNDED")
    frame.set("start_side", "PRECEDING")
    frame.set("end", "CURRENT ROW")
    frame.set("end_side", None)
    for ordered in order.expressions:
        ordered.set("desc", not ordered.args.get("desc"))
        ordered.set("nulls_first", not ordered.args.get("nulls_first"))
    return node


def _double(value: exp.Expr) -> exp.Expr:
    return exp.cast(value.copy(), exp.DataType.Type.DOUBLE)


_RULES: Mapping[type[exp.Expr], Callable[[exp.Expr], exp.Expr]] = {
    exp.Div: _divided,
    exp.Round: _rounded,
    exp.Floor: _floored,
    exp.Window: _turned,
    exp.ArgMin: _least_by,
    exp.ArgMax: _least_by,
    exp.ArrayContains: _contains,
}
