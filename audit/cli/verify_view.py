"""How `audit verify` prints what differs."""

from dataclasses import asdict

from audit.cli.output import print_lines, print_object, print_rows
from audit.text import counted
from audit.verify import Outcome

_WORDS = {
    "entries": ("entry of the ledger", "entries of the ledger"),
    "reports": ("report", "reports"),
    "packs": ("evidence pack", "evidence packs"),
    "texts": ("text of a query or source", "texts of queries and sources"),
    "loads": ("load", "loads"),
    "inputs": ("input file", "input files"),
}


def print_verified(outcome: Outcome, with_head: bool, output_format: str) -> None:
    """Print what was checked and what was found. `with_head`: a head was asked for, which is in the ledger or differs."""
    differing = [asdict(remark) for remark in outcome.remarks if remark.differs]
    noted = [asdict(remark) for remark in outcome.remarks if not remark.differs]
    columns = ("part", "name", "text")
    if output_format == "json":
        found = {
            name: [{column: row[column] for column in columns} for row in rows]
            for name, rows in (("differences", differing), ("notes", noted))
        }
        print_object({"checked": outcome.counts, "ledger_head": outcome.head, **found})
        return
    print_lines([f"Checked: {', '.join(counted(number, *_WORDS[name]) for name, number in outcome.counts.items())}"])
    if outcome.head:
        print_lines([f"Head of the ledger: {outcome.head}"])
    for heading, rows in (("Differs", differing), ("Noted, no fault", noted)):
        if rows:
            print_lines(["", heading])
            print_rows(rows, columns=columns)
    if differing:
        return
    print_lines(["All is as it was written."])
    if outcome.head and not with_head:
        print_lines(
            ["A tail cut off the ledger would not show: to notice one, give --head with the head of the last run."]
        )
