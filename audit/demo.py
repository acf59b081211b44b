"""The demo: a copy of the sample workspace that came with the program, to be run and played with."""

import shutil
from pathlib import Path

from audit.errors import InputOutputError, UsageError
from audit.shipped import shipped_folder

SAMPLE = "sample_logs/force"
MARKER = ".audit-demo"
# What a run in the checkout itself may have left there.
_LEFTOVERS = ("audit.duckdb*", "reports", "ledger.jsonl", ".ledger.*", ".audit.*", "__pycache__")


def copy_demo(folder: Path) -> bool:
    """Copy the sample workspace to the folder; False when it is there already.

    Raises:
        UsageError: something else is there. InputOutputError: it cannot be written.

    """
    if (folder / MARKER).is_file():
        return False
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder}: is there already and is no demo; name a folder that is new: audit demo DIR")
    beside = folder.parent / f".{folder.name}.copying"
    try:
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.rmtree(beside, ignore_errors=True)
        shutil.copytree(
            shipped_folder(SAMPLE), beside, ignore=shutil.ignore_patterns(*_LEFTOVERS), copy_function=shutil.copyfile
        )
        (beside / MARKER).write_text("A copy of the sample workspace; `audit demo` runs it again.\n", encoding="utf-8")
        for path in beside.rglob("*"):
            path.chmod(0o700 if path.is_dir() else 0o600)
        beside.chmod(0o700)
        beside.rename(folder)
    except OSError as fault:
        raise InputOutputError(
            f"{folder}: cannot be made ({fault.strerror}); check the path, its permissions and the free space"
        ) from fault
    return True
