"""Find a source definition by its name: the workspace's own first, then the shipped, then the canonical tables.

A wrong definition of the workspace is in nobody's way until it is asked for. Nothing takes its place then: not the shipped one of
its name.
"""

import re
import tomllib
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from audit.errors import SourceError
from audit.passed import Passed, read_passed
from audit.schema import TABLES
from audit.sources.definition import SourceDefinition, built_in, did_you_mean, read_definition

SHIPPED = Path(__file__).parent / "shipped"
# Where the file is no TOML, what it means to be called is read off its text.
_NAME = re.compile(r"""^[ \t]*name[ \t]*=[ \t]*["']([^"'\n]+)["']""", re.MULTILINE)


@dataclass(frozen=True)
class Wrong:
    """A definition that cannot be used: the source that it is of, and all that is wrong with it."""

    name: str
    faults: tuple[str, ...]


@dataclass(frozen=True)
class Library(Mapping[str, SourceDefinition]):
    """The definitions that are right, by name, and those of the workspace that are wrong."""

    definitions: Mapping[str, SourceDefinition]
    wrong: tuple[Wrong, ...] = ()

    def __getitem__(self, name: str) -> SourceDefinition:
        return self.definitions[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.definitions)

    def __len__(self) -> int:
        return len(self.definitions)

    def warnings(self, used: Container[str] = ()) -> tuple[str, ...]:
        """A sentence on each wrong definition; of `used` sources, that what they load stands still."""
        return tuple(
            f"{one.faults[0]}{f' (and {len(one.faults) - 1} more)' if len(one.faults) > 1 else ''}; "
            + (
                "an input uses it, and no run loads anything until it is mended"
                if one.name in used and one.name not in self
                else "nothing here uses this definition, and it is left out: mend it, or take the file away"
            )
            + " (audit sources check)"
            for one in self.wrong
        )


def read_library(own: Iterable[Path], in_full: bool = False, strict: bool = True) -> Library:
    """Return all definitions by name. Own folders come before the shipped one.

    `in_full`: parse the expressions of those shipped texts too that are known to have passed (audit/passed.py). Not `strict`:
    own definitions that are wrong, and say of which source they are, are put aside until somebody asks for them.

    Raises:
        SourceError: a definition is wrong, or one folder names a source twice.

    """
    passed = Passed() if in_full else read_passed(SHIPPED)
    shipped, faults = _read_folder(SHIPPED, passed)
    _check(faults)
    library = {table.name: built_in(table) for table in TABLES.values()} | shipped
    wrong: list[Wrong] = []
    for folder in reversed(list(own)):
        found, faults = _read_folder(folder, passed)
        if strict or "" in {one.name for one in faults}:
            _check(faults)
        library |= found
        for one in faults:
            library.pop(one.name, None)
        wrong += faults
    return Library(dict(sorted(library.items())), tuple(wrong))


def find_definition(library: Library, name: str, where: str) -> SourceDefinition:
    """Return the definition of that name; `where` names what asks for it. Raises SourceError."""
    if name in library:
        return library[name]
    _check([one for one in library.wrong if one.name == name])
    raise SourceError(f'{where}: there is no source "{name}"{did_you_mean(name, library)}')


def _check(wrong: Iterable[Wrong]) -> None:
    faults = [fault for one in wrong for fault in one.faults]
    if faults:
        raise SourceError(faults)


def _read_folder(folder: Path, passed: Passed) -> tuple[dict[str, SourceDefinition], list[Wrong]]:
    found: dict[str, SourceDefinition] = {}
    wrong: list[Wrong] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            definition = read_definition(path, passed)
        except SourceError as fault:
            wrong.append(Wrong(_name_in(path), tuple(fault.faults)))
            continue
        if definition.name in found:
            stands = f'{path}: name = "{definition.name}" stands already in {found[definition.name].where}'
            wrong.append(Wrong(definition.name, (stands,)))
        found[definition.name] = definition
    return found, wrong


def _name_in(path: Path) -> str:
    """Return the source that a wrong definition is of; nothing where it does not say so."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
    try:
        name = tomllib.loads(text).get("name", "")
    except tomllib.TOMLDecodeError:
        said = _NAME.search(text)
        return said[1].strip() if said else ""
    return name if isinstance(name, str) else ""
