"""Goes down a parabola by gradient descent; how low it gets depends on the rate and the momentum."""

import argparse
import json
import pathlib

import mlflow


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--rate", type=float, default=0.1)
    parser.add_argument("--momentum", type=float, default=0.0)
    arguments = parser.parse_args()

    position, velocity = 4.0, 0.0
    with mlflow.start_run():
        for step in range(1, arguments.steps + 1):
            velocity = arguments.momentum * velocity - arguments.rate * 2 * position
            position += velocity
            loss = position**2
            mlflow.log_metric("loss", loss, step=step)
            print(f"step {step:2d}  position {position:.4f}  loss {loss:.4f}", flush=True)

    outputs = pathlib.Path("outputs")
    outputs.mkdir(exist_ok=True)
    (outputs / "position.json").write_text(json.dumps({"position": position}))


if __name__ == "__main__":
    main()
