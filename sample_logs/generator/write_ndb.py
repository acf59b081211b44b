"""Writes the national database's transaction log as it leaves the mainframe.

Half-yearly files, fields between bars, code page 1252, CRLF, stray spaces in the header, London wall-clock times with
no zone. The originator line packs requester, reason, place and reference into 53 characters; the operator is whoever
typed it. A few times cannot exist, a few cannot be read, a few lines were sent twice and two were cut short.
"""

from pathlib import Path

from clock import to_local
from subjects import Register
from tables import Look
from tally import Tally, halves
from world import World
from write_files import write_bytes

HEADER = "TXN NO| DATE TIME|TXN CODE |ORIGINATOR| OPERATOR|TERMINAL| SUBJECT KEY |QUERY|HITS|RSN"
WIDTH = 53
CODES = {"person": "#NE", "vehicle": "#VE", "address": "#AE", "phone": "#TE"}
MOBILE_PLACES = ("NCH", "HLM", "WRD", "RPU", "OXT")
# Lines that no loader can take for an event: (file, the time as written).
BAD_TIMES = (
    ("2022H1", "27/03/2022 01:17:09"),
    ("2023H1", "26/03/2023 01:40:55"),
    ("2024H1", "31/03/2024 01:05:30"),
    ("2022H2", "31/09/2022 10:11:12"),
    ("2023H1", "31/02/2023 10:11:12"),
    ("2023H2", "2023-07-14 13.05"),
    ("2024H1", "00/00/0000 00:00:00"),
    ("2024H2", ""),
)
CUT_FILES = ("2022H2", "2024H1")
SENT_TWICE = 5  # lines, one in a file, but for the last


def write_ndb(world: World, folder: Path) -> Tally:
    """All half-years; transaction numbers count up in true time."""
    tally = Tally()
    looks = sorted((look for look in world.looks if look.system == "NDB"), key=lambda look: (look.when, look.serial))
    numbers = {look.serial: f"{1048576 + 3 * place:09d}" for place, look in enumerate(looks)}
    for year in (2022, 2023, 2024):
        for name, first, last in halves(year):
            inside = [
                look
                for look in looks
                if to_local(look.when).year == year and first <= to_local(look.when).month <= last
            ]
            lines = [line_of(world, look, numbers[look.serial]) for look in inside]
            tally.files += 1
            tally.loaded += len(lines)
            spoil(name, lines, tally)
            text = "\r\n".join([HEADER, *lines]) + "\r\n"
            write_bytes(folder / f"ndb_txn_{name}.txt", text.encode("cp1252"))
    return tally


def spoil(name: str, lines: list[str], tally: Tally) -> None:
    """Put the bad lines of this file among the good ones."""
    if tally.files <= SENT_TWICE:
        lines.insert(len(lines) // 2, lines[len(lines) // 2 - 3])
        tally.duplicates += 1
    for place, time in enumerate(time for file, time in BAD_TIMES if file == name):
        fields = lines[100 * (place + 1)].split("|")
        fields[0], fields[1] = f"{9000000 + len(lines):09d}", time
        lines.insert(100 * (place + 1), "|".join(fields))
        tally.quarantined += 1
    if name in CUT_FILES:
        lines.insert(300, "|".join(lines[299].replace(lines[299][:9], f"{9500000 + tally.files:09d}").split("|")[:5]))
        tally.rejected += 1


def line_of(world: World, look: Look, number: str) -> str:
    """One transaction."""
    operator = look.operator_id or look.user_id
    fields = (
        number,
        to_local(look.when).strftime("%d/%m/%Y %H:%M:%S"),
        code_of(look),
        originator(world, look),
        operator,
        look.workstation,
        look.subject_id,
        query_of(world.register, look.subject_id),
        str(1 + look.serial % 3 if look.subject_kind == "person" else 1),
        reason_code(world, look),
    )
    return "|".join(fields)


def code_of(look: Look) -> str:
    """The transaction code; a query sent from a mobile terminal has an M behind it."""
    code = CODES[look.subject_kind]
    mobile = not look.operator_id and look.workstation[:3] in MOBILE_PLACES and look.serial % 3 == 0
    return code + "M" if mobile else code


def originator(world: World, look: Look) -> str:
    """Requester, reason and place, then the reference; the reason gives way when the line is too long.

    The control room now and then leaves itself out: then the operator is the one who asked.
    """
    place = world.place(look.user_id, look.when)
    itself = place == "FCR" and not look.operator_id and look.serial % 4 == 0
    begin = "" if itself else f"{look.user_id}/"
    end = f"/{place} {look.reference}".rstrip()
    reason = " ".join(look.reason.upper().replace("/", "-").replace('"', "").split())
    return begin + reason[: WIDTH - len(begin) - len(end)].rstrip() + end


def query_of(register: Register, subject_id: str) -> str:
    """What was typed: a name, else the number itself."""
    subject = register.subjects.get(subject_id)
    if subject is None or not subject.name:
        return subject_id
    first, last = subject.name.split()
    return f"{last}/{first}".upper()


def reason_code(world: World, look: Look) -> str:
    """The numbered reason; 9 was withdrawn but some still type it."""
    place = world.place(look.user_id, look.when)
    if look.serial % 67 == 0:
        return "9"
    if look.reference and look.reference.split("-")[-1] == "9004":
        return "4"
    return {"FCR": "2", "FIB": "5", "RPU": "1"}.get(place, "3" if look.reference or look.serial % 4 else "1")
