"""Make a detector of a workspace's own to start from: a query that runs as it stands, and its cases. Overwrites nothing.

Both files are written aside and renamed, the query last: what a crash leaves is no query yet.
"""

import os
import re
import shutil
import tomllib
from dataclasses import dataclass
from pathlib import Path

from audit.catalogue import Catalogue, Detector, read_catalogue
from audit.catalogue.cases import cases_path
from audit.catalogue.faults import suggestion
from audit.catalogue.header import ID, id_in_name, split
from audit.errors import ConfigError, UsageError
from audit.files import Audience, audience_of, make_folder, naming_faults, remove_abandoned, sync_folder, write_file
from audit.workspace import Workspace

_TEMPLATES = Path(__file__).parent / "templates"
_LONGEST_ID = 60
_REMEDY = "check the path and its permissions"
_ID_LINE = re.compile(r"""^--\s*id\s*=.*$""", re.MULTILINE)
_STATUS_LINE = re.compile(r"""^--\s*status\s*=.*$""", re.MULTILINE)


@dataclass(frozen=True)
class Scaffold:
    """What was made: the query and its cases. `like`: the detector that it is a copy of."""

    query: Path
    cases: Path
    like: str | None


def make_detector(workspace: Workspace, detector_id: str, like: str | None) -> Scaffold:
    """Make `detectors/<id>.sql` and its cases in the workspace's first folder of queries; `like`: as a copy of that detector.

    Raises:
        UsageError: the id is none or taken, or there is no detector `like`. ConfigError: audit.toml names no folder of queries.
        QueryError: an own query is wrong. InputOutputError: it cannot be written.

    """
    _check_id(detector_id)
    if not workspace.queries:
        raise ConfigError(
            f"{workspace.config}: names no folder for queries of your own; "
            'put this line below its [workspace]: queries = ["queries"]'
        )
    # The folder is made when it is needed, and to be without one is no fault until then.
    catalogue = read_catalogue([folder for folder in workspace.queries if folder.is_dir()])
    _check_free(catalogue, detector_id)
    query = workspace.queries[0] / "detectors" / f"{detector_id}.sql"
    for path in (query, cases_path(query)):
        if os.path.lexists(path):
            raise UsageError(f"{path}: is there already and is not overwritten; move it away, or choose another id")
    sql, cases = _copied(catalogue, like, detector_id) if like else _sample(detector_id)
    _write(query, sql, cases, audience_of(workspace.group))
    return Scaffold(query, cases_path(query), like)


def _check_id(detector_id: str) -> None:
    if not ID.fullmatch(detector_id) or len(detector_id) > _LONGEST_ID:
        raise UsageError(
            f"ID: must be small letters and digits with single - or _ between, at most {_LONGEST_ID} of them, such as night-lookup"
        )
    if id_in_name(Path(f"{detector_id}.sql")) != detector_id:
        raise UsageError("ID: must not begin with a number and a -, by which steps are ordered; put the number behind")


def _check_free(catalogue: Catalogue, detector_id: str) -> None:
    for query in catalogue.queries:
        if query.id == detector_id:
            other = f", or begin with a copy of it: audit detectors new {detector_id}-2 --like {detector_id}"
            hint = other if isinstance(query, Detector) else ""
            raise UsageError(f'"{detector_id}": is the id of a query already, {query.path}; choose another id{hint}')


def _sample(detector_id: str) -> tuple[str, str]:
    sql, cases = (
        (_TEMPLATES / name).read_text(encoding="utf-8").replace("@ID@", detector_id)
        for name in ("detector.sql", "detector.cases.toml")
    )
    return sql, cases


def _copied(catalogue: Catalogue, like: str, detector_id: str) -> tuple[str, str]:
    """Return the text of a detector under another id, as experimental, and its cases as they stand."""
    known = {detector.id: detector for detector in catalogue.detectors}
    if like not in known:
        raise UsageError(
            f'--like "{like}": there is no such detector{suggestion(like, known) or "; see: audit detectors list"}'
        )
    text = known[like].path.read_text(encoding="utf-8-sig")
    note = f"-- # Begun as a copy of {like}: say in title, description and summary in what it differs."
    sql = _ID_LINE.sub(f'-- id = "{detector_id}"\n{note}', text, count=1)
    sql = _STATUS_LINE.sub('-- status = "experimental"', sql, count=1)
    header = tomllib.loads(split(sql).header)
    if (header["id"], header["status"]) != (detector_id, "experimental"):
        raise UsageError(f'--like "{like}": its header spreads id or status over several lines; copy the file by hand')
    return sql, cases_path(known[like].path).read_text(encoding="utf-8-sig")


def _write(query: Path, sql: str, cases: str, audience: Audience) -> None:
    folder = query.parent
    with naming_faults(folder, "written", _REMEDY):
        for missing in reversed([path for path in (folder, *folder.parents) if not path.exists()]):
            make_folder(missing, audience)
        remove_abandoned(folder, f".{query.stem}.*.tmp")
        aside = folder / f".{query.stem}.{os.getpid()}.tmp"
        make_folder(aside, audience)
        try:
            _put(aside, cases_path(query), cases, audience)
            _put(aside, query, sql, audience)
        except OSError:
            # Cases without their query would only be in the way of the next try.
            if not query.exists():
                cases_path(query).unlink(missing_ok=True)
            raise
        finally:
            shutil.rmtree(aside, ignore_errors=True)
        sync_folder(folder)


def _put(aside: Path, target: Path, text: str, audience: Audience) -> None:
    # Not under its own name: whoever reads the folder now must not take it for a query.
    made = aside / "text"
    write_file(made, audience, lambda file: file.write(text.encode()))
    made.rename(target)
