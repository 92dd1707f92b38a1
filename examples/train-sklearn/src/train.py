"""Trains a classifier of handwritten digits, on the data set that ships with scikit-learn."""

import argparse
import json
import pathlib

import mlflow
from sklearn.datasets import load_digits
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import accuracy_score, log_loss
from sklearn.model_selection import train_test_split


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--rate", type=float, default=0.0005)
    arguments = parser.parse_args()

    digits = load_digits()
    train_x, test_x, train_y, test_y = train_test_split(
        digits.data / 16.0, digits.target, test_size=0.25, random_state=7, stratify=digits.target
    )
    model = SGDClassifier(loss="log_loss", learning_rate="constant", eta0=arguments.rate, random_state=7)

    with mlflow.start_run():
        mlflow.log_params({"epochs": arguments.epochs, "rate": arguments.rate})
        for epoch in range(1, arguments.epochs + 1):
            model.partial_fit(train_x, train_y, classes=range(10))
            accuracy = accuracy_score(test_y, model.predict(test_x))
            loss = log_loss(test_y, model.predict_proba(test_x))
            mlflow.log_metrics({"accuracy": accuracy, "loss": loss}, step=epoch)
            print(f"epoch {epoch:2d}  accuracy {accuracy:.4f}  loss {loss:.4f}", flush=True)

    outputs = pathlib.Path("outputs")
    outputs.mkdir(exist_ok=True)
    weights = {"coefficients": model.coef_.tolist(), "intercepts": model.intercept_.tolist()}
    (outputs / "model.json").write_text(json.dumps(weights))


if __name__ == "__main__":
    main()
