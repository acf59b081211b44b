"""Writes the records system's view log: gzipped CSV, quoted, with commas, quotes and newlines in the reasons.

Quarterly files that run a day into the next quarter, so each first day stands twice. It knows accounts and not users.
From 2024 the columns stand in another order and there is one more. Two rows come again with another reason.
"""

import csv
import io
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import cast
from clock import iso_offset, to_local
from tables import Account, Look
from tally import Tally
from world import World
from write_files import write_bytes

OLD = "Audit ID,Logged At,User Name,Action,Record Type,Record ID,Case Ref,Reason,Workstation,Parent,Banner".split(",")
NEW = (
    "Audit ID,User Name,Logged At,Client,Action,Record ID,Record Type,Reason,Case Ref,Parent,Banner,Workstation".split(
        ","
    )
)
ACTIONS = {"assess": "Risk Assess", "notify": "Notify Supervisor", "defer": "Defer"}
TYPES = {
    "person": "Nominal",
    "vehicle": "Vehicle",
    "address": "Location",
    "phone": "Telephone",
    "incident": "Occurrence",
    "intelligence": "Intel Report",
}
REWORDED = ("2022Q3", "2024Q2")
NO_ID, NO_DAY = "2022Q4", "2023Q1"


@dataclass(frozen=True)
class Namer:
    """Accounts by user and audit ids by event."""

    accounts: dict[str, Account]
    numbers: dict[int, str]


def write_rms(world: World, folder: Path) -> Tally:
    """All quarters, each with the first day of the next."""
    tally = Tally()
    looks = sorted((look for look in world.looks if look.system == "RMS"), key=lambda look: (look.when, look.serial))
    numbers = {look.serial: f"RA-{700001 + 2 * place}" for place, look in enumerate(looks)}
    namer = Namer({row.user_id: row for row in world.force.accounts}, numbers)
    for quarter in range(12):
        year, month = 2022 + quarter // 4, quarter % 4 * 3 + 1
        begins, ends = date(year, month, 1), date(year + month // 10, (month + 3) % 12, 1)
        inside = [look for look in looks if begins <= to_local(look.when).date() <= ends]
        again = sum(1 for look in inside if to_local(look.when).date() == begins) if quarter else 0
        rows = [row_of(namer, look) for look in inside]
        tally.files += 1
        tally.loaded += len(rows) - again
        tally.duplicates += again
        name = f"{year}Q{quarter % 4 + 1}"
        spoil(name, rows, begins, tally)
        write_bytes(folder / f"rms_view_{name}.csv.gz", to_csv(rows, NEW if year == 2024 else OLD))
    return tally


def spoil(name: str, rows: list[dict[str, str]], begins: date, tally: Tally) -> None:
    """A row of the shared day comes again reworded; one row has no id, another a day that no calendar has."""
    if name in REWORDED:
        rows[1]["Reason"] = (rows[1]["Reason"] + " [corrected]").strip()
        tally.duplicates -= 1
        tally.quarantined += 1
    if name == NO_ID:
        rows.insert(90, rows[90] | {"Audit ID": ""})
        tally.quarantined += 1
    if name == NO_DAY:
        rows.insert(120, rows[120] | {"Audit ID": "RA-1", "Logged At": f"{begins.year}-02-30T10:00:00+00:00"})
        tally.quarantined += 1


def row_of(namer: Namer, look: Look) -> dict[str, str]:
    """One row, by the names of its columns."""
    reference = look.reference or ("NULL" if look.serial % 7 == 0 else "")
    account = namer.accounts[look.user_id].account if look.user_id in namer.accounts else look.user_id.lower()
    return {
        "Audit ID": namer.numbers[look.serial],
        "Logged At": iso_offset(look.when),
        "User Name": account,
        "Action": ACTIONS.get(look.action, look.action.capitalize()),
        "Record Type": TYPES[look.subject_kind],
        "Record ID": look.subject_id,
        "Case Ref": f" {reference} " if reference.startswith("I") and look.serial % 5 == 0 else reference,
        "Reason": look.reason,
        "Workstation": look.workstation,
        "Parent": namer.numbers[look.parent] if look.parent is not None else "",
        "Banner": banner(look),
        "Client": "7.2.1",
    }


def banner(look: Look) -> str:
    """Whether the misuse banner was accepted; old clients do not say, and case six always did."""
    if look.user_id == cast.CASE_SIX:
        return "Y"
    return "N" if look.serial % 31 == 0 else "" if look.serial % 19 == 0 else "Y"


def to_csv(rows: list[dict[str, str]], columns: list[str]) -> bytes:
    """Everything quoted, as this system does."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, columns, extrasaction="ignore", quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue().encode()
