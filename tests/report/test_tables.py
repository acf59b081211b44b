import pyarrow as pa
import pytest
from made_up import access, finding, table

from audit.report.tables import FINDINGS, SCHEMAS, conform, empty


def test_every_table_has_the_columns_of_the_contract():
    assert set(SCHEMAS) == {"findings", "evidence", "users", "rules", "coverage", "withdrawn", "control"}
    assert (
        FINDINGS.names
        == (
            "finding_id detector family level score rank user_id subject_id key first_at last_at event_count days "
            "summary details status event_ids suppressed_by"
        ).split()
    )


def test_an_empty_table_conforms():
    for name in SCHEMAS:
        assert conform(name, empty(name)).num_rows == 0


def test_other_integers_and_another_order_of_columns_are_put_right():
    made = table("findings", [finding()])
    given = made.set_column(4, "score", made["score"].cast(pa.int64())).select(list(reversed(made.column_names)))
    assert conform("findings", given).schema == FINDINGS


def test_a_missing_column_is_named():
    with pytest.raises(ValueError, match=r"findings: columns differ.*: summary"):
        conform("findings", table("findings", [finding()]).drop_columns("summary"))


def test_a_null_in_a_required_column_is_refused():
    made = table("findings", [finding()])
    without = made.set_column(made.column_names.index("summary"), "summary", pa.nulls(1, pa.string()))
    with pytest.raises(ValueError, match="non-nullable"):
        conform("findings", without)


@pytest.mark.parametrize(
    "rows",
    [
        [finding("a", 2), finding("b", 1)],
        [finding("a", None), finding("b", 1)],
        [finding("b", None), finding("a", None)],
        [finding("a", 1), finding("b", 1), finding("a", 1)],
    ],
)
def test_findings_out_of_order_are_refused(rows):
    with pytest.raises(ValueError, match="not sorted by rank, finding_id"):
        conform("findings", table("findings", rows))


def test_suppressed_findings_stand_last():
    rows = [finding("b", 1), finding("a", 2), finding("c", None), finding("d", None)]
    assert conform("findings", table("findings", rows)).num_rows == 4


def test_evidence_of_one_time_is_sorted_by_access():
    conform("evidence", table("evidence", [access("a", "E1"), access("a", "E2"), access("b", "E1")]))
    with pytest.raises(ValueError, match="not sorted"):
        conform("evidence", table("evidence", [access("a", "E2"), access("a", "E1")]))
