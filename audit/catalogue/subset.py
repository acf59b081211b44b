"""The portable subset of SQL as data: what queries may be made of, and what to use in place of the rest.

Names are those of sqlglot's classes, since that is what a text becomes when it is parsed. What is not listed is
refused, so that a new function of an engine is never let in unread. Measured with duckdb 2.0.0, sqlglot 30.30.0,
pyspark 4.3.0.
"""

from collections.abc import Mapping

# Clauses and operators.
SYNTAX = frozenset(
    """
    Select Union Except Intersect With CTE Subquery From Join Where Group Having Qualify Order Ordered Limit
    Distinct Table TableAlias Values Tuple Unnest Column Identifier Alias Star Literal Boolean Null
    Placeholder Paren Array And Or Not EQ NEQ GT GTE LT LTE Is In Between Like ILike Escape NullSafeEQ
    NullSafeNEQ Exists Add Sub Mul Div IntDiv Mod Neg DPipe Case If Cast TryCast DataType DataTypeParam
    Interval Var Window WindowSpec Filter IgnoreNulls
    """.split()
)

# sqlglot's class -> the name in DuckDB.
FUNCTIONS: Mapping[str, str] = {
    # numbers
    "Abs": "abs",
    "Ceil": "ceil",
    "Exp": "exp",
    "Floor": "floor",
    "Greatest": "greatest",
    "Least": "least",
    "Ln": "ln",
    "Pow": "power",
    "Round": "round",
    "Sign": "sign",
    "Sqrt": "sqrt",
    # any type
    "Coalesce": "coalesce",
    "Nullif": "nullif",
    # text
    "Concat": "concat",
    "ConcatWs": "concat_ws",
    "EndsWith": "ends_with",
    "Left": "left",
    "Length": "length",
    "Lower": "lower",
    "MD5": "md5",
    "RegexpExtract": "regexp_extract",
    "RegexpLike": "regexp_matches",
    "RegexpReplace": "regexp_replace",
    "Replace": "replace",
    "Reverse": "reverse",
    "Right": "right",
    "SHA2": "sha256",
    "Split": "string_split",
    "SplitPart": "split_part",
    "StartsWith": "starts_with",
    "StrPosition": "strpos",
    "Substring": "substr",
    "Translate": "translate",
    "Trim": "trim",
    "Upper": "upper",
    # times
    "DateDiff": "date_diff",
    "DateTrunc": "date_trunc",
    "Day": "day",
    "Extract": "extract",
    "Hour": "hour",
    "Minute": "minute",
    "Month": "month",
    "Quarter": "quarter",
    "Second": "second",
    "TimeToUnix": "epoch",
    "TimestampTrunc": "date_trunc",
    "Year": "year",
    # lists
    "ArrayContains": "list_contains",
    "ArrayDistinct": "list_distinct",
    "ArraySize": "array_length",
    "ArraySort": "list_sort",
    "Explode": "unnest",
    # aggregates
    "ArgMax": "max_by",
    "ArgMin": "min_by",
    "ArrayAgg": "list",
    "Avg": "avg",
    "Count": "count",
    "CountIf": "count_if",
    "GroupConcat": "string_agg",
    "LogicalAnd": "bool_and",
    "LogicalOr": "bool_or",
    "Max": "max",
    "Min": "min",
    "Sum": "sum",
    # windows
    "DenseRank": "dense_rank",
    "FirstValue": "first_value",
    "Lag": "lag",
    "LastValue": "last_value",
    "Lead": "lead",
    "Rank": "rank",
    "RowNumber": "row_number",
}

# These mean nothing, or change from run to run, without an ORDER BY in their window.
ORDERED_WINDOWS = frozenset({"DenseRank", "FirstValue", "Lag", "LastValue", "Lead", "Rank", "RowNumber"})

_CLOCK = "there is no clock in a query: reckon from horizon.newest_at"
_LOCAL = "use the local_date, local_hour or iso_weekday column, made once at load in the workspace's time zone"
_CHANCE = "it gives other rows from run to run: use min, max or min_by with a key that breaks ties"
_COUNTS = "return counts and sums, and let one Python step make the figure"
_EXACT = "use list_contains, strpos, LIKE or regexp_matches"
_INDEX = (
    "an index outside the list is NULL in one engine and an error in the other: unnest the list, or use min and max"
)

# sqlglot's class, or the name of a function that sqlglot does not know -> what to use instead.
INSTEAD: Mapping[str, str] = {
    "hash": "hash() differs from engine to engine: use md5 or sha256",
    "mad": _COUNTS,
    "now": _CLOCK,
    "today": _CLOCK,
    "get_current_timestamp": _CLOCK,
    "date_part": "use year, month, day or hour",
    "date_sub": "use date_diff('day', …) on dates, or occurred_epoch",
    "list_unique": "use array_length(list_distinct(…))",
    "list_aggregate": "unnest the list and aggregate its rows",
    "regexp_full_match": "use regexp_matches with ^ and $",
    "suffix": "use ends_with",
    "prefix": "use starts_with",
    "row": "name the columns one by one",
    "count_star": "use count(*)",
    "arbitrary": _CHANCE,
    "every": "use bool_and",
    "Any": "use list_contains(list, value) or EXISTS",
    "All": "use NOT EXISTS",
    "AnyValue": _CHANCE,
    "ApproxDistinct": "use count(DISTINCT …)",
    "ArrayConcat": "use concat on text, and one list alone",
    "ArrayFilter": "unnest the list and filter its rows",
    "ArrayOverlaps": "use list_contains once for each value, or unnest the list and join",
    "AtTimeZone": _LOCAL,
    "Bracket": _INDEX,
    "Collate": "use lower or upper",
    "Columns": "name the columns one by one",
    "Contains": _EXACT,
    "CurrentDate": _CLOCK,
    "CurrentTime": _CLOCK,
    "CurrentTimestamp": _CLOCK,
    "DateAdd": "write + INTERVAL 1 DAY",
    "DateBin": "use date_trunc, or floor(occurred_epoch / 3600)",
    "DateSub": "write - INTERVAL 1 DAY",
    "DayOfMonth": "use day",
    "DayOfWeek": "days of the week are numbered differently: " + _LOCAL,
    "DayOfWeekIso": _LOCAL,
    "Dayname": _LOCAL,
    "Dot": "write function(value), with no schema or value before it",
    "First": _CHANCE,
    "GroupingSets": "write one SELECT for each and UNION ALL them",
    "JSONExtract": "map the field to a column in the source definition",
    "JSONExtractScalar": "map the field to a column in the source definition",
    "Lambda": "unnest the list and work on its rows",
    "Last": _CHANCE,
    "Lateral": "use a CTE with GROUP BY, or a window",
    "LimitOptions": "write LIMIT with a number",
    "Localtime": _CLOCK,
    "Localtimestamp": _CLOCK,
    "Log": "log() has another base in Spark: use ln",
    "Median": _COUNTS,
    "Mode": _CHANCE,
    "Ntile": "use rank and count",
    "PercentileCont": _COUNTS,
    "PercentileDisc": _COUNTS,
    "Pivot": "use sum(CASE WHEN … THEN 1 ELSE 0 END) for each column",
    "Quantile": _COUNTS,
    "Rand": "there is no chance in a query",
    "RegexpFullMatch": "use regexp_matches with ^ and $",
    "Rollup": "write one SELECT for each and UNION ALL them",
    "SimilarTo": "use LIKE or regexp_matches",
    "Slice": _INDEX,
    "Stddev": _COUNTS,
    "StddevPop": _COUNTS,
    "StddevSamp": _COUNTS,
    "Struct": "name the columns one by one",
    "TableSample": "there is no chance in a query",
    "TimeToStr": "use year, month and day, or date_trunc",
    "ToDays": "write $days * INTERVAL 1 DAY",
    "ToMap": "name the columns one by one",
    "Transform": "unnest the list and work on its rows",
    "Try": "use try_cast, or nullif for a divisor",
    "UnixToTime": "use occurred_epoch with whole numbers",
    "Uuid": "there is no chance in a query: use md5 of what makes the row unique",
    "Variance": _COUNTS,
    "VariancePop": _COUNTS,
}

CAST_TYPES = frozenset(
    """
    ARRAY BIGINT BOOLEAN DATE DECIMAL DOUBLE INT SMALLINT TEXT TIMESTAMP TIMESTAMPNTZ VARCHAR
    """.split()
)
WHOLE_TYPES = frozenset({"BIGINT", "INT", "SMALLINT"})
INTERVAL_UNITS = frozenset({"SECOND", "MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "YEAR"})
EXTRACT_PARTS = frozenset({"YEAR", "QUARTER", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"})
# Read as columns, yet made by the engine: they differ from engine to engine and from run to run.
ENGINE_COLUMNS = frozenset(
    {"current_catalog", "current_role", "current_schema", "current_user", "rowid", "session_user", "user"}
)
