"""Find a source definition by its name: the workspace's own first, then the shipped, then the canonical tables."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from audit.errors import SourceError
from audit.passed import Passed, read_passed
from audit.schema import TABLES
from audit.sources.definition import SourceDefinition, built_in, did_you_mean, read_definition

SHIPPED = Path(__file__).parent / "shipped"


def read_library(own: Iterable[Path], in_full: bool = False) -> Mapping[str, SourceDefinition]:
    """Return all definitions by name. Own folders come before the shipped one.

    `in_full`: parse the expressions of those shipped texts too that are known to have passed (audit/passed.py).

    Raises:
        SourceError: a definition is wrong, or one folder names a source twice.

    """
    library = {table.name: built_in(table) for table in TABLES.values()}
    passed = Passed() if in_full else read_passed(SHIPPED)
    for folder in (SHIPPED, *reversed(list(own))):
        library |= _read_folder(folder, passed)
    return dict(sorted(library.items()))


def find_definition(library: Mapping[str, SourceDefinition], name: str, where: str) -> SourceDefinition:
    """Return the definition of that name; `where` names what asks for it."""
    if name not in library:
        raise SourceError(f'{where}: there is no source "{name}"{did_you_mean(name, library)}')
    return library[name]


def _read_folder(folder: Path, passed: Passed) -> dict[str, SourceDefinition]:
    found: dict[str, SourceDefinition] = {}
    faults: list[str] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            definition = read_definition(path, passed)
        except SourceError as fault:
            faults += fault.faults
            continue
        if definition.name in found:
            faults.append(f'{path}: name = "{definition.name}" stands already in {found[definition.name].where}')
        found[definition.name] = definition
    if faults:
        raise SourceError(faults)
    return found
