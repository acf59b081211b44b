"""What is written in DuckDB's words means the same in Spark's, and the texts that Spark gets are known."""

import pytest

from audit.engine.transpile import to_spark
from tests.engine.goldens import FOLDER, transpiled


def test_the_committed_texts_for_spark_are_those_of_the_queries() -> None:
    committed = {path: path.read_text(encoding="utf-8") for path in FOLDER.rglob("*.sql")}

    stale = sorted(path.name for path, text in transpiled().items() if committed.get(path) != text)

    assert not stale, f"make golden, and read what changed: {stale}"
    assert committed.keys() == transpiled().keys(), "make golden: a query is gone"


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("a / b", "CAST(a AS DOUBLE) / b"),
        ("CAST(a AS DOUBLE) / b", "CAST(a AS DOUBLE) / b"),
        ("round(x, 2)", "CAST(ROUND(CAST(x AS DOUBLE) * 1E2) AS DOUBLE) / 1E2"),
        ("min_by(x, y)", "MIN_BY(x, CASE WHEN NOT x IS NULL THEN y END)"),
        ("list_contains(x, 'a')", "ARRAY_CONTAINS(ARRAY_COMPACT(x), 'a')"),
        ("list_contains($x, 'a')", "ARRAY_CONTAINS(ARRAY_COMPACT(CAST(:x AS ARRAY<STRING>)), 'a')"),
        (
            "min(x) OVER (PARTITION BY u ORDER BY t, k DESC ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)",
            "MIN(x) OVER (PARTITION BY u ORDER BY t DESC NULLS FIRST, k ASC "
            "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)",
        ),
        ("floor(x)", "CAST(FLOOR(x) AS DOUBLE)"),
    ],
)
def test_what_would_mean_something_else_is_put_right(ours: str, theirs: str) -> None:
    assert to_spark(f"SELECT {ours} AS made FROM t") == f"SELECT {theirs} AS made FROM t"
