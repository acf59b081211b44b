"""A load is one transaction: whatever goes wrong on the way, all of a file is in the warehouse or none of it."""

import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

import pytest
from load_desk import event

import audit.load.load as loading

STEPS = [
    "read_raw", "next_load_id", "start_verdicts", "stage",  "place_events", "keep_quarantine",
    "_check_unchanged", "counted", "note_load",
]  # fmt: skip


class PulledPlugError(Exception):
    """Nothing that the program could expect."""


def everything(desk: Any) -> dict[str, list[Any]]:
    """Return the rows of every table of the warehouse, and the names of all tables."""
    names = desk.column("SELECT table_name FROM duckdb_tables() ORDER BY 1")
    return {name: desk.rows(f'SELECT * FROM "{name}" ORDER BY ALL') for name in names}


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("step", STEPS)
def test_a_fault_at_any_step_leaves_nothing(desk: Any, monkeypatch: Any, step: str, after: bool) -> None:
    desk.load_log([event(), event(event_id="E2", action="look"), event(), {"event_id": "E3"}])
    before = everything(desk)
    desk.write("logs/b.csv", [event(event_id="E4"), event(event_id="E5", action="look")])
    real = getattr(loading, step)

    def fail(*arguments: Any) -> Any:
        if after:
            real(*arguments)
        raise PulledPlugError

    with monkeypatch.context() as patch:
        patch.setattr(loading, step, fail)
        with pytest.raises(PulledPlugError):
            desk.load()

    assert everything(desk) == before
    assert desk.load().loads[0].loaded == 1


def test_a_fault_while_reference_data_is_replaced_leaves_what_stood(desk: Any, monkeypatch: Any) -> None:
    desk.inputs = [("staff", "staff.csv")]
    desk.write("staff.csv", "user_id\nU1\n")
    desk.load()
    before = everything(desk)
    desk.write("staff.csv", "user_id\nU2\n")

    def fail(*arguments: Any) -> None:
        raise PulledPlugError

    with monkeypatch.context() as patch:
        patch.setattr(loading, "keep_quarantine", fail)
        with pytest.raises(PulledPlugError):
            desk.load()

    assert everything(desk) == before


def test_an_earlier_file_stays_when_a_later_one_fails(desk: Any, monkeypatch: Any) -> None:
    desk.write("logs/a.csv", [event()])
    desk.write("logs/b.csv", [event(event_id="E2")])
    real = loading.counted

    def fail_second(connection: Any, staged: Any, load: Any) -> Any:
        if load.load_id == 2:
            raise PulledPlugError
        return real(connection, staged, load)

    with monkeypatch.context() as patch:
        patch.setattr(loading, "counted", fail_second)
        with pytest.raises(PulledPlugError):
            desk.load()

    assert desk.events("event_id") == ["E1"]


def test_a_kill_leaves_all_of_a_file_or_none(desk: Any) -> None:
    desk.write("logs/a.csv", [event(event_id=str(number)) for number in range(60_000)])
    desk.workspace()
    desk.close()
    script = textwrap.dedent(
        f"""
        import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})
        from pathlib import Path
        from load_desk import Desk
        from audit.engine import Limits
        from audit.load import load_inputs
        from audit.sources.library import read_library
        from audit.warehouse import open_warehouse
        from audit.workspace import read_workspace
        workspace = read_workspace(Path({str(desk.folder)!r}))
        connection = open_warehouse(workspace.database, Limits(threads=1))
        print("ready", flush=True)
        load_inputs(connection, workspace, read_library(workspace.sources), lambda message: None)
        """
    )
    for delay in (0.05, 0.3):
        with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(delay)
            process.send_signal(signal.SIGKILL)
        loads, events = desk.rows("SELECT (SELECT count(*) FROM load_log), (SELECT count(*) FROM event)")[0]
        assert (loads, events) in [(0, 0), (1, 60_000)]
        desk.close()
    desk.load()
    assert desk.rows("SELECT count(*) FROM event") == [(60_000,)]
