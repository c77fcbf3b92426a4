"""The distributed engine: Spark SQL over the same Parquet files, from a laptop's `local[2]` to a cluster."""

from __future__ import annotations

import atexit
import logging
import os
import shutil
import tempfile
import threading
import time
import uuid
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq
import sqlglot
from sqlglot import exp

from quanyu.errors import MissingExtraError, QueryError
from quanyu.settings.frame import SparkSettings
from quanyu.warehouse.engine.compiled import compiled
from quanyu.warehouse.engine.engine import Hidden
from quanyu.warehouse.engine.query import too_long, unknown_table
from quanyu.warehouse.fault import explained, meaning

with warnings.catch_warnings():
    warnings.simplefilter("ignore", FutureWarning)
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import DataFrame, SparkSession, functions
        from pyspark.sql.pandas.types import from_arrow_schema
    except ImportError as error:
        raise MissingExtraError(
            "This workspace runs on Spark, which is not installed.",
            "Install it with: pip install 'quanyu[spark]'",
        ) from error

SCRATCH = Path(tempfile.gettempdir()) / f"quanyu-spark-{os.getpid()}"
"""Spark's own files: one session serves the whole process, so they cannot belong to a workspace."""

REFLECTION = {"reflect", "java_method", "try_reflect"}
"""SQL functions that would call arbitrary Java methods."""

OPTIONS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.runSQLOnFiles": "false",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.maxResultSize": "0",
    "spark.log.level": "ERROR",
}


LITERAL = {"__globPaths__": "false", "recursiveFileLookup": "true"}
"""Paths are no patterns, and their folders no partitions: otherwise those in a folder `a[b]` are read many times over."""


class Spark:
    """A Spark session; tables are temporary views over Parquet files that all workers can reach."""

    name = "spark"

    def __init__(self, settings: SparkSettings) -> None:
        if settings.master.startswith("local"):
            os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        os.environ.setdefault("SPARK_WORKER_DIR", str(SCRATCH / "work"))
        _speak_utf8()
        logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL)
        self._lock = threading.RLock()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.session = _session(settings)
            self.connection = ibis.pyspark.connect(self.session)
        self._known: dict[str, ir.Table] = {}
        atexit.register(self.close)

    def scan(self, name: str, files: Sequence[str]) -> ir.Table:
        """Return the files as one temporary view; see `Engine.scan`."""
        unique = f"{name}_{abs(hash(tuple(files))):x}"
        with self._lock, explained():
            if unique not in self._known:
                _read(self.session, files).createOrReplaceTempView(unique)
                self._known[unique] = self.connection.table(unique)
            return self._known[unique]

    def write(self, expression: ir.Table, folder: Path) -> list[Path]:
        """Write one Parquet file per task; see `Engine.write`."""
        target = folder / f".part-{uuid.uuid4().hex}"
        try:
            with explained():
                folder.mkdir(parents=True, exist_ok=True)
                self._frame(expression).write.option("compression", "zstd").parquet(str(target))
            moved = [
                part.rename(folder / f"part-{uuid.uuid4().hex}.parquet")
                for part in sorted(target.glob("part-*.parquet"))
            ]
        finally:
            shutil.rmtree(target, ignore_errors=True)
        return moved or [_empty(expression, folder)]

    def keep(self, expression: ir.Table, folder: Path) -> ir.Table:
        """Write the rows to Parquet that all workers can reach; see `Engine.keep`."""
        files = [str(file) for file in self.write(expression, folder)]
        return self.scan(f"kept_{uuid.uuid4().hex}", files)

    def forget(self, tables: Sequence[ir.Table]) -> None:
        """Nothing is held; see `Engine.forget`."""

    def stream(self, expression: ir.Table, chunk: int) -> pa.RecordBatchReader:
        """Return the result in batches; see `Engine.stream`."""
        with warnings.catch_warnings(), explained():
            warnings.simplefilter("ignore", FutureWarning)
            rows = self._frame(expression).toArrow()
        return rows.cast(expression.schema().to_pyarrow()).to_reader(chunk)

    def query(
        self, sql: str, tables: dict[str, Sequence[str]], seconds: float, hidden: Hidden, n: int | None
    ) -> pa.Table:
        """Run SQL in a session of its own that cannot read files by path; see `Engine.query`."""
        statement = sqlglot.parse_one(sql, read="duckdb")
        called = {str(call.this).lower() for call in statement.find_all(exp.Anonymous)}
        if called & REFLECTION:
            raise QueryError(
                "The function {function} is not allowed.",
                "Use SQL functions only.",
                function=sorted(called & REFLECTION)[0],
            )
        sealed = self.session.newSession()
        for name, value in OPTIONS.items():
            if name.startswith("spark.sql.session") or name == "spark.sql.runSQLOnFiles":
                sealed.conf.set(name, value)
        for name, files in tables.items():
            rows = _read(sealed, files)
            nothing = {
                field.name: functions.lit(None).cast(field.dataType)
                for field in rows.schema.fields
                if field.name in hidden.get(name, ())
            }
            rows.withColumns(nothing).createOrReplaceTempView(name)
        began = time.monotonic()
        watch = threading.Timer(seconds, self.session.sparkContext.cancelAllJobs)
        watch.start()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", FutureWarning)
                found = sealed.sql(statement.sql(dialect="spark"))
                return (found if n is None else found.limit(n)).toArrow()
        except PySparkException as error:
            if time.monotonic() - began >= seconds:
                raise too_long(seconds) from None
            raise (
                meaning(error)
                or unknown_table(str(error))
                or QueryError(
                    "The query failed: {error}",
                    "Tables and columns: quanyu describe TABLE.",
                    error=str(error).partition("\n")[0],
                )
            ) from None
        finally:
            watch.cancel()

    def close(self) -> None:
        """Stop the session, which ends it for every workspace of this process."""
        self.session.stop()
        shutil.rmtree(SCRATCH, ignore_errors=True)

    def _frame(self, expression: ir.Table) -> DataFrame:
        with self._lock, warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            self.connection._run_pre_execute_hooks(expression)
            return self.session.sql(compiled(self.connection, expression))


def _speak_utf8() -> None:
    """Let Java read names of files as UTF-8, which it does not where no locale says so."""
    chosen = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_CTYPE", "LANG"))), "")
    if "utf" not in chosen.lower():
        os.environ["LC_ALL"] = "C.UTF-8"


def _session(settings: SparkSettings) -> SparkSession:
    builder: Any = SparkSession.builder.appName("quanyu").master(settings.master)
    options = {
        **OPTIONS,
        "spark.driver.memory": settings.driver_memory,
        "spark.sql.shuffle.partitions": str(settings.shuffle_partitions),
        "spark.local.dir": str(SCRATCH),
        "spark.sql.warehouse.dir": str(SCRATCH / "warehouse"),
        **({"spark.driver.host": "127.0.0.1"} if settings.master.startswith("local") else {}),
        **settings.options,
    }
    for name, value in options.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def _read(session: SparkSession, files: Sequence[str]) -> DataFrame:
    """Return the files as one frame. Their footers are read here: Spark would start a job on the cluster for them."""
    schema = pa.unify_schemas([_footer(file) for file in files], promote_options="permissive")
    return session.read.options(**LITERAL).schema(from_arrow_schema(schema)).parquet(*files)


def _footer(file: str) -> pa.Schema:
    try:
        return pq.read_schema(file)
    except pa.ArrowInvalid as error:  # it does not say which file is damaged
        raise pa.ArrowInvalid(f"{file}: {error}") from None


def _empty(expression: ir.Table, folder: Path) -> Path:
    file = folder / f"part-{uuid.uuid4().hex}.parquet"
    pq.write_table(expression.schema().to_pyarrow().empty_table(), file)
    return file
