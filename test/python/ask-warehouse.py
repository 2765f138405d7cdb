"""Runs a query of `canary sql` on a table of requests in a database that Python brings along.

    ask-warehouse.py chdb|pyspark TABLE QUERY RESULT

TABLE is CSV with a header, QUERY a file of SQL, and RESULT the CSV that the query gives. Prints what it took in s without the reading of the table.
"""

import csv
import os
import sys
import tempfile
import time

engine, table, query_file, result_file = sys.argv[1:]
with open(query_file, encoding="utf8") as file:
    query = file.read()
numbers = {"baseline_ms", "candidate_ms"}
with open(table, encoding="utf8", newline="") as file:
    names = next(csv.reader(file))


def ask_chdb():
    from chdb.session import Session

    columns = ", ".join(f"`{name}` Nullable({'Float64' if name in numbers else 'String'})" for name in names)
    with tempfile.TemporaryDirectory() as folder:
        session = Session(folder)
        session.query(f"CREATE DATABASE made; CREATE TABLE made.requests ({columns}) ENGINE = MergeTree ORDER BY tuple()")
        session.query(
            f"INSERT INTO made.requests SELECT * FROM file('{os.path.abspath(table)}', 'CSVWithNames') "
            "SETTINGS format_csv_null_representation = '', input_format_csv_empty_as_default = 0"
        )
        session.query("USE made")
        begun = time.monotonic()
        answer = session.query(query, "CSVWithNames")
        took = time.monotonic() - begun
        with open(result_file, "w", encoding="utf8") as file:
            file.write(str(answer))
        session.close()
    return took


def ask_pyspark():
    from pyspark.sql import SparkSession

    spark = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.memory", os.environ.get("SPARK_MEMORY", "1g"))
        # The query has many small parts, each of which would be compiled and planned anew.
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.sql.adaptive.enabled", "false")
        .config("spark.sql.codegen.wholeStage", os.environ.get("SPARK_CODEGEN", "false"))
        .getOrCreate()
    )
    schema = ", ".join(f"`{name}` {'DOUBLE' if name in numbers else 'STRING'}" for name in names)
    rows = spark.read.csv(table, schema=schema, header=True, nullValue="", escape='"', encoding="utf-8")
    rows.cache().createOrReplaceTempView("requests")
    begun = time.monotonic()
    answer = spark.sql(query)
    found = answer.collect()
    took = time.monotonic() - begun
    with open(result_file, "w", encoding="utf8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(answer.columns)
        writer.writerows(found)
    spark.stop()
    return took


print(f"{(ask_chdb if engine == 'chdb' else ask_pyspark)():.1f}")
