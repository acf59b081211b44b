"""What is refused though its syntax is in the portable subset: one rule a kind of node; each says what to use."""

from collections.abc import Callable, Mapping

from sqlglot import exp

from audit.catalogue.rules_of_values import VALUE_RULES
from audit.catalogue.subset import ENGINE_COLUMNS, ORDERED_WINDOWS

_SETTLES_ORDER = (exp.ArraySort, exp.ArraySize, exp.ArrayContains)


def _check_table(node: exp.Expr) -> str | None:
    if not isinstance(node.this, exp.Identifier) or not node.name.isidentifier():
        return "a query reads relations only, by name: no table function, no file"
    if node.args.get("db") or node.args.get("catalog"):
        return "name the relation alone, without schema or database"
    return None


def _check_order(node: exp.Expr) -> str | None:
    inside = isinstance(node.parent, exp.Func) and not isinstance(node.parent, exp.GroupConcat | exp.ArrayAgg)
    return "ORDER BY stands inside string_agg only: use min_by or max_by, or a window" if inside else None


def _check_ignore_nulls(node: exp.Expr) -> str | None:
    # sqlglot writes any_value so, which is refused by its own name.
    return None if isinstance(node.this, exp.AnyValue) else "leave out IGNORE NULLS: filter the NULLs in a CTE"


def _check_column(node: exp.Expr) -> str | None:
    if node.name.lower() in ENGINE_COLUMNS and not node.args["this"].args.get("quoted"):
        return "is a word of the engine itself, not a column: name a column of the relation"
    return None


def _check_join(node: exp.Expr) -> str | None:
    method = node.args.get("method")
    if method == "ASOF":
        return "ASOF joins are not in Spark: join on the range and keep one row by row_number()"
    return f"{method} joins are not in the portable subset: join ON or USING" if method else None


def _check_cte(node: exp.Expr) -> str | None:
    return "leave out MATERIALIZED: Spark does not know it" if node.args.get("materialized") is not None else None


def _check_distinct(node: exp.Expr) -> str | None:
    return "DISTINCT ON takes any row: keep one by row_number() = 1 in an outer SELECT" if node.args.get("on") else None


def _check_set_operation(node: exp.Expr) -> str | None:
    return "BY NAME is not in Spark: list the columns in the same order" if node.args.get("by_name") else None


def _check_select(node: exp.Expr) -> str | None:
    if node.args.get("qualify") and any(item.is_star for item in node.expressions):
        return "QUALIFY beside SELECT * loses the window's alias: name the columns, or filter in an outer SELECT"
    return None


def _check_in(node: exp.Expr) -> str | None:
    if node.args.get("field"):
        return "IN over a list is not portable: use list_contains(list, value)"
    return "write unnest as a relation and join it" if node.args.get("unnest") else None


def _check_placeholder(node: exp.Expr) -> str | None:
    return None if str(node.this or "").isidentifier() else "bind values by name: $name"


def _check_list(node: exp.Expr) -> str | None:
    if isinstance(node.this, exp.Order):
        return "the order inside list() is lost in Spark: write list_sort(list(…))"
    if not isinstance(node.parent, exp.Filter) or not _drops_nulls(node.parent):
        return "Spark drops NULLs from list() and DuckDB keeps them: add FILTER (WHERE … IS NOT NULL)"
    return _check_order_settled(node)


def _drops_nulls(node: exp.Filter) -> bool:
    return any(
        isinstance(test, exp.Is) and isinstance(test.expression, exp.Null) and isinstance(test.parent, exp.Not)
        for test in node.expression.find_all(exp.Is)
    )


def _check_order_settled(node: exp.Expr) -> str | None:
    above = node.parent
    while isinstance(above, exp.Filter | exp.ArrayDistinct | exp.Coalesce | exp.Paren | exp.Window):
        above = above.parent
    if isinstance(above, _SETTLES_ORDER):
        return None
    return "the order of such a list changes from run to run: put list_sort around it"


def _check_string_agg(node: exp.Expr) -> str | None:
    inner = node.this.this if isinstance(node.this, exp.Distinct) else node.this
    ordered = isinstance(inner, exp.Order) or node.find(exp.Order) or isinstance(node.parent, exp.WithinGroup)
    return None if ordered else "its order changes from run to run: write string_agg(text, ', ' ORDER BY …)"


def _check_window(node: exp.Expr) -> str | None:
    function = node.this
    if isinstance(function, exp.Filter):
        return "FILTER in a window fails in Spark: write sum(CASE WHEN … THEN 1 ELSE 0 END) OVER (…)"
    if isinstance(function, exp.AggFunc) and isinstance(function.this, exp.Distinct):
        return "DISTINCT in a window fails in Spark: count in a CTE with GROUP BY"
    # A named window brings its own ORDER BY.
    if type(function).__name__ in ORDERED_WINDOWS and not node.args.get("order") and not node.args.get("alias"):
        return "without ORDER BY its result changes from run to run"
    return None


def _check_regexp_replace(node: exp.Expr) -> str | None:
    modifiers = node.args.get("modifiers")
    if modifiers is None or modifiers.name != "g":
        return "DuckDB replaces the first match and Spark all: write regexp_replace(text, pattern, new, 'g')"
    return None


def _check_regexp_matches(node: exp.Expr) -> str | None:
    return "its options are lost in Spark: write (?i) in the pattern" if node.args.get("flag") else None


def _check_explode(node: exp.Expr) -> str | None:
    holder = node.parent if isinstance(node.parent, exp.Alias) else node
    return None if isinstance(holder.parent, exp.Select) else "unnest stands alone, as a column or as a relation"


RULES: Mapping[type[exp.Expr], Callable[[exp.Expr], str | None]] = {
    **VALUE_RULES,
    exp.ArrayAgg: _check_list,
    exp.ArrayDistinct: _check_order_settled,
    exp.CTE: _check_cte,
    exp.Column: _check_column,
    exp.Distinct: _check_distinct,
    exp.Except: _check_set_operation,
    exp.Explode: _check_explode,
    exp.GroupConcat: _check_string_agg,
    exp.IgnoreNulls: _check_ignore_nulls,
    exp.In: _check_in,
    exp.Intersect: _check_set_operation,
    exp.Join: _check_join,
    exp.Order: _check_order,
    exp.Placeholder: _check_placeholder,
    exp.RegexpLike: _check_regexp_matches,
    exp.RegexpReplace: _check_regexp_replace,
    exp.Select: _check_select,
    exp.Table: _check_table,
    exp.Union: _check_set_operation,
    exp.Window: _check_window,
}
