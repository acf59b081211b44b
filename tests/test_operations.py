"""What the page on operations shows was tried: the cron line as cron runs it, the units as systemd reads them, the keys."""

import re
import shutil
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest

from tests.cli.tiny import make_tiny

DOCS = Path(__file__).parent.parent / "docs"
PAGE = (DOCS / "operations.md").read_text(encoding="utf-8")
EXAMPLES = DOCS / "examples"


def here(text: str, folder: Path, program: Path) -> str:
    return text.replace("/srv/access-audit/bin/audit", str(program)).replace("/srv/audit", str(folder))


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """The command, as an installation has it."""
    path = tmp_path / "audit"
    root = DOCS.parent
    path.write_text(
        f'#!{sys.executable}\nimport sys\nsys.path.insert(0, "{root}")\nfrom audit.cli.main import main\nmain()\n'
    )
    path.chmod(0o755)
    return path


def test_the_cron_line_runs_with_an_empty_environment_from_another_folder(tmp_path: Path, program: Path) -> None:
    folder = make_tiny(tmp_path / "tiny")
    line = (EXAMPLES / "access-audit.cron").read_text(encoding="utf-8").splitlines()[-1]
    assert "%" not in line, "cron would end the command there"
    command = here(line.split(maxsplit=6)[6], folder, program)

    outcome = subprocess.run(["/bin/sh", "-c", command], env={}, cwd="/", capture_output=True, text=True, check=False)

    assert (outcome.returncode, outcome.stdout, outcome.stderr) == (0, "", "")
    log = (folder / "run.log").read_text(encoding="utf-8")
    assert '"message": "done"' in log
    assert "P1" not in log
    assert len(list((folder / "reports").glob("run=*/report.html"))) == 1


def test_the_service_runs_the_job_and_takes_findings_for_no_failure(tmp_path: Path, program: Path) -> None:
    folder = make_tiny(tmp_path / "tiny")
    unit = ConfigParser(interpolation=None, strict=False)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read(EXAMPLES / "access-audit.service")
    command = here(unit["Service"]["ExecStart"], folder, program).split()

    outcome = subprocess.run(command, env={}, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)

    assert outcome.returncode in {0, *map(int, unit["Service"]["SuccessExitStatus"].split())}
    assert b'"message": "done"' in outcome.stderr


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path, program: Path) -> None:
    for name in ("access-audit.service", "access-audit.timer"):
        text = (EXAMPLES / name).read_text(encoding="utf-8").replace("User=access-audit", "User=root")
        (tmp_path / name).write_text(here(text, tmp_path, program))

    outcome = subprocess.run(
        ["systemd-analyze", "verify", *map(str, sorted(tmp_path.glob("access-audit.*")))],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (outcome.returncode, outcome.stderr) == (0, "")


def test_the_keys_of_status_are_those_that_the_page_names(tmp_path: Path) -> None:
    from audit.load.health import Health
    from audit.status import InputStatus, LastRun, Status

    table = PAGE.split("| key |")[1].split("\n\n")[0]
    named = {key.removeprefix("inputs[].").removeprefix("last_run.") for line in table.splitlines()[2:]
             for key in re.findall(r"`([\w.\[\]]+)`", line.split("|")[1])}  # fmt: skip
    known = {name for kind in (Status, LastRun, InputStatus, Health) for name in kind.__dataclass_fields__}

    assert named - known <= {"quarantine_rate"}
    assert len(named) > 10
