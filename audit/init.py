"""Make a starter workspace: audit.toml with every key explained, and the folders it names. Overwrites nothing."""

import json
from pathlib import Path

from audit.errors import InputOutputError, UsageError
from audit.workspace import CONFIG_NAME

_TEMPLATE = Path(__file__).parent / "templates" / CONFIG_NAME
FOLDERS = ("sources", "queries/views", "queries/explanations", "queries/detectors", "logs", "context")


def init_workspace(folder: Path) -> Path:
    """Make the workspace and return its audit.toml. A folder that is there is filled up, nothing in it is changed.

    Raises:
        UsageError: there is an audit.toml, or a file where a folder must be. InputOutputError: it cannot be written.

    """
    config = folder / CONFIG_NAME
    if config.exists():
        raise UsageError(f"{config}: is there already and is not overwritten; name another folder: audit init DIR")
    text = _TEMPLATE.read_text(encoding="utf-8").replace('"@NAME@"', json.dumps(folder.resolve().name))
    try:
        for name in ("", *FOLDERS):
            # By hand, because `parents` makes them with the umask's mode, not with this one.
            for made in (*reversed((folder / name).parents), folder / name):
                made.mkdir(mode=0o700, exist_ok=True)
        with config.open("x", encoding="utf-8") as file:
            config.chmod(0o600)
            file.write(text)
    except FileExistsError as fault:
        raise UsageError(
            f"{fault.filename}: is there already and is no folder; name another: audit init DIR"
        ) from fault
    except OSError as fault:
        raise InputOutputError(
            f"{fault.filename or folder}: cannot be made ({fault.strerror}); check the path and its permissions"
        ) from fault
    return config
