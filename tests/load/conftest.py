import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from load_desk import Desk

from audit.engine import Limits
from audit.warehouse import open_warehouse


@pytest.fixture(scope="session")
def empty_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("warehouse") / "audit.duckdb"
    open_warehouse(path, Limits(threads=1)).close()
    return path


@pytest.fixture
def desk(tmp_path: Path, empty_warehouse: Path) -> Iterator[Desk]:
    shutil.copy(empty_warehouse, tmp_path / "audit.duckdb")
    made = Desk(tmp_path)
    yield made
    made.check_balance()
    made.close()


@pytest.fixture(scope="module")
def lasting_desk(tmp_path_factory: pytest.TempPathFactory, empty_warehouse: Path) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("desk")
    shutil.copy(empty_warehouse, folder / "audit.duckdb")
    made = Desk(folder)
    yield made
    made.close()


@pytest.fixture
def log(desk: Desk) -> Desk:
    """A desk whose log has the columns of HEAD in load_desk.py."""
    desk.define(reason='"why"')
    return desk
