"""Each rule of the portable subset refuses what breaks it and lets an honest query pass."""

import logging

import pytest

from audit.catalogue.portable import faults_of_portability
from audit.catalogue.statement import parse

REFUSED = {
    "order inside list()": ("SELECT list(x ORDER BY y) AS a FROM t", "list_sort(list("),
    "NULLs inside list()": ("SELECT list_sort(list(x)) AS a FROM t", "FILTER (WHERE"),
    "an unsorted list": ("SELECT list(x) FILTER (WHERE x IS NOT NULL) AS a FROM t", "list_sort around it"),
    "an unsorted list_distinct": ("SELECT list_distinct(x) AS a FROM t", "list_sort around it"),
    "date_diff on timestamps": ("SELECT date_diff('day', occurred_at, opened_at) AS a FROM t", "CAST both AS DATE"),
    "date_diff in hours": ("SELECT date_diff('hour', local_date, local_date) AS a FROM t", "occurred_epoch"),
    "date minus date": ("SELECT local_date - CAST(x AS DATE) AS a FROM t", "date_diff('day'"),
    "dayofweek": ("SELECT dayofweek(x) AS a FROM t", "iso_weekday"),
    "isodow": ("SELECT isodow(x) AS a FROM t", "iso_weekday"),
    "a cast to TIME": ("SELECT CAST(x AS TIME) AS a FROM t", "local_hour"),
    "AT TIME ZONE": ("SELECT x AT TIME ZONE 'Europe/London' AS a FROM t", "local_hour"),
    "hash": ("SELECT hash(x) AS a FROM t", "md5"),
    "a fraction cast to a whole number": ("SELECT CAST(2.5 AS INTEGER) AS a FROM t", "floor, ceil or round"),
    "a share cast to a whole number": ("SELECT CAST(x / 2 AS BIGINT) AS a FROM t", "floor, ceil or round"),
    "a number rounded to places and cast": ("SELECT CAST(round(x, 2) AS BIGINT) AS a FROM t", "floor, ceil or round"),
    "division by what may be 0": ("SELECT 1 / x AS a FROM t", "nullif"),
    "division by 0": ("SELECT 1 / 0 AS a FROM t", "nullif"),
    "a remainder by what may be 0": ("SELECT 1 % x AS a FROM t", "nullif"),
    "whole division by what may be 0": ("SELECT 1 // x AS a FROM t", "nullif"),
    "an ASOF join": ("SELECT x FROM t ASOF JOIN u USING (x)", "row_number()"),
    "a NATURAL join": ("SELECT x FROM t NATURAL JOIN u", "ON or USING"),
    "a POSITIONAL join": ("SELECT x FROM t POSITIONAL JOIN u", "ON or USING"),
    "a LATERAL join": ("SELECT x FROM t, LATERAL (SELECT 1 AS y) AS u", "a CTE with GROUP BY"),
    "an interval in a window frame": (
        "SELECT sum(x) OVER (ORDER BY y RANGE BETWEEN INTERVAL 1 DAY PRECEDING AND CURRENT ROW) AS a FROM t",
        "$seconds PRECEDING",
    ),
    "an interval of a parameter": ("SELECT x - INTERVAL ($n) DAY AS a FROM t", "$days * INTERVAL 1 DAY"),
    "an interval of two units": ("SELECT x - INTERVAL '1 day 2 hours' AS a FROM t", "SECOND, MINUTE"),
    "to_days": ("SELECT x - to_days($n) AS a FROM t", "$days * INTERVAL 1 DAY"),
    "date_add": ("SELECT date_add(x, INTERVAL 1 DAY) AS a FROM t", "+ INTERVAL 1 DAY"),
    "len": ("SELECT len(x) AS a FROM t", "array_length"),
    "an index": ("SELECT x[1] AS a FROM t", "unnest the list"),
    "a slice": ("SELECT x[1:2] AS a FROM t", "unnest the list"),
    "time_bucket": ("SELECT time_bucket(INTERVAL 1 DAY, x) AS a FROM t", "date_trunc"),
    "epoch_ms": ("SELECT epoch_ms(x) AS a FROM t", "occurred_epoch"),
    "epoch with its fraction": ("SELECT epoch(x) AS a FROM t", "floor(epoch("),
    "quantile_cont": ("SELECT quantile_cont(x, 0.5) AS a FROM t", "Python step"),
    "median": ("SELECT median(x) AS a FROM t", "Python step"),
    "mad": ("SELECT mad(x) AS a FROM t", "Python step"),
    "stddev": ("SELECT stddev(x) AS a FROM t", "Python step"),
    "strftime": ("SELECT strftime(x, '%Y-%m-%dT') AS a FROM t", "date_trunc"),
    "extract epoch": ("SELECT extract(epoch FROM x) AS a FROM t", "columns made at load"),
    "QUALIFY beside *": ("SELECT * FROM t QUALIFY row_number() OVER (ORDER BY x) = 1", "outer SELECT"),
    "the clock": ("SELECT now() AS a FROM t", "horizon.newest_at"),
    "the day": ("SELECT current_date AS a FROM t", "horizon.newest_at"),
    "chance": ("SELECT random() AS a FROM t", "no chance"),
    "a sample": ("SELECT x FROM t USING SAMPLE 10", "no chance"),
    "any_value": ("SELECT any_value(x) AS a FROM t", "min_by"),
    "first": ("SELECT first(x) AS a FROM t", "min_by"),
    "the environment": ("SELECT getenv('HOME') AS a FROM t", "getenv is not in the portable subset"),
    "a setting": ("SELECT current_setting('threads') AS a FROM t", "current_setting is not in the portable subset"),
    "a hidden column": ("SELECT rowid AS a FROM t", "word of the engine"),
    "a misspelt function": ("SELECT uperr(x) AS a FROM t", 'did you mean "upper"'),
    "a function under a schema": ("SELECT main.getenv('HOME') AS a FROM t", "no schema"),
    "read_csv": ("SELECT x FROM read_csv('a.csv')", "no table function, no file"),
    "read_parquet": ("SELECT x FROM read_parquet('a')", "no table function, no file"),
    "read_text": ("SELECT x FROM read_text('a')", "no table function, no file"),
    "glob": ("SELECT x FROM glob('*')", "no table function, no file"),
    "parquet_scan": ("SELECT x FROM parquet_scan('a')", "no table function, no file"),
    "sniff_csv": ("SELECT x FROM sniff_csv('a')", "no table function, no file"),
    "query()": ("SELECT x FROM query('SELECT 1')", "no table function, no file"),
    "duckdb_settings": ("SELECT x FROM duckdb_settings()", "no table function, no file"),
    "range": ("SELECT x FROM range(10)", "no table function, no file"),
    "a file as a relation": ("SELECT x FROM 'a.csv'", "no table function, no file"),
    "a quoted file as a relation": ('SELECT x FROM "a.csv"', "no table function, no file"),
    "another schema": ("SELECT x FROM information_schema.tables", "without schema"),
    "~": ("SELECT x FROM t WHERE x ~ 'a'", "regexp_matches"),
    "SIMILAR TO": ("SELECT x FROM t WHERE x SIMILAR TO 'a'", "regexp_matches"),
    "GLOB": ("SELECT x FROM t WHERE x GLOB 'a*'", "not in the portable subset"),
    "= ANY(list)": ("SELECT x FROM t WHERE x = ANY($names)", "list_contains"),
    "IN list": ("SELECT x FROM t WHERE x IN $names", "list_contains"),
    "list_has_any": ("SELECT list_has_any(x, y) AS a FROM t", "list_contains"),
    "a lambda": ("SELECT list_filter(x, lambda y: y > 1) AS a FROM t", "unnest"),
    "a struct": ("SELECT {'a': 1} AS a FROM t", "one by one"),
    "COLUMNS": ("SELECT COLUMNS(*) FROM t", "one by one"),
    "a parameter by place": ("SELECT x FROM t WHERE x = ?", "$name"),
    "a parameter by number": ("SELECT x FROM t WHERE x = $1", "$name"),
    "a parameter by colon": ("SELECT x FROM t WHERE x = :name", "$name"),
    "an escape string": ("SELECT e'a' AS a FROM t", "write text as"),
    "a dollar-quoted string": ("SELECT $$a$$ AS a FROM t", "write text as"),
    "regexp_replace of the first match": ("SELECT regexp_replace(x, 'a', 'b') AS a FROM t", "'g'"),
    "options of regexp_matches": ("SELECT regexp_matches(x, 'a', 'i') AS a FROM t", "(?i)"),
    "string_agg without order": ("SELECT string_agg(x, ',') AS a FROM t", "ORDER BY"),
    "order inside another aggregate": ("SELECT sum(x ORDER BY y) AS a FROM t", "inside string_agg only"),
    "lag without order": ("SELECT lag(x) OVER (PARTITION BY y) AS a FROM t", "without ORDER BY"),
    "FILTER in a window": ("SELECT count(*) FILTER (WHERE x) OVER (PARTITION BY y) AS a FROM t", "CASE WHEN"),
    "DISTINCT in a window": ("SELECT count(DISTINCT x) OVER (PARTITION BY y) AS a FROM t", "GROUP BY"),
    "IGNORE NULLS": ("SELECT first_value(x IGNORE NULLS) OVER (ORDER BY y) AS a FROM t", "filter the NULLs"),
    "DISTINCT ON": ("SELECT DISTINCT ON (x) x FROM t", "row_number()"),
    "UNION BY NAME": ("SELECT x FROM t UNION BY NAME SELECT x FROM u", "same order"),
    "MATERIALIZED": ("WITH u AS MATERIALIZED (SELECT x FROM t) SELECT x FROM u", "leave out MATERIALIZED"),
    "unnest inside an expression": ("SELECT upper(unnest(x)) AS a FROM t", "stands alone"),
    "log": ("SELECT log(x) AS a FROM t", "use ln"),
    "a cast to HUGEINT": ("SELECT CAST(x AS HUGEINT) AS a FROM t", "use VARCHAR, BIGINT"),
    "a cast to a zoned time": ("SELECT CAST(x AS TIMESTAMPTZ) AS a FROM t", "use VARCHAR, BIGINT"),
    "PIVOT": ("SELECT x FROM t PIVOT (sum(x) FOR y IN (1, 2))", "CASE WHEN"),
    "ROLLUP": ("SELECT x FROM t GROUP BY ROLLUP (x)", "UNION ALL"),
    "LIMIT in percent": ("SELECT x FROM t LIMIT 10%", "LIMIT with a number"),
    "SELECT INTO": ("SELECT x INTO u FROM t", "not in the portable subset"),
    "FOR UPDATE": ("SELECT x FROM t FOR UPDATE", "not in the portable subset"),
    "what sqlglot cannot put into Spark's SQL": ("SELECT max(x, 3) AS a FROM t", "Spark"),
}

HONEST = {
    "counting": "SELECT x, count(*) AS n, count(DISTINCT y) AS m, sum(z) FILTER (WHERE z > 1) AS s FROM t GROUP BY x",
    "GROUP BY ALL": "SELECT x, count_if(y) AS n, bool_or(y) AS a, bool_and(y) AS b, avg(z) AS c FROM t GROUP BY ALL",
    "the extremes": "SELECT min(x) AS a, max(x) AS b, min_by(x, y) AS c, max_by(x, y) AS d, arg_max(x, y) AS e FROM t",
    "days from a parameter": "SELECT x FROM t WHERE x >= y - $lead_days * INTERVAL 1 DAY",
    "a plain interval": "SELECT x - INTERVAL 7 DAY AS a, x + INTERVAL '5' MINUTE AS b FROM t",
    "a sorted list": "SELECT list_sort(list(x) FILTER (WHERE x IS NOT NULL)) AS a FROM t",
    "a sorted list without doubles": "SELECT list_sort(list(DISTINCT x) FILTER (WHERE x IS NOT NULL)) AS a FROM t",
    "how many differ in a list": "SELECT array_length(list_distinct(x)) AS a FROM t",
    "a list as a parameter": "SELECT x FROM t WHERE list_contains($words, lower(trim(x)))",
    "markers": "SELECT x FROM t WHERE list_contains(string_split(x, ';'), 'vulnerable')",
    "string_agg in order": "SELECT string_agg(x, ', ' ORDER BY y) AS a, string_agg(DISTINCT x, ',' ORDER BY x) AS b FROM t",
    "unnest as a column": "SELECT x, unnest(y) AS a FROM t",
    "unnest as a relation": "SELECT t.x, u.y FROM t CROSS JOIN unnest(t.ys) AS u (y)",
    "text": "SELECT concat(x, y) AS a, concat_ws(' ', x, y) AS b, x || y AS c, substr(x, 1, 2) AS d, length(x) AS e FROM t",
    "regular expressions": r"SELECT regexp_extract(x, '(\d+)', 1) AS a, regexp_replace(x, '\s', '', 'g') AS b FROM t",
    "likeness": "SELECT x FROM t WHERE x LIKE 'a%' OR x NOT ILIKE '%b' OR starts_with(x, 'c') OR regexp_matches(x, '^d')",
    "digests": "SELECT md5(x) AS a, sha256(x) AS b FROM t",
    "NULLs": "SELECT coalesce(x, y) AS a, nullif(x, '') AS b, x IS NOT DISTINCT FROM y AS c, greatest(x, y) AS d FROM t",
    "arithmetic": "SELECT x / nullif(y, 0) AS a, x / 86400.0 AS b, x % 7 AS c, x // 2 AS d, -x * (y + 1) AS e FROM t",
    "mathematics": "SELECT sqrt(x) AS a, ln(x) AS b, exp(x) AS c, power(x, 2) AS d, abs(x) AS e, round(x, 2) AS f FROM t",
    "casts": "SELECT CAST(x AS BIGINT) AS a, try_cast(x AS INTEGER) AS b, x::DECIMAL(18, 6) AS c, DATE '2024-01-01' AS d FROM t",
    "a whole number of days": "SELECT CAST(floor(x / 86400) AS BIGINT) AS a FROM t",
    "days between dates": "SELECT date_diff('day', CAST(x AS DATE), min(local_date)) AS a FROM t GROUP BY ALL",
    "parts of a time": "SELECT year(x) AS a, month(x) AS b, hour(x) AS c, extract(day FROM x) AS d FROM t",
    "the month of a time": "SELECT date_trunc('month', x) AS a, floor(epoch(x)) AS b FROM t",
    "windows": "SELECT lag(x) OVER (PARTITION BY y ORDER BY z) AS a, row_number() OVER w AS b FROM t WINDOW w AS (ORDER BY z)",
    "a moving count": "SELECT count(*) OVER (ORDER BY x RANGE BETWEEN $seconds PRECEDING AND CURRENT ROW) AS a FROM t",
    "a running sum": "SELECT sum(x) OVER (PARTITION BY y ORDER BY z ROWS UNBOUNDED PRECEDING) AS a FROM t",
    "QUALIFY with names": "SELECT x FROM t QUALIFY row_number() OVER (PARTITION BY x ORDER BY y) = 1",
    "SEMI and ANTI joins": "SELECT t.x FROM t SEMI JOIN u USING (x) ANTI JOIN v ON v.x = t.x",
    "outer joins": "SELECT t.x FROM t LEFT JOIN u ON u.x = t.x AND u.y > t.y FULL JOIN v USING (x)",
    "subqueries": "SELECT x FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.x = t.x) AND x NOT IN (SELECT x FROM v)",
    "cases": "SELECT CASE WHEN x > 1 THEN 'a' ELSE 'b' END AS a, CASE x WHEN 1 THEN 2 END AS b, if(x, 1, 2) AS c FROM t",
    "set operations": "SELECT x FROM t UNION ALL SELECT x FROM u EXCEPT SELECT x FROM v",
    "values": "SELECT v.x FROM (VALUES (1, 'a'), (2, 'b')) AS v (x, y)",
    "the star inside": "WITH u AS (SELECT * FROM t) SELECT u.x FROM u ORDER BY u.x DESC NULLS LAST LIMIT 10",
    "links by steps": (
        "WITH RECURSIVE c AS (SELECT x, 1 AS n FROM t UNION ALL SELECT c.x, n + 1 FROM c WHERE n < 3) SELECT x FROM c"
    ),
    "forbidden words in a text": "SELECT 'COPY x; read_csv(now())' AS a FROM t",
}


def faults(sql: str) -> str:
    return "\n".join(faults_of_portability(parse(sql)))


@pytest.mark.parametrize("rule", REFUSED)
def test_what_breaks_a_rule_is_refused_and_told_what_to_use(rule: str) -> None:
    sql, advice = REFUSED[rule]

    assert advice in faults(sql)


@pytest.mark.parametrize("habit", HONEST)
def test_an_honest_query_passes(habit: str) -> None:
    assert faults(HONEST[habit]) == ""


def test_all_faults_of_a_query_are_told_at_once_each_with_its_line() -> None:
    told = faults("SELECT\n    hash(x) AS a,\n    median(y) AS b\nFROM t")

    assert "line 2, HASH(x)" in told
    assert "line 3, MEDIAN(y)" in told


def test_refusing_writes_nothing_to_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        faults("SELECT try(x) AS a FROM t FOR UPDATE")

    assert not caplog.records
