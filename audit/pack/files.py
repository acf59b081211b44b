"""The files of a pack, as bytes, in their order: what a case becomes on the disk. Writes nothing."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from audit.pack.case import Case, QueryText
from audit.pack.page import make_page, render_page
from audit.pack.tables import csv_of, parquet_of, tables_of
from audit.packed import SUMS, PackFile
from audit.report.html import page_environment

_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.=-]{0,150}")


@dataclass(frozen=True)
class Content:
    """A file's bytes; `rows` where it is a table, `shipped` where it is a text that travels with the program."""

    content: bytes
    rows: int | None = None
    shipped: bool = False

    def entry(self, name: str) -> PackFile:
        """What the manifest says of it."""
        return PackFile(name, hashlib.sha256(self.content).hexdigest(), len(self.content), self.rows)


def files_of_pack(case: Case) -> dict[str, Content]:
    """Return the files by their path in the pack, SHA256SUMS last. The same case gives the same bytes."""
    zone = ZoneInfo(case.timezone)
    files: dict[str, Content] = {"report.html": Content(render_page(case).encode())}
    readme = page_environment(zone, "audit.pack").get_template("README.txt.j2").render(page=make_page(case), case=case)
    files["README.txt"] = Content(f"{readme}\n".encode())
    for name, table in tables_of(case).items():
        files[f"{name}.csv"] = Content(csv_of(table, zone), table.num_rows)
        files[f"{name}.parquet"] = Content(parquet_of(table), table.num_rows)
    if not case.redacted:
        lines = "".join(f"{entry.line}\n" for entry in case.ledger)
        files["ledger.jsonl"] = Content(lines.encode())
        files |= {f"runs/{_name(run.run_id, run.sha256)}.json": Content(run.text) for run in case.runs}
    files |= dict(_texts(case))
    files = dict(sorted(files.items()))
    files[SUMS] = Content("".join(f"{each.entry(name).sha256}  {name}\n" for name, each in files.items()).encode())
    return files


def _texts(case: Case) -> Iterator[tuple[str, Content]]:
    names: set[str] = set()
    for query in case.queries:
        if query.text is not None:
            name = f"queries/{query.kind}/{_name(query.id, query.sha256)}"
            # Two reports may have used two texts of one query.
            name = f"{name}-{query.sha256[:8]}" if name in names else name
            names.add(name)
            yield f"{name}.sql", Content(query.text.encode(), shipped=query.shipped)
    yield "queries/parameters.json", Content(_parameters(case).encode())
    for found in case.definitions:
        if found.text is not None:
            name = f"sources/{_name(found.source, found.sha256)}-{found.sha256[:8]}.toml"
            yield name, Content(found.text.encode(), shipped=found.shipped)


def _parameters(case: Case) -> str:
    def told(query: QueryText) -> Mapping[str, object]:
        return {"id": query.id, "kind": query.kind, "sha256": query.sha256, "parameters": dict(query.parameters)}

    return json.dumps([told(query) for query in case.queries], indent=1, sort_keys=True) + "\n"


def _name(wanted: str, sha256: str) -> str:
    """Return a file's name: the one wanted if it is harmless, else a hash."""
    return wanted if _SAFE.fullmatch(wanted) else sha256
