"""Some nights in a row as the job knows them, with kills, late logs and late context: benchmarks/soak.py, made short."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

_SOAK = Path(__file__).parent.parent / "benchmarks" / "soak.py"


@pytest.fixture(scope="module")
def soak() -> ModuleType:
    spec = importlib.util.spec_from_file_location("soak", _SOAK)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look their module up by name.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("seed", [1])
def test_nights_with_kills_and_late_data_end_as_one_full_run(soak: ModuleType, tmp_path: Path, seed: int) -> None:
    outcome = soak.soak(tmp_path, nights=9, staff=50, events=5_000, seed=seed)

    assert outcome["as_full"]
    assert outcome["as_fresh"], outcome["differs"]
    assert outcome["verified"]
    # Two nights of nine are killed, in the midst or before they begin; two deliver late.
    assert outcome["late"] == 2
    assert outcome["reports"] >= 7
