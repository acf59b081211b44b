"""Commands as somebody types them: words in, exit code and both streams out."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from audit.cli.main import run_words
from tests.cli.tiny import make_tiny


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Typed = Callable[..., Outcome]


@pytest.fixture(autouse=True)
def _nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No workspace of the one who runs the tests is ever touched."""
    monkeypatch.delenv("AUDIT_WORKSPACE", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def typed(capsys: pytest.CaptureFixture[str]) -> Typed:
    def run_it(*words: object) -> Outcome:
        capsys.readouterr()
        code = run_words([str(word) for word in words])
        captured = capsys.readouterr()
        return Outcome(code, captured.out, captured.err)

    return run_it


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    return make_tiny(tmp_path / "tiny")


@pytest.fixture
def in_tiny(tiny: Path, typed: Typed) -> Typed:
    """Type a command for the tiny workspace."""
    return lambda *words: typed("-w", tiny, *words)


@pytest.fixture(scope="session")
def ran_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_tiny(tmp_path_factory.mktemp("ran") / "tiny")
    assert run_words(["-w", str(folder), "run"]) == 0
    return folder


@pytest.fixture
def ran(ran_folder: Path, typed: Typed) -> Typed:
    """Type a command for a tiny workspace that was run once. Read only."""
    return lambda *words: typed("-w", ran_folder, *words)


@pytest.fixture
def in_force(force: Any, typed: Typed) -> Typed:
    """Type a command for the sample force, run once. Read only."""
    return lambda *words: typed("-w", force[0].folder, *words)
