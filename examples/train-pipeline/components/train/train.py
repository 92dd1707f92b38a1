"""Fits the slope of a line through the origin by gradient descent."""

import sys
from pathlib import Path

data, rate, folder = Path(sys.argv[1]), float(sys.argv[2]), Path(sys.argv[3])
points = [tuple(map(float, line.split(","))) for line in (data / "points.csv").read_text().splitlines()]
slope = 0.0
for _ in range(500):
    slope -= rate * sum(2 * x * (slope * x - y) for x, y in points) / len(points)
folder.mkdir(parents=True, exist_ok=True)
(folder / "model.txt").write_text(f"slope {slope:.3f}\n")
print(f"slope {slope:.3f}")
