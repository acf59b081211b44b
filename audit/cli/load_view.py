"""How `audit load` prints what it did: a row for each file loaded; what went wrong goes to stderr."""

from collections.abc import Sequence

from audit.cli.messages import Messages
from audit.cli.output import print_lines, print_rows
from audit.load import FileLoad, LoadResult
from audit.loading import LoadOnly
from audit.text import counted

COLUMNS = ("source", "path", "records", "loaded", "duplicates", "quarantined", "rejected", "load_id", "sha256")
_FOR_PEOPLE = ("load_id", *COLUMNS[:-2])
COUNTS = ("records", "loaded", "duplicates", "quarantined", "rejected")


def print_load(result: LoadOnly, output_format: str, messages: Messages) -> None:
    """Print the files loaded, and say what else there is to say."""
    loaded = result.loaded
    messages.error(message for fault in loaded.faults for message in fault.faults)
    messages.warn([*loaded.warnings, *loaded.remarks])
    people = output_format == "table"
    rows = [{name: getattr(load, name) for name in COLUMNS} for load in loaded.loads]
    if rows or not people:
        print_rows(rows, output_format, columns=_FOR_PEOPLE if people else COLUMNS)
    if people:
        print_lines(_closing(loaded))
    messages.close(
        {
            "step": "load",
            "ledger_head": result.ledger_head,
            "exit_code": int(result.code),
            "files": files(loaded),
            "records": totals(loaded.loads),
        }
    )


def files(loaded: LoadResult) -> dict[str, int]:
    """Count files by what became of them."""
    return {"loaded": len(loaded.loads), "known": loaded.known, "failed": len(loaded.faults)}


def totals(loads: Sequence[FileLoad]) -> dict[str, int]:
    """Add up the counts of the files."""
    return {name: sum(getattr(load, name) for load in loads) for name in COUNTS}


def _closing(loaded: LoadResult) -> list[str]:
    count = totals(loaded.loads)
    lines = [loaded_sentence(loaded)]
    if count["quarantined"] or count["rejected"]:
        lines.append("Why records were quarantined or rejected: audit quarantine")
    return lines


def loaded_sentence(loaded: LoadResult) -> str:
    """Say in one sentence what was loaded."""
    count, many = totals(loaded.loads), files(loaded)
    known = f", {_files(many['known'])} known already" if many["known"] else ""
    failed = f", {_files(many['failed'])} not usable" if many["failed"] else ""
    if loaded.withdrawn:
        known += f" in the place of {_loads(loaded)}"
    if not many["loaded"]:
        return f"Nothing new{known}{failed}."
    parts = ", ".join(f"{count[name]:,} {name}" for name in COUNTS[1:])
    return f"{_files(many['loaded'])} loaded{known}{failed}. {counted(count['records'], 'record')}: {parts}."


def _loads(loaded: LoadResult) -> str:
    ids = ", ".join(str(gone.load_id) for gone in loaded.withdrawn)
    return f"load {ids}" if len(loaded.withdrawn) == 1 else f"loads {ids}"


def _files(number: int) -> str:
    return counted(number, "file")
