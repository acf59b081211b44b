"""What is refused of numbers, dates and times, though its syntax is in the portable subset."""

import re
from collections.abc import Callable, Mapping

from sqlglot import exp

from audit.catalogue.subset import CAST_TYPES, EXTRACT_PARTS, INTERVAL_UNITS, WHOLE_TYPES

_DATE_NAME = re.compile(r"(.*_)?(date|day)|date_of_birth|.*_on")
_KEEPS_DATE = (
    exp.Min,
    exp.Max,
    exp.Lag,
    exp.Lead,
    exp.Coalesce,
    exp.FirstValue,
    exp.LastValue,
    exp.Greatest,
    exp.Least,
)
_MAKES_FRACTIONS = (exp.Div, exp.Avg, exp.Sqrt, exp.Ln, exp.Exp, exp.Pow)
_ROUNDS = (exp.Floor, exp.Ceil, exp.Round)


def _check_divisor(node: exp.Expr) -> str | None:
    divisor = node.expression
    while isinstance(divisor, exp.Paren | exp.Cast):
        divisor = divisor.this
    if isinstance(divisor, exp.Nullif):
        return None
    if isinstance(divisor, exp.Literal) and float(divisor.this) != 0:
        return None
    return "division by 0 is NULL in one engine and an error in the other: write nullif(divisor, 0)"


def _check_minus(node: exp.Expr) -> str | None:
    if _is_date(node.this) and _is_date(node.expression):
        return "date minus date is a number here and an interval in Spark: use date_diff('day', earlier, later)"
    return None


def _check_date_diff(node: exp.Expr) -> str | None:
    unit = node.args.get("unit")
    if unit is None or unit.name.upper() != "DAY":
        return "date_diff counts differently in Spark: only date_diff('day', …) on dates, else occurred_epoch"
    if not (_is_date(node.this) and _is_date(node.expression)):
        return "date_diff on timestamps counts differently in Spark: CAST both AS DATE, or use occurred_epoch"
    return None


def _is_date(node: exp.Expr) -> bool:
    if isinstance(node, exp.Paren | exp.Window | exp.Filter):
        return _is_date(node.this)
    if isinstance(node, exp.Cast):
        return bool(node.to.this == exp.DataType.Type.DATE)
    if isinstance(node, exp.Column):
        return _DATE_NAME.fullmatch(node.name.lower()) is not None
    return isinstance(node, _KEEPS_DATE) and _is_date(node.this)


def _check_cast(node: exp.Expr) -> str | None:
    target = node.args["to"].this.name
    if target == "TIME":
        return "a time of day differs in Spark: " + "use local_hour, or occurred_epoch"
    if target not in CAST_TYPES:
        return (
            f"a cast to {target} is not in the portable subset: use VARCHAR, BIGINT, DOUBLE, DECIMAL, DATE or TIMESTAMP"
        )
    if target in WHOLE_TYPES and _may_have_fraction(node.this):
        return "a cast to a whole number rounds in one engine and cuts in the other: put floor, ceil or round inside it"
    return None


def _may_have_fraction(node: exp.Expr) -> bool:
    if isinstance(node, _ROUNDS):
        # round(x, 2) keeps a fraction.
        return bool(node.args.get("decimals"))
    if isinstance(node, exp.Literal):
        return not (node.is_string or node.is_int)
    if isinstance(node, _MAKES_FRACTIONS):
        return True
    if isinstance(node, exp.Cast):
        return node.to.this.name in {"DOUBLE", "DECIMAL"}
    return any(_may_have_fraction(child) for child in node.iter_expressions() if not isinstance(child, exp.Query))


def _check_interval(node: exp.Expr) -> str | None:
    number, unit = node.this, node.args.get("unit")
    if node.find_ancestor(exp.WindowSpec):
        return "an interval in a window frame fails in Spark: use RANGE BETWEEN $seconds PRECEDING over occurred_epoch"
    if not isinstance(number, exp.Literal):
        return "only a plain number makes an interval: write $days * INTERVAL 1 DAY"
    if unit is None or unit.name.upper() not in INTERVAL_UNITS:
        return "intervals are in SECOND, MINUTE, HOUR, DAY, WEEK, MONTH or YEAR"
    return None


def _check_extract(node: exp.Expr) -> str | None:
    if node.this.name.upper() in EXTRACT_PARTS:
        return None
    return "extract year, quarter, month, day, hour, minute or second; weekday and epoch are columns made at load"


def _check_epoch(node: exp.Expr) -> str | None:
    if isinstance(node.parent, exp.Floor):
        return None
    return "epoch keeps the fraction of a second in one engine only: write floor(epoch(…))"


VALUE_RULES: Mapping[type[exp.Expr], Callable[[exp.Expr], str | None]] = {
    exp.Cast: _check_cast,
    exp.DateDiff: _check_date_diff,
    exp.Div: _check_divisor,
    exp.Extract: _check_extract,
    exp.IntDiv: _check_divisor,
    exp.Interval: _check_interval,
    exp.Mod: _check_divisor,
    exp.Sub: _check_minus,
    exp.TimeToUnix: _check_epoch,
    exp.TryCast: _check_cast,
}
