"""Counts the files that the step before has packed."""

import argparse
import os

parser = argparse.ArgumentParser()
parser.add_argument("--packed")
packed = parser.parse_args().packed
print(os.environ["AML_PARAMETER_TITLE"], len(os.listdir(packed)), "files")
