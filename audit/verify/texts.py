"""Check that the texts of queries and definitions are still there as they were kept: reports are made again from them."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from audit.verify.difference import Remark, differences
from audit.verify.reports import manifests_in
from audit.versions import FOLDER, read_texts
from audit.workspace import Workspace

_NOT_AGAIN = "cannot be made again with it, only with the query as it stands now: put versions/ back from a copy"


def check_texts(workspace: Workspace, folders: Iterable[Path]) -> tuple[int, list[Remark]]:
    """Hash each file of `versions/` and each query's text in it; name the reports (by folder) whose queries are not kept.

    Return how many texts are kept. Raises InputOutputError.
    """
    texts = read_texts(workspace)
    remarks = [remark for path in sorted((workspace.folder / FOLDER).glob("*.json")) for remark in _check_file(path)]
    for manifest in manifests_in(folders):
        lacking = sorted(query.id for query in manifest.queries if texts.query(query.sha256) is None)
        if lacking:
            text = f"the text of {_some(lacking)} is not in {FOLDER}/: the report {_NOT_AGAIN}"
            remarks += differences("report", f"run={manifest.run_id}", [text])
    return len(texts.by_hash), remarks


def _check_file(path: Path) -> list[Remark]:
    name = f"{FOLDER}/{path.name}"
    try:
        held = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return differences("text", name, ["cannot be read"])
    return [] if path.stem == held[: len(path.stem)] else differences("text", name, ["is not as it was written"])


def _some(ids: list[str]) -> str:
    return ids[0] if len(ids) == 1 else f"{ids[0]} and {len(ids) - 1} other queries"
