"""Which columns of a kept view a query can read: rather one too many than one too few."""

import pytest

from audit.catalogue import read_catalogue
from audit.upkeep.readings import columns_read

COLUMNS = ["access_id", "user_id", "accesses", "local_date"]


def read(sql: str) -> list[str]:
    return columns_read([sql], "first_access", COLUMNS)


def test_columns_that_the_text_names_are_read_and_others_are_not() -> None:
    sql = "SELECT access.system, first_access.local_date FROM access INNER JOIN first_access USING (access_id)"

    assert read(sql) == ["access_id", "local_date"]


def test_a_name_given_to_something_else_reads_nothing() -> None:
    assert read("SELECT count(*) AS accesses FROM first_access WHERE user_id = 'accesses' -- accesses") == ["user_id"]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM first_access",
        "SELECT first_access.* FROM first_access",
        "SELECT count(DISTINCT first_access) AS rows FROM first_access",
        "SELECT count(DISTINCT first) AS rows FROM first_access AS first",
        "SELECT count(DISTINCT first) AS rows FROM first_access first",
        "SELECT count(*) AS accesses FROM access NATURAL JOIN first_access",
        "SELECT a FROM first_access AS f (a)",
        "SELECT user_id FROM access, first_access",
        'SELECT user_id FROM "first_access"',
        "SELECT count(*) AS rows FROM (FROM first_access UNION FROM first_access) AS both_times",
        "SELECT count(*) AS rows FROM (SELECT user_id FROM access UNION ALL FROM first_access) AS both_of_them",
    ],
)
def test_where_the_words_do_not_tell_all_are_read(sql: str) -> None:
    assert read(sql) == COLUMNS


def test_how_much_of_a_day_is_explained_does_not_rest_on_how_often_somebody_came_back() -> None:
    catalogue = read_catalogue()
    daily_coverage = next(view for view in catalogue.views if view.id == "daily_coverage")

    assert columns_read([daily_coverage.sql], "first_access", ["access_id", "accesses"]) == ["access_id"]
