"""Tiny workspaces in canonical form, drawn in tests: one user who comes back to one woman, and one who is on a case."""

from pathlib import Path

CONFIG = """
[workspace]
name = "Tiny"
timezone = "Europe/London"
sources = ["sources"]

[[input]]
source = "event"
path = "logs/*.csv*"

[[input]]
source = "incident"
path = "context/incident.csv"

[[input]]
source = "incident_subject"
path = "context/incident_subject.csv"

[[input]]
source = "incident_staff"
path = "context/incident_staff.csv"
"""
EVENTS = """\
event_id,occurred_at,system,user_id,origin,action,subject_kind,subject_id,reason,reference
E1,2024-06-03 10:00:00,RMS,U1,,view,person,P1,curious,
E2,2024-06-04 10:00:00,RMS,U1,,view,person,P1,,
E3,2024-06-05 10:00:00,RMS,U1,,view,person,P1,,
E4,2024-06-05 11:00:00,RMS,U2,,search,person,P2,burglary,INC-1
E5,2024-06-05 11:00:03,RMS,U2,,view,person,P2,,
E6,2024-06-05 12:00:00,RMS,SVC,machine,search,vehicle,AB12CDE,,
E7,2024-06-05 13:00:00,RMS,,,view,person,P1,,
"""
INCIDENTS = """\
reference,kind,unit,opened_at,closed_at
INC-1,burglary,north,2024-06-01 09:00:00,
"""
SUBJECTS = "reference,subject_id,role\nINC-1,P2,victim\n"
STAFF = "reference,user_id,role,starts_at,ends_at\nINC-1,U2,officer,2024-06-01 09:00:00,\n"


def make_tiny(folder: Path, config: str = CONFIG) -> Path:
    """Make the workspace: 7 events, 5 accesses of persons, 3 unexplained, 1 explained, 1 not judged."""
    files = {
        "audit.toml": config,
        "logs/2024.csv": EVENTS,
        "context/incident.csv": INCIDENTS,
        "context/incident_subject.csv": SUBJECTS,
        "context/incident_staff.csv": STAFF,
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (folder / "sources").mkdir()
    return folder


def add_source(folder: Path, columns: str, more: str = "") -> Path:
    """Add a source definition `gate` of the event table, and its input."""
    path = folder / "sources" / "gate.toml"
    path.write_text(
        f'name = "gate"\ntable = "event"\ndescription = "A gate log"\n\n[columns]\n{columns}\n{more}', encoding="utf-8"
    )
    config = folder / "audit.toml"
    config.write_text(config.read_text() + '\n[[input]]\nsource = "gate"\npath = "gate/*.csv"\n', encoding="utf-8")
    (folder / "gate").mkdir()
    (folder / "gate" / "a.csv").write_text("no,when,who\n1,2024-06-06 10:00:00,U3\n", encoding="utf-8")
    return path


GATE = 'event_id = "no"\noccurred_at = "when"\nsystem = { value = "GATE" }\nuser_id = "who"\naction = { value = "search" }\n'
