"""A disk that is full, a file that may not grow, a database that is damaged: said in a line, and nothing is lost."""

import random
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from audit.cli.main import run_words
from tests.cli.conftest import Typed
from tests.test_killed_nights import force_in, tables_of

_PROGRAM = [sys.executable, "-m", "audit"]
_KB = 1024
# Where the small force of these tests stops when no file may grow beyond so many KB.
_NEW_DATABASE, _LOAD, _EXPLAIN = 100, 400, 3000


def run(folder: Path, *words: str, limit: int | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command; no file that it writes may grow beyond `limit` KB."""

    def lower_limit() -> None:
        if limit is not None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit * _KB, limit * _KB))

    return subprocess.run(
        [*_PROGRAM, "-w", str(folder), *(words or ("run",))],
        capture_output=True, text=True, check=False, preexec_fn=lower_limit, umask=0o077,
    )  # fmt: skip


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A force after one run that nothing disturbed. Read only."""
    folder = force_in(tmp_path_factory.mktemp("disk") / "calm")
    assert run_words(["-w", str(folder), "run"]) == 0
    return folder


@pytest.fixture
def fresh(calm: Path, tmp_path: Path) -> Path:
    """The same force before its first run."""
    made = ("audit.duckdb", "reports", "ledger.jsonl", ".*")
    return Path(shutil.copytree(calm, tmp_path / "fresh", ignore=shutil.ignore_patterns(*made)))


def check_told(outcome: subprocess.CompletedProcess[str]) -> None:
    assert outcome.returncode == 6, outcome.stderr
    assert outcome.stderr.startswith("audit: error: ")
    assert "space" in outcome.stderr
    assert "bug" not in outcome.stderr


def check_whole(folder: Path, calm: Path) -> None:
    """With room again, a run makes the report as if nothing had been, and all holds."""
    assert not [path for path in folder.glob("reports/*") if not (path / "manifest.json").is_file()]
    assert run_words(["-w", str(folder), "run"]) == 0
    assert told(folder) == told(calm)
    assert run_words(["-w", str(folder), "verify"]) == 0


def told(folder: Path) -> list[bytes]:
    """Return what the last report says; a run that could load but a part has published that, and is compared with."""
    tables = tables_of(folder)
    findings = pq.read_table(BytesIO(tables["findings.parquet"]))
    return [repr(findings.drop_columns(["status"]).to_pylist()).encode(), *(
        tables[f"{name}.parquet"] for name in ("evidence", "users", "rules", "coverage")
    )]  # fmt: skip


@pytest.mark.parametrize("limit", [_NEW_DATABASE, _EXPLAIN])
def test_where_a_file_may_not_grow_the_run_says_so_and_the_next_goes_on(fresh: Path, calm: Path, limit: int) -> None:
    check_told(run(fresh, limit=limit))

    check_whole(fresh, calm)


def test_where_the_report_does_not_fit_there_is_none(calm: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(calm, tmp_path / "again"))
    shutil.rmtree(folder / "reports")
    (folder / "ledger.jsonl").unlink()

    # All is loaded and explained: no file of this run is as large as the page.
    outcome = run(folder, limit=500)

    check_told(outcome)
    assert "reports" in outcome.stderr
    assert list((folder / "reports").iterdir()) == []
    check_whole(folder, calm)


def test_a_load_that_does_not_fit_leaves_what_was_loaded(fresh: Path, calm: Path) -> None:
    check_told(run(fresh, "load", limit=_LOAD))

    check_whole(fresh, calm)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system in memory; where this machine lets nobody mount one, the limits above must do."""
    place = tmp_path / "small"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=100m", "tmpfs", str(place)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no file system can be mounted here")
    yield place
    subprocess.run(["umount", str(place)], check=True)


# Full when what explains is written down, and when the report is written.
@pytest.mark.parametrize("room", [3000, 7000])
def test_a_full_disk_is_said_and_with_room_the_next_run_goes_on(
    small_disk: Path, fresh: Path, calm: Path, room: int
) -> None:
    folder = Path(shutil.copytree(fresh, small_disk / "force"))
    resize(small_disk, room)

    check_told(run(folder))

    resize(small_disk, 100_000)
    check_whole(folder, calm)


def resize(disk: Path, room: int) -> None:
    subprocess.run(["mount", "-o", f"remount,size={room}k", str(disk)], check=True)


# --- a database that is damaged


def cut(whole: bytes) -> bytes:
    return whole[: len(whole) // 3]


def spoil(whole: bytes) -> bytes:
    """Write over every block but the heads, as a failing disk may."""
    return whole[:12_288] + random.Random(1).randbytes(len(whole) - 12_288)


def empty(whole: bytes) -> bytes:
    return b""


@pytest.mark.parametrize("damage", [cut, spoil, empty])
def test_a_damaged_database_is_said_and_moved_away_all_is_made_again(
    calm: Path, tmp_path: Path, typed: Typed, damage: object
) -> None:
    folder = Path(shutil.copytree(calm, tmp_path / "damaged"))
    database = folder / "audit.duckdb"
    damaged = damage(database.read_bytes())  # type: ignore[operator]
    database.write_bytes(damaged)

    for words in (("run", "--full"), ("status",)):
        outcome = typed("-w", folder, *words)
        assert outcome.code == 6, outcome.err
        assert "backup" in outcome.err
        assert len(outcome.err.splitlines()) == 1
    assert database.read_bytes() == damaged
    assert run_words(["-w", str(folder), "verify"]) == 8

    database.unlink()
    assert run_words(["-w", str(folder), "run"]) == 0
    assert told(folder) == told(calm)


# --- what stands in the way of a run, root or not


@pytest.mark.parametrize("name", ["ledger.jsonl", ".audit.lock", "reports", ".audit.holder.json"])
def test_what_cannot_be_written_is_named_and_the_next_run_goes_on(
    fresh: Path, calm: Path, typed: Typed, name: str
) -> None:
    in_the_way = fresh / name
    in_the_way.write_text("") if name == "reports" else in_the_way.mkdir()

    outcome = typed("-w", fresh, "run")

    assert outcome.code == 6, outcome.err
    assert name in outcome.err or str(fresh) in outcome.err
    assert not list(fresh.glob("reports/run=*"))
    in_the_way.unlink() if name == "reports" else in_the_way.rmdir()
    check_whole(fresh, calm)


def test_a_run_on_a_damaged_ledger_says_so_and_goes_on(calm: Path, tmp_path: Path, typed: Typed) -> None:
    folder = Path(shutil.copytree(calm, tmp_path / "damaged"))
    ledger = folder / "ledger.jsonl"
    lines = ledger.read_bytes().splitlines(keepends=True)
    ledger.write_bytes(b"".join([lines[0], lines[1].replace(b"load", b"lord", 1), *lines[2:]]))

    outcome = typed("-w", folder, "run")

    assert outcome.code == 0
    assert "audit: warning: ledger.jsonl: is not as it was written (in 1 place)" in outcome.err
    assert "audit verify" in outcome.err
    assert typed("-w", folder, "verify").code == 8
