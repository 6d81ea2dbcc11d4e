"""Starts Spark: only here is it configured, and here its absence is told in one line."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

# What PySpark 4 runs on.
OLDEST_JAVA = 17
_VERSION = re.compile(r'version "(\d+)')
_LONGEST = 300


class SparkError(Exception):
    """Spark cannot do it; ``problem`` is the key of a phrase, ``values`` fill it in."""

    def __init__(self, problem: str, **values: object) -> None:
        self.problem = problem
        self.values = values
        super().__init__(problem)


def require_spark() -> None:
    """Raises `SparkError` where a library or a fitting Java is missing."""
    for name in ("pyspark", "pyarrow", "pandas", "polars"):
        if find_spec(name) is None:
            raise SparkError("spark_missing", name=name)
    version = java_version()
    if version is None:
        raise SparkError("java_missing", oldest=OLDEST_JAVA)
    if version < OLDEST_JAVA:
        raise SparkError("java_too_old", version=version, oldest=OLDEST_JAVA)


def java_version() -> int | None:
    """The version of the Java that Spark would take: that of JAVA_HOME, else of the path."""
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home, "bin", "java")) if home else shutil.which("java")
    if java is None:
        return None
    try:
        said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)
    except OSError:
        return None
    found = _VERSION.search(said.stderr + said.stdout)
    return None if found is None else int(found[1])


@contextmanager
def session(master: str | None, chunk: int) -> Iterator[Any]:
    """A Spark session; one that was there before stays. Raises `SparkError`.

    ``master`` is where it runs; without, what `spark-submit` says, else all cores of this machine.
    """
    require_spark()
    from pyspark.sql import SparkSession

    before = SparkSession.getActiveSession()
    spark = before or _start(master, chunk)
    settings = {"spark.sql.execution.arrow.maxRecordsPerBatch": str(chunk), **_SETTINGS}
    known = {name: spark.conf.get(name, None) for name in settings}
    for name, value in settings.items():
        spark.conf.set(name, value)
    try:
        yield spark
    finally:
        for name, value in known.items():
            if value is not None:
                spark.conf.set(name, value)
        if before is None:
            spark.stop()


# Days as they are written, names of columns as they are, no value made where there is none.
_SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.caseSensitive": "true",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.parquet.compression.codec": "zstd",
    # Wide rules make methods that the JVM runs uncompiled from 8000 bytes on.
    "spark.sql.codegen.hugeMethodLimit": "8000",
}


def _start(master: str | None, chunk: int) -> Any:
    from pyspark import SparkConf
    from pyspark.sql import SparkSession

    # Under spark-submit the JVM is there already and knows the place.
    where = master or ("" if "PYSPARK_GATEWAY_PORT" in os.environ else "local[*]")
    conf = SparkConf().setAppName("dudao")
    if where:
        conf.setMaster(where)
    conf.setIfMissing("spark.ui.enabled", "false")
    conf.setIfMissing("spark.ui.showConsoleProgress", "false")
    conf.setIfMissing("spark.log.level", "ERROR")
    # A file of success beside the data is nothing that the manifest does not say.
    conf.set("spark.hadoop.mapreduce.fileoutputcommitter.marksuccessfuljobs", "false")
    if where.startswith("local"):
        # Nothing of it can be reached from another machine.
        conf.set("spark.driver.bindAddress", "127.0.0.1")
        conf.set("spark.driver.host", "127.0.0.1")
        os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    with _aside() as said:
        try:
            return SparkSession.builder.config(conf=conf).getOrCreate()
        except Exception as error:
            raise SparkError("spark_fails", why=_why(error, said)) from error


@contextmanager
def _aside() -> Iterator[Any]:
    """What the JVM says while it starts goes to a file: it is only told where the start fails."""
    with tempfile.TemporaryFile() as said:
        sys.stderr.flush()
        kept = os.dup(2)
        os.dup2(said.fileno(), 2)
        try:
            yield said
        finally:
            os.dup2(kept, 2)
            os.close(kept)


@contextmanager
def job_errors() -> Iterator[None]:
    """What fails inside Spark becomes a `SparkError`."""
    try:
        yield
    except Exception as error:
        if type(error).__module__.startswith(("pyspark.", "py4j.")):
            raise SparkError("spark_job_fails", why=first_line(error)) from error
        raise


def _why(error: Exception, said: Any) -> str:
    """The last line that the JVM said, or the first one of the error."""
    said.seek(0)
    lines = [line for line in said.read().decode("utf-8", "replace").splitlines() if line.strip()]
    return (lines[-1] if lines else first_line(error))[:_LONGEST]


def first_line(error: Exception) -> str:
    """The first line of what Spark says, which often goes on with the stack of the JVM."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)[:_LONGEST]
