"""The shipped queries pass every check that an own one must pass."""

from audit.catalogue import read_catalogue


def test_every_shipped_query_passes_the_checks() -> None:
    assert read_catalogue().queries
