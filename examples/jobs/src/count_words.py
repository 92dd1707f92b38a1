"""Counts the words of a text with Spark."""

import argparse

from pyspark.sql import SparkSession, functions

parser = argparse.ArgumentParser()
parser.add_argument("--words", required=True)
parser.add_argument("--counts", required=True)
arguments = parser.parse_args()

spark = SparkSession.builder.getOrCreate()
words = spark.read.text(arguments.words).select(functions.explode(functions.split("value", r"\s+")).alias("word"))
counts = words.where("word <> ''").groupBy("word").count()
counts.write.mode("overwrite").csv(arguments.counts, header=True)
print(f"{counts.count()} different words")
