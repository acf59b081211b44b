"""How a reference table stood after any load can be told from how it stands now and what each load changed of it."""

import random
from pathlib import Path
from typing import Any

import duckdb
import pytest

from audit.load.change import sql_for_content_after
from audit.schema import TABLES

HEADS = {
    "staff": "user_id,role\n",
    "duty": "user_id,starts_at,ends_at,status\n",
    "warning": "warning_id,user_id,issued_at,kind,about\n",
}


def draw_rows(table: str, chance: random.Random) -> str:
    """Up to five rows with keys and cells from few, so that files overlap, agree and contradict each other."""
    keys = sorted(chance.sample(range(1, 7), chance.randrange(6)))
    word = chance.choice(["on_duty", "sick"])
    if table == "duty":
        return "".join(f"U{chance.randrange(2)},2024-03-0{n} 08:00,2024-03-0{n} 16:00,{word}\n" for n in keys)
    if table == "staff":
        return "".join(f"U{n},{chance.choice(['officer', 'sergeant', ''])}\n" for n in keys)
    return "".join(f"W{n},U1,2024-01-01,written,{chance.choice('ab')}\n" for n in keys)


def content(connection: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    return sorted(connection.execute(sql).fetchall(), key=repr)


def now(desk: Any, table: str) -> list[tuple[Any, ...]]:
    columns = ", ".join(f'"{name}"' for name in TABLES[table].columns)
    return content(desk.connection, f"SELECT {columns} FROM {table}")


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("table", ["staff", "duty", "warning"])
def test_every_state_comes_back_whatever_was_loaded_and_mapped_again_since(desk: Any, table: str, seed: int) -> None:
    chance = random.Random(f"{table} {seed}")
    desk.inputs = [(table, "one*.csv"), (table, "two*.csv")]
    states: dict[int, list[tuple[Any, ...]]] = {}
    for night in range(7):
        if night and chance.random() < 0.4:
            loads = desk.rows("SELECT load_id, path FROM load_log ORDER BY load_id")
            load_id = chance.choice([load for load, path in loads if (desk.folder / path).exists()])
            if table == "staff":
                load_id = desk.rows(
                    "SELECT max(load_id) FROM load_input WHERE input = "
                    "(SELECT input FROM load_input WHERE load_id = ?)", load_id,
                )[0][0]  # fmt: skip
            desk.again(load_id)
        else:
            name = chance.choice(["one", "two"])
            desk.write(f"{name}-{night}.csv", HEADS[table] + draw_rows(table, chance))
            desk.load()
        last = desk.rows("SELECT max(load_id) FROM load_log")[0][0]
        states[last] = now(desk, table)

    desk.close()
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{desk.folder / 'audit.duckdb'}' AS live (READ_ONLY)")
        for last, state in states.items():
            assert content(connection, sql_for_content_after(TABLES[table], "live", last)) == state, last


def test_the_first_file_of_a_table_and_one_that_changes_nothing_leave_no_trace(desk: Any, tmp_path: Path) -> None:
    desk.inputs = [("staff", "staff.csv")]
    desk.write("staff.csv", "user_id,role\nU1,officer\nU2,officer\n")
    desk.load()
    desk.write("staff.csv", "user_id,role\nU2,officer\nU1,officer\n")
    desk.load()
    assert desk.rows("SELECT count(*) FROM staff_change") == [(0,)]

    desk.write("staff.csv", "user_id,role\nU2,officer\nU1,sergeant\n")
    desk.load()
    assert desk.rows("SELECT load_id, came, user_id, role FROM staff_change ORDER BY came") == [
        (3, False, "U1", "officer"),
        (3, True, "U1", "sergeant"),
    ]
