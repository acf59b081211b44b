"""The shipped queries in Spark's SQL, as they are committed. Run as a module, writes them anew."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from audit.catalogue import read_catalogue
from audit.engine.transpile import to_spark

FOLDER = Path(__file__).parent.parent / "golden" / "spark"


def transpiled() -> Mapping[Path, str]:
    """Return path -> text of every shipped query."""
    return {
        FOLDER / query.path.parent.name / f"{query.path.stem}.sql": to_spark(query.sql, pretty=True) + "\n"
        for query in read_catalogue().queries
    }


def main() -> None:
    """Write all of them, and none besides."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    for path, text in transpiled().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
