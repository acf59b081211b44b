"""A report as CSV: one file for each table, and `about.csv`. In a folder, or in one zip."""

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import IO
from zoneinfo import ZoneInfo

from audit.files import Audience, make_folder, write_file
from audit.forms.rows import ABOUT, Cell, about, columns_of, read_cells, tables_of
from audit.report.manifest import Manifest
from audit.report.read import Run

# No clock in a file: the same report gives the same bytes. The oldest day that a zip can name.
_DAY = (1980, 1, 1, 0, 0, 0)


def write_csv_folder(run: Run, manifest: Manifest, folder: Path, audience: Audience) -> None:
    """Make the folder with a file for each table."""
    make_folder(folder, audience)
    for name in (ABOUT, *tables_of(run)):
        write_file(folder / f"{name}.csv", audience, partial(_write, run, manifest, name))


def write_csv_zip(run: Run, manifest: Manifest, file: IO[bytes]) -> None:
    """Write the same files into one zip."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in (ABOUT, *tables_of(run)):
            entry = zipfile.ZipInfo(f"{name}.csv", _DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            # Its size is not known before, and may pass the 2 GiB of an old zip.
            with archive.open(entry, "w", force_zip64=True) as part:
                _write(run, manifest, name, part)


def _write(run: Run, manifest: Manifest, name: str, file: IO[bytes]) -> None:
    if name == ABOUT:
        _write_rows(file, ("what", "is"), about(run, manifest))
    else:
        _write_rows(file, columns_of(run, name), read_cells(run, name, ZoneInfo(manifest.timezone)))


def _write_rows(file: IO[bytes], names: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    # With its mark at the beginning a spreadsheet takes UTF-8 for what it is.
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(names)
    writer.writerows(rows)
    text.flush()
    text.detach()
