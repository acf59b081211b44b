"""What stands in a finding's details is the same text whatever engine made the number."""

import duckdb

from audit.findings.take import json_of


def test_a_trace_below_zero_is_rounded_to_a_zero_without_a_sign() -> None:
    rows = "SELECT round(-1e-18, 4) AS share, -0.5::DOUBLE AS change, NULL::DOUBLE AS unknown, 3 AS accesses"
    names = ["share", "change", "unknown", "accesses"]

    ((text,),) = duckdb.sql(f"SELECT {json_of(names, names[:3])} FROM ({rows})").fetchall()

    assert text == '{"share":0.0,"change":-0.5,"unknown":null,"accesses":3}'
