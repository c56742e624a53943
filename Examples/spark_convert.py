#!/usr/bin/env python3
"""Converts files with Apache Spark: every partition goes through `transcode` as a pipe.

    spark-submit Examples/spark_convert.py INPUT OUTPUT -t openai -m gpt-4o-mini

INPUT is whatever Spark reads as text (a folder, s3a://..., with or without compression). OUTPUT is
a folder of parts in the order of the input: put together they are the bytes of a single run.
`transcode` must be on the PATH of every executor. Say --from: a partition may begin with a bad line.
"""
import os
import shlex
import sys

from pyspark.sql import SparkSession

source, target, *flags = sys.argv[1:]
command = shlex.join(["transcode", "convert", "--quiet", "--jobs", "1", *flags, "-"])
spark = SparkSession.builder.appName("transcode").getOrCreate()
lines = spark.sparkContext.textFile(source)
# With checkCode a record that cannot be converted fails the task, and so the job.
# Spark starts the program with no environment at all unless it is given one.
lines.pipe(command, env={"PATH": os.environ["PATH"]}, checkCode=True).saveAsTextFile(target)
spark.stop()
