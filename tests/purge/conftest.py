"""The small workspace, loaded and run once; each test has a copy."""

import shutil
from pathlib import Path

import pytest

from tests.cli.tiny import make_tiny
from tests.purge.small import EDGE, JULY, typed


@pytest.fixture(scope="module")
def loaded_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_tiny(tmp_path_factory.mktemp("purge") / "tiny")
    (folder / "logs" / "july.csv").write_text(JULY)
    (folder / "logs" / "edge.csv").write_text(EDGE)
    assert typed(folder, "run").code == 0
    return folder


@pytest.fixture
def loaded(loaded_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(loaded_folder, tmp_path / "tiny"))
