"""What `audit verify` does: check a workspace, a folder of reports, one report or an evidence pack, wherever it was carried."""

import re
from pathlib import Path

from audit.errors import InputOutputError, UsageError
from audit.ledger import LEDGER_NAME, Chain, Ledger
from audit.packed import is_pack
from audit.progress import Notify
from audit.report.read import published_runs
from audit.verify.difference import Outcome, Remark, differences, notes
from audit.verify.packs import check_pack, check_pack_against_ledger
from audit.verify.reports import MANIFEST, check_against_ledger, check_order, check_purges, check_report
from audit.verify.sources import check_inputs, check_loads
from audit.verify.texts import check_texts
from audit.workspace import CONFIG_NAME, Workspace, read_workspace

_HEAD = re.compile(r"[0-9a-fA-F]{64}")


def verify(path: Path, workspace: Workspace | None, head: str | None, notify: Notify) -> Outcome:
    """Check what is at the path: a workspace, a folder of reports, or the folder of a report or an evidence pack.

    `workspace`: the one that is meant otherwise. Reports that lie in it, or in the one that they are of, are held to its
    ledger too; and a pack is, wherever it lies. `head`: a hash that a run printed, which the ledger must hold.

    Raises:
        UsageError: nothing of the kind is there, a head is none, or it is given and no ledger is. InputOutputError: it cannot
        be read.

    """
    if head is not None and not _HEAD.fullmatch(head):
        raise UsageError(
            f'--head "{head}": is no head of a ledger; give the 64 digits that a run printed after "Ledger:"'
        )
    if not path.exists():
        raise InputOutputError(f"{path}: no such file or folder; name a workspace or a report")
    if (path / CONFIG_NAME).is_file():
        return _verify_workspace(read_workspace(path), head, notify)
    if is_pack(path):
        return _verify_pack(path, workspace, head, notify)
    if (path / MANIFEST).exists() or path.name.startswith("run="):
        return _verify_reports([path], _workspace_of(path.resolve().parent, workspace), head, True, notify)
    runs = published_runs(path) if path.is_dir() else []
    if not runs:
        raise UsageError(f"{path}: is no workspace, no report, no folder of reports and no evidence pack")
    return _verify_reports([run.folder for run in runs], _workspace_of(path.resolve(), workspace), head, False, notify)


def _workspace_of(reports: Path, workspace: Workspace | None) -> Workspace | None:
    """Return the workspace whose reports lie in that folder."""
    if workspace is not None and workspace.reports.resolve() == reports:
        return workspace
    if (reports.parent / CONFIG_NAME).is_file():
        found = read_workspace(reports.parent)
        return found if found.reports.resolve() == reports else None
    return None


def _verify_workspace(workspace: Workspace, head: str | None, notify: Notify) -> Outcome:
    notify("reading the ledger")
    chain = _read_ledger(workspace)
    folders = _folders(workspace)
    notify("comparing the loads with the ledger")
    loads, about_loads = check_loads(workspace, chain)
    inputs, about_inputs = check_inputs(workspace.folder, loads, notify)
    notify("checking the texts of queries and sources")
    texts, about_texts = check_texts(workspace, folders)
    remarks = [
        *_about_ledger(chain, head),
        *_check_reports(folders, notify),
        *check_order(folders, True, chain),
        *check_against_ledger(folders, chain, whole=True),
        *check_purges(chain),
        *about_texts,
        *about_loads,
        *about_inputs,
    ]
    counts = {
        "entries": len(chain.entries), "reports": len(folders), "texts": texts, "loads": len(loads), "inputs": inputs,
    }  # fmt: skip
    return Outcome(counts, tuple(remarks), chain.head)


def _folders(workspace: Workspace) -> list[Path]:
    """Return the folders of reports, also one whose manifest was taken away."""
    reports = workspace.reports
    return sorted(path for path in reports.iterdir() if path.name.startswith("run=")) if reports.is_dir() else []


def _check_reports(folders: list[Path], notify: Notify) -> list[Remark]:
    remarks: list[Remark] = []
    for number, folder in enumerate(folders, start=1):
        notify(f"hashing report {number} of {len(folders)}: {folder.name}")
        remarks += check_report(folder)
    return remarks


def _verify_reports(
    folders: list[Path], workspace: Workspace | None, head: str | None, alone: bool, notify: Notify
) -> Outcome:
    remarks = _check_reports(folders, notify)
    if not alone:
        remarks += check_order(folders, whole=False)
    if workspace is None:
        if head is not None:
            raise UsageError("--head: there is no ledger beside this report; verify the workspace that it is of")
        text = "no ledger is here: somebody who changed the files and reckoned their hashes anew would not be found"
        return Outcome({"reports": len(folders)}, (*remarks, *notes("ledger", LEDGER_NAME, [text])))
    chain = _read_ledger(workspace)
    remarks += [*_about_ledger(chain, head), *check_against_ledger(folders, chain, whole=False)]
    return Outcome({"entries": len(chain.entries), "reports": len(folders)}, tuple(remarks), chain.head)


def _verify_pack(folder: Path, workspace: Workspace | None, head: str | None, notify: Notify) -> Outcome:
    notify("hashing the evidence pack")
    remarks = check_pack(folder)
    if workspace is None:
        if head is not None:
            raise UsageError(
                "--head: there is no ledger beside this pack; name the workspace that made it: audit -w DIR"
            )
        text = (
            "no ledger is here: compare the SHA-256 of manifest.json with the one that was noted when the pack was made, or "
            "name the workspace that made it: audit -w DIR"
        )
        return Outcome({"packs": 1}, (*remarks, *notes("ledger", LEDGER_NAME, [text])))
    chain = _read_ledger(workspace)
    remarks += [*_about_ledger(chain, head), *check_pack_against_ledger(folder, chain)]
    return Outcome({"entries": len(chain.entries), "packs": 1}, tuple(remarks), chain.head)


def _read_ledger(workspace: Workspace) -> Chain:
    # Without the group, which may not be known on the machine that verifies.
    return Ledger(workspace.folder / LEDGER_NAME).read()


def _about_ledger(chain: Chain, head: str | None) -> list[Remark]:
    remarks = [*differences("ledger", LEDGER_NAME, chain.faults), *notes("ledger", LEDGER_NAME, chain.notes)]
    if head is not None and head.lower() not in chain.places:
        text = f"the head {head} is not in it: its tail was cut off, or it is another ledger"
        remarks += differences("ledger", LEDGER_NAME, [text])
    return remarks
