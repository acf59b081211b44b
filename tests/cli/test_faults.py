"""What the machine cannot do is told with what to do; a bug exits with 1, and tells no cell."""

import duckdb
import pytest

from audit.cli.faults import report_fault
from audit.cli.messages import Messages
from audit.errors import InputOutputError


class Said(Messages):
    def __init__(self) -> None:
        super().__init__()
        self.text = ""

    def error(self, texts):
        self.text += "\n".join(texts) + "\n"

    def note(self, text):
        self.text += text + "\n"


@pytest.mark.parametrize(
    ("fault", "code", "told"),
    [
        (MemoryError(), 6, "out of memory"),
        (duckdb.OutOfMemoryException("could not allocate"), 6, "out of memory"),
        (duckdb.IOException("No space left on device"), 6, "check free space"),
        (OSError(28, "No space left on device", "/x/y"), 6, "/x/y: No space left on device; free some space"),
        (PermissionError(13, "Permission denied", "/x/y"), 6, "/x/y: Permission denied; check the path"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (RuntimeError("Query interrupted"), 130, "interrupted"),
    ],
)
def test_what_the_machine_cannot_do_is_told_with_what_to_do(fault, code, told):
    said = Said()

    assert report_fault(fault, said) == code
    assert told in said.text


def test_a_bug_exits_with_1_and_tells_no_cell():
    said = Said()
    try:
        duckdb.sql("SELECT CAST('SMITH, JOHN' AS INTEGER)").fetchall()
    except duckdb.Error as fault:
        code = report_fault(fault, said)

    assert code == 1
    assert "test_faults.py" in said.text
    assert "ConversionException" in said.text
    assert "SMITH" not in said.text.replace("duckdb.sql(\"SELECT CAST('SMITH, JOHN' AS INTEGER)\").fetchall()", "")


def test_ctrl_c_is_said_though_what_clears_up_after_it_fails(capsys):
    def clear_up() -> None:
        try:
            raise RuntimeError("Query interrupted")
        finally:
            raise InputOutputError("the database cannot be written")

    with pytest.raises(InputOutputError) as caught:
        clear_up()
    code = report_fault(caught.value, Messages())

    assert code == 130
    assert capsys.readouterr().err.startswith("audit: error: interrupted")
