"""What many tests share: the sample workspaces, run once for each test process."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from audit.run import RunOptions, RunResult, run
from audit.workspace import Workspace, read_workspace

SAMPLES = Path(__file__).parent.parent / "sample_logs"


def quiet(_message: str) -> None:
    """Take a notification and say nothing."""


@pytest.fixture(scope="session")
def run_workspace() -> Callable[..., RunResult]:
    def run_it(folder: Path, **options: object) -> RunResult:
        return run(read_workspace(folder), RunOptions(**options), quiet)  # type: ignore[arg-type]

    return run_it


@pytest.fixture(scope="session")
def force(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, RunResult]:
    """The sample force after its first run. Read only: tests that change something copy it."""
    folder = tmp_path_factory.mktemp("samples") / "force"
    shutil.copytree(SAMPLES / "force", folder)
    workspace = read_workspace(folder)
    return workspace, run(workspace, RunOptions(), quiet)
