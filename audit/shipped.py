"""Find the folders that travel with the program: in a checkout beside `audit/`, in an installed wheel inside it."""

from pathlib import Path

from audit.errors import InputOutputError

_PACKAGE = Path(__file__).resolve().parent


def shipped_folder(name: str, package: Path = _PACKAGE) -> Path:
    """Return the shipped folder of that name, such as `queries`.

    Raises:
        InputOutputError: the installation lacks it.

    """
    # The wheel's own copy first: beside an installed package lies whatever else is installed, perhaps of the same name.
    for folder in (package / "_shipped" / name, package.parent / name):
        if folder.is_dir():
            return folder
    raise InputOutputError(f"{package}: the shipped folder {name!r} is missing; install access-audit again")
