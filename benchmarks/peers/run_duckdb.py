"""The common work in bare DuckDB: typed read_csv, then work.sql in memory, spilling where it must."""

import duckdb
from work import ANSWERS, TABLES, TIMEZONE, files_of, given_folders, is_time, read_steps, work_name

force, answers = given_folders()
connection = duckdb.connect(config={"temp_directory": str(answers / "spill")})
connection.execute("SET threads = 2")
for table, columns in TABLES.items():
    files = [str(path) for path in files_of(force, table)]
    # Every column is typed by us, none guessed; those that are not asked for are not even parsed into vectors.
    header = files_of(force, table)[0].open(encoding="utf-8").readline().strip().split(",")
    types = {name: "TIMESTAMP" if is_time(name) else "VARCHAR" for name in header}
    chosen = [f"epoch({name})::BIGINT AS {work_name(name)}" if is_time(name) else name for name in columns]
    persons = ""
    if table == "event":
        chosen.append(f"CAST(occurred_at AT TIME ZONE 'UTC' AT TIME ZONE '{TIMEZONE}' AS DATE) AS local_date")
        persons = "WHERE coalesce(origin, 'person') <> 'machine'"
    connection.execute(
        f"CREATE TABLE {table} AS SELECT {', '.join(chosen)} FROM read_csv($files, header = true, columns = {types}) {persons}",
        {"files": files},
    )
for step in read_steps():
    if step.how == "settle":
        connection.execute(f"CREATE TABLE {step.name} AS SELECT node, node AS act FROM node")
        before, total = None, -1
        while total != before:
            before = total
            connection.execute(f"CREATE OR REPLACE TABLE {step.name} AS {step.sql}")
            total = connection.execute(f"SELECT sum(act) FROM {step.name}").fetchone()[0]
    else:
        # `person` is read twice, yet cheaper to join anew than to write.
        how = "VIEW" if step.name == "person" else step.how
        connection.execute(f"CREATE {how} {step.name} AS {step.sql}")
for name, columns in ANSWERS.items():
    connection.execute(f"COPY (SELECT {', '.join(columns)} FROM {name}) TO '{answers / name}.parquet'")
