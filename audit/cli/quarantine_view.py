"""How `audit quarantine` prints what was held back."""

import pyarrow as pa

from audit.cli.output import print_lines, print_rows

_SHOWN = 10


def print_counts(counts: pa.Table, output_format: str) -> None:
    """Print how many records broke which rule."""
    if output_format == "table" and not counts.num_rows:
        print_lines(["Nothing is under quarantine, and nothing was rejected."])
        return
    if output_format != "table":
        print_rows(counts, output_format)
        return
    print_rows([row | {"loads": _ids(row["loads"])} for row in counts.to_pylist()])
    print_lines([
        "",
        "The records themselves: audit quarantine --show-rows",
        "After mending a definition: audit load --again LOAD_ID",
    ])  # fmt: skip


def _ids(loads: list[int]) -> str:
    shown = ", ".join(map(str, loads[:_SHOWN]))
    return f"{shown} and {len(loads) - _SHOWN:,} more" if len(loads) > _SHOWN else shown


def print_records(records: pa.Table, output_format: str) -> None:
    """Print the records: for people each under its place and the rules that it broke."""
    if output_format != "table":
        print_rows(records, output_format)
        return
    for row in records.to_pylist():
        rules = "; ".join(row["rules"])
        print_lines(
            [
                f"{row['path']} (load {row['load_id']}) record {row['record_no']}, {row['outcome']}: {rules}",
                f"  {row['record']}",
                "",
            ]
        )
