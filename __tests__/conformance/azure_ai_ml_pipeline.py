"""Pipelines by the official client (azure-ai-ml), unmodified: the action's, and its own. Prints a line for each promise."""

import os
import pathlib
import sys
import tempfile
import warnings

warnings.filterwarnings("ignore")

from azure.ai.ml import Input, command  # noqa: E402
from azure.ai.ml.dsl import pipeline  # noqa: E402
from azure.ai.ml.entities import Environment  # noqa: E402
from promises import end, promiser  # noqa: E402
from workspace import connected  # noqa: E402

promise = promiser("azure-ai-ml, pipelines")
client = connected()
ours, step, sleeper = os.environ["PIPELINE_RUN"], os.environ["STEP_RUN"], os.environ["SLEEPING_PIPELINE"]


def reads_back():
    job = client.jobs.get(ours)
    return (job.type, job.status, sorted(job.jobs)) == ("pipeline", "Completed", ["prepare", "train"])


def download(job, output):
    target = pathlib.Path(tempfile.mkdtemp())
    client.jobs.download(job, output_name=output, download_path=str(target))
    return (target / "named-outputs" / output / "model.txt").read_text() == "rows\n"


promise("reads back the action's pipeline with its steps", reads_back)
promise("streams it", lambda: client.jobs.stream(ours) is None)
promise(
    "lists the runs of its steps",
    lambda: sorted(child.display_name for child in client.jobs.list(parent_job_name=ours)) == ["prepare", "train"],
)
promise("downloads its output", lambda: download(ours, "trained"))
promise("downloads the output of its step", lambda: download(step, "model"))
promise("cancels a pipeline of the action", lambda: client.jobs.begin_cancel(sleeper).result() is None)
promise("reads that it was canceled", lambda: client.jobs.get(sleeper).status == "Canceled")

code = pathlib.Path(tempfile.mkdtemp())
(code / "log.py").write_text("import sys, mlflow\nmlflow.log_metric('loss', float(sys.argv[1]))\n")
train = command(
    name="train",
    code=str(code),
    command=f"{sys.executable} log.py ${{{{inputs.rate}}}}",
    environment=Environment(image="python"),
    inputs={"rate": Input(type="number", default=1.0)},
)


@pipeline(default_compute="cpu-cluster")
def of_two():
    first = train(rate=3.0)
    second = train(rate=0.5)
    first.name, second.name = "first", "second"


def submit():
    job = of_two()
    job.name, job.experiment_name = "py-kept-pipeline", "conformance"
    return client.jobs.create_or_update(job).name == "py-kept-pipeline"


promise("submits a pipeline", submit)
promise("streams its own", lambda: client.jobs.stream("py-kept-pipeline") is None)
promise("reads its end", lambda: client.jobs.get("py-kept-pipeline").status == "Completed")
end()
