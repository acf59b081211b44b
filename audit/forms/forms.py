"""Make a published report again in another form, from its files alone. Opens no database; changes nothing that is published.

The form is written into a hidden folder beside its place, for the same readers as the report, and renamed: it appears whole or
not at all. What stands there already is kept, unless whoever asks says otherwise.
"""

import os
import shutil
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from audit.catalogue.header import split
from audit.errors import DifferenceError, UsageError
from audit.files import audience_of, make_folder, naming_faults, remove_abandoned, sha256_of, sync_folder, write_file
from audit.forms.as_csv import write_csv_folder, write_csv_zip
from audit.forms.as_ocsf import write_ocsf
from audit.forms.as_xlsx import check_xlsx, write_xlsx
from audit.forms.rows import ABOUT
from audit.report.intact import check_intact
from audit.report.manifest import Manifest
from audit.report.read import Run, read_manifest
from audit.report.tables import SCHEMAS
from audit.versions import read_texts
from audit.workspace import Workspace

FORMS = ("html", "xlsx", "csv", "ocsf")
_ENDINGS = {"html": ".html", "xlsx": ".xlsx", "csv": ".csv", "ocsf": ".ocsf.ndjson"}
_PAGE = "report.html"
_REMEDY = "check the path and its permissions, or name another place with --out"


@dataclass(frozen=True)
class Form:
    """What is to be made: which report, in which form, and where."""

    run: Run
    name: str
    target: Path
    replace: bool = False


@dataclass(frozen=True)
class Made:
    """What was made, and which limits of its form were met."""

    target: Path
    limits: tuple[str, ...] = ()


def choose_target(workspace: Workspace, run: Run, name: str, out: Path | None) -> Path:
    """Return where the form goes: to `out`, else beside the report's folder, under the run's id."""
    # Not `run=…`, which is what reports are called, and not in the folder, in which only what the manifest names may stand.
    return out if out is not None else workspace.reports / f"{run.run_id}{_ENDINGS[name]}"


def check_form(form: Form) -> None:
    """Check the report by its hashes, and that its place is free, before anything is made or recorded.

    Raises UsageError, DifferenceError, ConfigError, InputOutputError.
    """
    check_intact(form.run, *(() if form.name == "html" else SCHEMAS))
    if form.name == "html":
        _check_page(form.run)
    if form.name == "xlsx":
        check_xlsx()
    inside = form.run.folder.resolve()
    if form.target.resolve().is_relative_to(inside):
        raise UsageError(
            f"--out {form.target}: lies in a published report, which never changes; name a place outside it"
        )
    if not os.path.lexists(form.target):
        return
    if not form.replace:
        raise UsageError(f"{form.target}: is there already; replace it with --force, or name another place with --out")
    _check_replaceable(form)


def make_form(workspace: Workspace, form: Form) -> Made:
    """Write the form, and return what of it could not be held. Raises InputOutputError."""
    manifest = read_manifest(form.run)
    audience = audience_of(workspace.group)
    with naming_faults(form.target, "written", _REMEDY):
        parent = form.target.resolve().parent
        remove_abandoned(parent, f".{form.target.name}.*.tmp")
        aside = parent / f".{form.target.name}.{os.getpid()}.tmp"
        make_folder(aside, audience)
        try:
            limits = _write(workspace, form, manifest, aside)
            _put(aside / form.target.name, form.target, aside)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
        sync_folder(parent)
    return Made(form.target, tuple(limits))


def _write(workspace: Workspace, form: Form, manifest: Manifest, aside: Path) -> list[str]:
    path, audience, run = aside / form.target.name, audience_of(workspace.group), form.run
    limits: list[str] = []
    if form.name == "html":
        page = (run.folder / _PAGE).read_bytes()
        write_file(path, audience, lambda file: file.write(page))
    elif form.name == "xlsx":
        write_file(path, audience, lambda file: limits.extend(write_xlsx(run, manifest, file, aside)))
    elif form.name == "ocsf":
        titles = _titles(workspace, manifest)
        write_file(path, audience, lambda file: write_ocsf(run, manifest, titles, file))
    elif form.target.suffix == ".zip":
        write_file(path, audience, lambda file: write_csv_zip(run, manifest, file))
    else:
        write_csv_folder(run, manifest, path, audience)
    return limits


def _put(made: Path, target: Path, aside: Path) -> None:
    """Put what was made in its place. A folder cannot be renamed onto one: the old one steps aside, and back if that fails."""
    before = aside / "before"
    if made.is_dir() and target.is_dir():
        target.replace(before)
    try:
        made.replace(target)
    except OSError:
        if before.exists():
            before.replace(target)
        raise


def _check_replaceable(form: Form) -> None:
    """Refuse to replace what this command did not make: a folder with anything else in it, a link, a file for a folder."""
    target, wants_folder = form.target, form.name == "csv" and form.target.suffix != ".zip"
    if target.is_symlink() or target.is_dir() != wants_folder:
        raise UsageError(f"{target}: is not what --format {form.name} makes there; name another place with --out")
    ours = {f"{name}.csv" for name in (ABOUT, *SCHEMAS)}
    if wants_folder and (more := {path.name for path in target.iterdir()} - ours):
        raise UsageError(f"{target}: holds {len(more)} other files, which would go; name another place with --out")


def _check_page(run: Run) -> None:
    written = {file.name: file.sha256 for file in read_manifest(run).files}
    path = run.folder / _PAGE
    with naming_faults(path, "read", "take it from a backup, or make a new report with: audit run"):
        found = sha256_of(path)
    if found != written.get(_PAGE):
        raise DifferenceError(
            f"{path}: is not the file that the manifest names; see all that differs with: audit verify"
        )


def _titles(workspace: Workspace, manifest: Manifest) -> Mapping[str, str]:
    """Return the titles of the detectors as the run used them; of one whose text is not kept none."""
    texts = read_texts(workspace)
    titles: dict[str, str] = {}
    for name, used in manifest.detectors().items():
        with suppress(tomllib.TOMLDecodeError, KeyError):
            titles[name] = str(tomllib.loads(split((texts.query(used.sha256) or b"").decode()).header)["title"])
    return titles
