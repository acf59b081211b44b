"""What is wrong with a case beside a query is told with its place, before anything runs."""

from pathlib import Path

import pytest
from small_catalogue import FIRES, run

from audit.errors import QueryError


@pytest.mark.parametrize(
    ("case", "told"),
    [
        ('tables = { nigth = "a\\n1" }\nexpect = ""', 'did you mean "night"'),
        ('tables = { staff = "user_id\\nU1" }\nexpect = ""', '"staff" is not read by many'),
        ('tables = { access = "user\\nU1" }\nexpect = ""', 'did you mean "user_id"'),
        ('tables = { access = "occurred_at\\nyesterday" }\nexpect = ""', "is no time such as"),
        ('tables = { access = "local_date\\n1.3.2024" }\nexpect = ""', "is no date such as"),
        ('tables = { access = "events\\nmany" }\nexpect = ""', "is no number"),
        ('tables = { access = "banner_accepted\\nyes" }\nexpect = ""', "is no true or false"),
        ('tables = { access = "user_id | action\\nU1" }\nexpect = ""', "row 1 has 1 cells under 2 columns"),
        ('tables = { access = "user_id | user_id\\nU1 | U1" }\nexpect = ""', "a name of its own"),
        ('tables = { access = "" }\nexpect = ""', "must be drawn"),
        ('expect = "acces_id\\nA1"', 'did you mean "access_id"'),
        ('expect = "accesses\\nfew"', "is no number"),
        ('parameters = { x = 1 }\nexpect = ""', '"x" is no parameter'),
        ('tabels = {}\nexpect = ""', 'did you mean "tables"'),
        ("tables = {}", '"expect" missing'),
        ("expect = 3", '"expect" must be text'),
    ],
)
def test_what_is_wrong_with_a_case_is_told_with_its_place(queries: Path, case: str, told: str) -> None:
    with pytest.raises(QueryError) as caught:
        run(queries, "many", f'[[case]]\nname = "c"\n{case}')

    assert told in str(caught.value)
    assert "many.cases.toml: case" in str(caught.value)
    assert caught.value.exit_code == 5


def test_a_column_that_is_not_there_is_named_with_the_query_and_those_that_are(queries: Path) -> None:
    path = queries / "detectors" / "many.sql"
    path.write_text(path.read_text().replace("night.local_hour / 3.0", "night.local_hours / 3.0"))

    with pytest.raises(QueryError) as caught:
        run(queries, "many", FIRES)

    assert str(caught.value).startswith(f"{path}: a query does not fit the tables: ")
    assert '"local_hour"' in str(caught.value)
    assert "SELECT" not in str(caught.value)
