"""No byte of a report can be changed without being found, even where no ledger is at hand."""

import sys
from pathlib import Path

import pytest

from audit.report.write import write_report
from audit.verify.reports import check_report

sys.path.append(str(Path(__file__).parents[1] / "report"))
from made_up import report

FILES = ("findings", "evidence", "users", "rules", "coverage", "withdrawn")


@pytest.mark.parametrize("name", [*(f"{file}.parquet" for file in FILES), "report.html", "manifest.json"])
def test_each_byte_of_a_small_report_that_is_flipped_is_found(tmp_path, name):
    folder = write_report(tmp_path, "r1", report())
    assert check_report(folder) == []

    with (folder / name).open("r+b", buffering=0) as file:
        content = file.read()
        for place, byte in enumerate(content):
            file.seek(place)
            file.write(bytes([byte ^ 0x01]))
            assert [remark for remark in check_report(folder) if remark.differs and name in remark.text], place
            file.seek(place)
            file.write(bytes([byte]))

    assert check_report(folder) == []


@pytest.mark.parametrize("text", [b"", b"{}", b"[]", b"null", b'{"self_sha256": 1}', b"\xff", b"[" * 100_000])
def test_what_is_no_manifest_is_told_without_a_crash(tmp_path, text):
    folder = write_report(tmp_path, "r1", report())
    (folder / "manifest.json").write_bytes(text)

    assert [remark.text for remark in check_report(folder)] == ["manifest.json: is not as it was written"]
