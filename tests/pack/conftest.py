"""A small workspace, run once, of which packs are made; each test has a copy."""

import shutil
from pathlib import Path

import pytest

from tests.cli.tiny import make_tiny
from tests.pack.small import EVENTS, typed


@pytest.fixture(autouse=True)
def _nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("AUDIT_WORKSPACE", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def small_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_tiny(tmp_path_factory.mktemp("pack") / "small")
    (folder / "logs/2024.csv").write_text(EVENTS, encoding="utf-8")
    assert typed(folder, "run").code == 0
    return folder


@pytest.fixture
def small(small_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(small_folder, tmp_path / "small"))
