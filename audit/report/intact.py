"""Check that what is about to be read of a report is what its run wrote. Hashes those files only; `audit verify` checks all."""

from audit.errors import DifferenceError
from audit.files import naming_faults, sha256_of
from audit.report.manifest import is_as_written
from audit.report.read import Run, read_manifest

_REMEDY = "give the right to read it, take it from a backup, or make a new report with: audit run"
_ADVICE = "nothing is shown of it; see all that differs with: audit verify"


def check_intact(run: Run, *names: str) -> None:
    """Check the manifest of a report, and these of its tables by it. Raises DifferenceError, InputOutputError."""
    damage = damage_of(run, *names)
    if damage:
        raise DifferenceError(damage)


def damage_of(run: Run, *names: str) -> tuple[str, ...]:
    """Return what is wrong with the manifest of a report, or with these of its tables; of a table without a file nothing."""
    path = run.folder / "manifest.json"
    with naming_faults(path, "read", _REMEDY):
        text = path.read_bytes()
    written = {file.name: file.sha256 for file in read_manifest(run).files}
    if not is_as_written(text):
        return (f"{path}: was changed after the run wrote it; {_ADVICE}",)
    damage = []
    for name in names:
        path = run.folder / f"{name}.parquet"
        # What is not there cannot be taken for true: whoever reads it says so, and a report of an earlier version lacks some.
        if not path.exists():
            continue
        with naming_faults(path, "read", _REMEDY):
            found = sha256_of(path)
        if found != written.get(path.name):
            damage.append(f"{path}: is not the file that the manifest names; {_ADVICE}")
    return tuple(damage)
