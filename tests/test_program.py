"""Two programs of one version that differ in a word are two programs."""

from pathlib import Path

import pytest

import audit
from audit.program import hash_of_python, program_version


@pytest.fixture
def package(tmp_path: Path) -> Path:
    (tmp_path / "inner").mkdir()
    (tmp_path / "a.py").write_bytes(b"one = 1\ntwo = 2\n")
    (tmp_path / "inner" / "b.py").write_bytes(b"")
    return tmp_path


def test_the_version_is_followed_by_the_hash_of_this_very_package() -> None:
    version, _, digits = program_version().partition("+")

    assert version == audit.__version__
    assert len(digits) == 12
    assert hash_of_python(Path(audit.__file__).parent).startswith(digits)


@pytest.mark.parametrize(
    ("name", "text"),
    [("a.py", b"one = 1\ntwo = 3\n"), ("inner/b.py", b"\n"), ("c.py", b"")],
    ids=["a word", "a blank line", "a new file"],
)
def test_another_text_is_another_program(package: Path, name: str, text: bytes) -> None:
    before = hash_of_python(package)
    (package / name).write_bytes(text)

    assert hash_of_python(package) != before


def test_the_same_text_elsewhere_is_the_same_program(package: Path) -> None:
    before = hash_of_python(package)
    (package / "a.py").write_bytes(b"one = 1\r\ntwo = 2\r\n")
    (package / "__pycache__").mkdir()
    (package / "__pycache__" / "a.cpython-311.pyc").write_bytes(b"compiled")

    assert hash_of_python(package) == before
