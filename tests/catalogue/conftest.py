from pathlib import Path

import pytest
from tiny_queries import Folder


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "shipped")


@pytest.fixture
def own(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "own")
