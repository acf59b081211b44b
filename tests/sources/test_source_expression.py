"""An expression of a definition reads its own record and nothing else."""

import pytest

from audit.sources.expression import check_expression, raw_columns, with_columns


@pytest.mark.parametrize(
    "text",
    [
        "replace(reason, '+', ' ')",
        "coalesce(nullif(regexp_extract(line, '^(U[0-9]{4})/', 1), ''), OPERATOR)",
        "CASE WHEN plate LIKE '%*%' THEN NULL ELSE upper(replace(plate, ' ', '')) END",
        "a || '-' || b",
        "CAST(n AS INTEGER) + 1",
        "try_strptime(day || ' ' || hour, '%d.%m.%Y %H:%M')",
        '"Case #"',
        "split_part(a, '/', 2)",
        "substr(a, 1, 3) IN ('a', 'b') AND b IS NOT NULL",
        "trim(both 'x' from a)",
        "left(a, 2) = 'x' OR NOT b BETWEEN '1' AND '2'",
        "string_split(a, ',')[1]",
        "a[1:3]",
        "concat_ws(' ', a, b)",
        "lower(a) SIMILAR TO 'x.*'",
        "regexp_matches(a, 'x')",
        "strftime(strptime(a, '%Y'), '%Y')",
        "greatest(a, b)",
        "md5(a)",
        "a::INTEGER % 2",
        "a.b.c || \"d.e\"",
    ],
)  # fmt: skip
def test_what_an_expression_may_be(text: str) -> None:
    assert check_expression(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "(SELECT max(user_id) FROM staff)",
        "a IN (SELECT b FROM c)",
        "EXISTS (SELECT 1)",
        "count(*)",
        "max(a)",
        "row_number() OVER ()",
        "a, b",
        "a AS b",
        "a FROM staff",
        "a; DROP TABLE event",
        "a -- x\n; DELETE FROM event",
        "read_csv('/etc/passwd')",
        "read_text('/etc/passwd')",
        "getenv('HOME')",
        "current_setting('threads')",
        "current_user",
        "now()",
        "current_timestamp",
        "today()",
        "random()",
        "uuid()",
        "nextval('s')",
        "query('SELECT 1')",
        "*",
        "COLUMNS('a')",
        "$name",
        "?",
        "list_transform([a], lambda x: x)",
        "ARRAY(SELECT 1)",
        "unnest([1, 2])",
        "hash(a)",
        "sum(a) FILTER (WHERE b)",
        "DISTINCT a",
        "a ORDER BY b",
        "a LIMIT 1",
        "",
        "(",
        "PRAGMA version",
        "regexp_extract(a, '(')",
        "regexp_full_match(a, '[')",
        "regexp_replace(a, '(?P<x>y', 'z')",
        "a ~ '('",
        "a SIMILAR TO 'x('",
        "a NOT SIMILAR TO '['",
    ],
)
def test_what_an_expression_may_not_be(text: str) -> None:
    assert len(check_expression(text)) == 1


def test_columns_are_found_in_order_each_once() -> None:
    assert raw_columns("coalesce(b, \"A c\", b, n.m, 'x')") == ("b", "A c", "n.m")


def test_columns_are_put_in_place_and_nothing_else_changes() -> None:
    text = "CASE WHEN  a LIKE '%a%' /* a */ THEN \"a\"||n.m ELSE upper( A ) END"

    assert with_columns(text, {"a": '"c0"', "n.m": '"c1"', "A": '"c2"'}) == (
        'CASE WHEN  "c0" LIKE \'%a%\' /* a */ THEN "c0"||"c1" ELSE upper( "c2" ) END'
    )
