"""A tiny folder of queries, so that these tests do not depend on the shipped ones."""

from dataclasses import dataclass
from pathlib import Path

from audit.catalogue import Catalogue, read_catalogue
from audit.errors import QueryError

HEADERS = {
    "views": {"materialise": "false"},
    "reports": {},
    "accesses": {},
    "explanations": {"strength": '"full"', "order": "1"},
    "detectors": {
        "level": '"high"',
        "status": '"test"',
        "family": '"unauthorised"',
        "key": '["user_id", "subject_id"]',
        "points": "20",
        "summary": '"{user_id} looked up {subject_id} {event_count} times"',
        "falsepositives": '["training on a test record"]',
        "blind_spots": '["users whose own record is not held"]',
        "triage": '["ask the supervisor"]',
    },
}
DETECTOR_SQL = """SELECT access.user_id, access.subject_id, access.access_id, TRUE AS counts
FROM access
ORDER BY access.access_id"""
SQL = {
    "views": "SELECT access_id FROM access",
    "reports": "SELECT access_id FROM access",
    "accesses": "SELECT event_id FROM event",
    "explanations": "SELECT access_id, reference FROM access",
    "detectors": DETECTOR_SQL,
}
CASES = '''
[[case]]
name = "one access fires"
expect = """
access_id
A1
"""
[case.tables]
access = """
access_id
A1
"""
[[case]]
name = "no access stays silent"
expect = ""
'''


@dataclass(frozen=True)
class Folder:
    """A queries folder to be written and read."""

    path: Path

    def write(
        self, kind: str, name: str, sql: str | None = None, cases: str | None = CASES, **header: str | None
    ) -> Path:
        """Write a query that is right but for what is given; a header value of None leaves that key out."""
        sql = SQL[kind] if sql is None else sql
        reads = '["event"]' if kind == "accesses" else '["access"]'
        entries = {"id": f'"{name}"', "title": '"A title"', "description": '"What it is"', "reads": reads}
        entries |= HEADERS[kind] | header
        lines = [f"-- {key} = {value}" for key, value in entries.items() if value is not None]
        path = self.path / kind / f"{name}.sql"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join([*lines, "--", "-- Why it matters.", sql, ""]), encoding="utf-8")
        if cases is not None and kind in ("detectors", "explanations"):
            path.with_name(f"{name}.cases.toml").write_text(cases, encoding="utf-8")
        return path

    def read(self, *own: "Folder") -> Catalogue:
        """Read it as the shipped folder, behind the own ones."""
        self.path.mkdir(exist_ok=True)
        return read_catalogue([folder.path for folder in own], self.path)

    def faults(self) -> str:
        """Return what is wrong with it; nothing when it is right."""
        try:
            self.read()
        except QueryError as fault:
            return str(fault)
        return ""
