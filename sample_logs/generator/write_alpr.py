"""Writes the plate readers' search audit: NDJSON in UTC, without event ids, some users masked.

Half-yearly files that run a day into the next one. The first has no case numbers at all, later ones only where one
was given. Hotlist rows are the machine's. Now and then a plate is a pattern, which names no vehicle.
"""

import json
from datetime import datetime, timedelta
from pathlib import Path

import cast
from clock import iso_utc
from tables import Look
from tally import Tally, halves
from world import World, story
from write_files import write_bytes

MASKED = 60
MASKS = ("***", "REDACTED")
DAY = timedelta(days=1)
# Not the first of the month: that day stands in two files, and would differ between them.
CASE_NUMBERS_FROM = datetime(2022, 7, 2)


def write_alpr(world: World, folder: Path) -> Tally:
    """All half-years of UTC days, each with the first day of the next."""
    tally = Tally()
    looks = sorted((look for look in world.looks if look.system == "ALPR"), key=lambda look: (look.when, look.serial))
    masks = pick_masks(looks)
    for year in (2022, 2023, 2024):
        for name, first, last in halves(year):
            inside = [look for look in looks if look.when.year == year and first <= look.when.month <= last]
            beyond = [look for look in looks if is_next_day(look, year, last)]
            lines = [line_of(look, masks) for look in inside + beyond]
            again = [look for look in inside if (look.when.month, look.when.day) == (first, 1)] if tally.files else []
            tally.files += 1
            tally.loaded += len(lines) - len(again)
            tally.duplicates += len(again)
            spoil(name, lines, tally)
            write_bytes(folder / f"alpr_audit_{name}.ndjson.gz", ("\n".join(lines) + "\n").encode())
    return tally


def is_next_day(look: Look, year: int, last: int) -> bool:
    """Whether it happened on the first day after the half-year."""
    yesterday = look.when - DAY
    return look.when.day == 1 and (yesterday.year, yesterday.month) == (year, last)


def pick_masks(looks: list[Look]) -> dict[int, str]:
    """The provider masked some users; by chance none of those who matter."""
    rng = story("masks")
    honest = [look for look in looks if not look.machine and look.user_id not in cast.CASE_USERS + cast.LOOKALIKE_USERS]
    return {look.serial: rng.choice(MASKS) for look in rng.sample(honest, MASKED)}


def line_of(look: Look, masks: dict[int, str]) -> str:
    """One search; a user types a plate with or without its space, in capitals or not."""
    plate = look.subject_id
    if not look.machine and len(plate) == 7 and look.serial % 3:
        plate = f"{plate[:4]} {plate[4:]}" if look.serial % 3 == 1 else plate.lower()
    record: dict[str, str | int] = {
        "userId": masks.get(look.serial, look.user_id),
        # The hotlist writes whole seconds, so that two of its records can be the same to the letter.
        "searchDate": iso_utc(look.when)[:-1] + (".000Z" if look.machine else f".{look.serial * 37 % 1000:03d}Z"),
        "searchType": "hotlist" if look.machine else ("lookup", "mobileLookup")[look.serial % 4 == 0],
        "plate": plate,
        "reason": "hotlist" if look.machine else look.reason.replace(" ", "+"),
        "cameraCount": 212 + look.serial % 5 if not look.machine else 1,
        "resultCount": look.serial % 9 if not look.machine else 0,
        "deviceId": look.workstation,
    }
    if look.reference and look.when >= CASE_NUMBERS_FROM:
        record["caseNumber"] = look.reference
    return json.dumps(record, ensure_ascii=False)


def spoil(name: str, lines: list[str], tally: Tally) -> None:
    """Two records without a time, and one cut in the middle."""
    if name in ("2022H2", "2023H2"):
        record = json.loads(lines[40])
        record["searchDate"] = "" if name == "2022H2" else "not recorded"
        lines.insert(41, json.dumps(record, ensure_ascii=False))
        tally.quarantined += 1
    if name == "2024H1":
        lines.insert(60, lines[60][:57])
        tally.rejected += 1
