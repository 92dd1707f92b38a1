"""Counts the words of a text with Spark; without Spark, with Python alone."""

import argparse
from collections import Counter

TEXT = "to train or not to train"

parser = argparse.ArgumentParser()
parser.add_argument("--top", type=int, default=3)
top = parser.parse_args().top

try:
    from pyspark.sql import SparkSession
except ImportError:
    counts = Counter(TEXT.split()).items()
else:
    words = SparkSession.builder.getOrCreate().sparkContext.parallelize(TEXT.split())
    counts = words.map(lambda word: (word, 1)).reduceByKey(lambda a, b: a + b).collect()

for word, count in sorted(counts, key=lambda pair: (-pair[1], pair[0]))[:top]:
    print(word, count)
