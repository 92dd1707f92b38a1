"""Writes points of a line with some noise."""

import random
import sys
from pathlib import Path

samples, folder = int(sys.argv[1]), Path(sys.argv[2])
random.seed(0)
folder.mkdir(parents=True, exist_ok=True)
points = [(x / samples, 2 * x / samples + random.gauss(0, 0.01)) for x in range(samples)]
(folder / "points.csv").write_text("".join(f"{x},{y}\n" for x, y in points))
print(f"{samples} points")
