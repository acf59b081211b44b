"""What is committed of the shipped queries: their texts in Spark's SQL; and the lists of queries and definitions that passed.

Run as a module, writes them anew.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path

from audit.catalogue import read_catalogue
from audit.engine.transpile import to_spark
from audit.passed import LIST, listed_as_passed
from audit.shipped import shipped_folder
from audit.sources.library import SHIPPED as SOURCES
from audit.sources.library import read_library

FOLDER = Path(__file__).parent.parent / "golden" / "spark"
QUERIES = shipped_folder("queries")
PASSED = QUERIES / LIST
PASSED_SOURCES = SOURCES / LIST


def transpiled() -> Mapping[Path, str]:
    """Return path -> text of every shipped query."""
    return {
        FOLDER / query.path.parent.name / f"{query.path.stem}.sql": to_spark(query.sql, pretty=True) + "\n"
        for query in read_catalogue().queries
    }


def passed() -> str:
    """Check every shipped query and its cases in full, and return the list of their hashes. Raises QueryError."""
    read_catalogue(in_full=True)
    return listed_as_passed(QUERIES, [*QUERIES.rglob("*.sql"), *QUERIES.rglob("*.cases.toml")])


def passed_sources() -> str:
    """Check every shipped source definition in full, and return the list of their hashes. Raises SourceError."""
    read_library((), in_full=True)
    return listed_as_passed(SOURCES, SOURCES.glob("*.toml"))


def main() -> None:
    """Write all of them, and none besides."""
    PASSED.write_text(passed(), encoding="ascii")
    PASSED_SOURCES.write_text(passed_sources(), encoding="ascii")
    shutil.rmtree(FOLDER, ignore_errors=True)
    for path, text in transpiled().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
