"""The common work in PySpark on one machine: local[2], CSV with a schema, then work.sql as views and checkpointed tables."""

import os
import sys

from pyspark.sql import SparkSession
from work import ANSWERS, TABLES, TIMEZONE, files_of, given_folders, is_time, read_steps, work_name

force, answers = given_folders()
os.environ["PYSPARK_PYTHON"] = sys.executable
memory = sys.argv[3] if len(sys.argv) > 3 else "6g"
spark = (
    SparkSession.builder.master("local[2]")
    .config("spark.driver.memory", memory)
    .config("spark.driver.bindAddress", "127.0.0.1")
    .config("spark.driver.host", "127.0.0.1")
    .config("spark.ui.enabled", "false")
    .config("spark.ui.showConsoleProgress", "false")
    .config("spark.sql.session.timeZone", "UTC")
    # Two cores: 200 partitions a shuffle cost more than the work; adaptive execution merges the small ones.
    .config("spark.sql.shuffle.partitions", "8")
    .config("spark.sql.adaptive.enabled", "true")
    .config("spark.local.dir", str(answers / "spill"))
    .config("spark.sql.warehouse.dir", str(answers / "spark-warehouse"))
    .config("spark.sql.inMemoryColumnarStorage.compressed", "true")
    .getOrCreate()
)
spark.sparkContext.setLogLevel("ERROR")
for table, columns in TABLES.items():
    files = [str(path) for path in files_of(force, table)]
    with files_of(force, table)[0].open(encoding="utf-8") as stream:
        header = stream.readline().strip().split(",")
    schema = ", ".join(f"{name} {'TIMESTAMP' if is_time(name) else 'STRING'}" for name in header)
    frame = spark.read.csv(files, header=True, schema=schema, timestampFormat="yyyy-MM-dd'T'HH:mm:ssX")
    chosen = [f"unix_timestamp({name}) AS {work_name(name)}" if is_time(name) else name for name in columns]
    if table == "event":
        frame = frame.where("coalesce(origin, 'person') <> 'machine'")
        chosen.append(f"to_date(from_utc_timestamp(occurred_at, '{TIMEZONE}')) AS local_date")
    frame.selectExpr(*chosen).cache().createOrReplaceTempView(table)
for step in read_steps():
    if step.how == "settle":
        frame = spark.sql("SELECT node, node AS act FROM node").localCheckpoint()
        before, total = None, -1
        while total != before:
            before = total
            frame.createOrReplaceTempView(step.name)
            frame = spark.sql(step.sql).localCheckpoint()
            total = frame.selectExpr("sum(act)").first()[0]
        frame.createOrReplaceTempView(step.name)
        continue
    frame = spark.sql(step.sql)
    if step.how == "table" and step.name != "person":
        # Not cache(): forty steps on one another make a plan that takes minutes to think about.
        frame = frame.localCheckpoint()
    frame.createOrReplaceTempView(step.name)
for name, columns in ANSWERS.items():
    spark.sql(f"SELECT {', '.join(columns)} FROM {name}").coalesce(1).write.parquet(str(answers / f"{name}.parquet"))
spark.stop()
