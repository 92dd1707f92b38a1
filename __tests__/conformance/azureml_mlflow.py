"""MLflow with Azure's plug-in (azureml-mlflow), unmodified: reads the metrics of a run that the action submitted, and logs its own."""

import logging
import os
import warnings

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)
os.environ["GIT_PYTHON_REFRESH"] = "quiet"

import mlflow  # noqa: E402
from azure.ai.ml import MLClient  # noqa: E402
from azure.identity import ClientSecretCredential  # noqa: E402
from promises import end, promiser  # noqa: E402

promise = promiser("azureml-mlflow")
client = MLClient(
    ClientSecretCredential(os.environ["AZURE_TENANT_ID"], os.environ["AZURE_CLIENT_ID"], os.environ["AZURE_CLIENT_SECRET"]),
    os.environ["AZURE_SUBSCRIPTION_ID"],
    os.environ["AZURE_RESOURCE_GROUP"],
    os.environ["AZURE_ML_WORKSPACE"],
)
uri = client.workspaces.get(client.workspace_name).mlflow_tracking_uri
mlflow.set_tracking_uri(uri)
run_name = os.environ["RUN_NAME"]


def log():
    mlflow.set_experiment("conformance")
    with mlflow.start_run() as run:
        for step, value in enumerate([1.0, 0.5, 0.25]):
            mlflow.log_metric("loss", value, step=step)
        mlflow.log_param("lr", 0.1)
    back = mlflow.get_run(run.info.run_id)
    return back.data.metrics["loss"] == 0.25 and back.data.params["lr"] == "0.1"


def history():
    points = mlflow.MlflowClient().get_metric_history(run_name, "loss")
    return [(point.step, point.value) for point in points] == [(0, 1.0), (1, 0.5), (2, 0.25)]


promise("learns from the workspace where to track", lambda: uri.startswith("azureml://"))
promise("logs a run of its own and reads it back", log)
promise("reads the last value that the action's run logged", lambda: mlflow.get_run(run_name).data.metrics["loss"] == 0.25)
promise("reads its history", history)
promise(
    "reads the last value that a step of the action's pipeline logged",
    lambda: mlflow.get_run(os.environ["STEP_RUN"]).data.metrics["loss"] == 0.5,
)
end()
