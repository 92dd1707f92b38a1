"""Sweeps by the official client (azure-ai-ml), unmodified. Prints a line for each promise."""

import pathlib
import sys
import tempfile
import warnings

warnings.filterwarnings("ignore")

from azure.ai.ml import command  # noqa: E402
from azure.ai.ml.entities import Environment  # noqa: E402
from azure.ai.ml.sweep import Choice  # noqa: E402
from promises import end, promiser  # noqa: E402
from workspace import connected  # noqa: E402

promise = promiser("azure-ai-ml, sweeps")
client = connected()

code = pathlib.Path(tempfile.mkdtemp())
(code / "log.py").write_text(
    "import sys, pathlib, mlflow\n"
    "mlflow.log_metric('loss', float(sys.argv[1]))\n"
    "pathlib.Path('outputs').mkdir(exist_ok=True)\n"
    "pathlib.Path('outputs/rate.txt').write_text(sys.argv[1])\n"
)
trial = command(
    code=str(code),
    command=f"{sys.executable} log.py ${{{{inputs.rate}}}}",
    environment=Environment(image="python"),
    inputs={"rate": 1.0},
)
sweep = trial(rate=Choice([3, 1, 2])).sweep(
    sampling_algorithm="grid",
    primary_metric="loss",
    goal="Minimize",
    max_total_trials=3,
    max_concurrent_trials=2,
)
sweep.name = "py-kept-sweep"
sweep.experiment_name = "conformance"
job = client.jobs.create_or_update(sweep)
promise("submits a sweep", lambda: job.name == "py-kept-sweep" and job.type == "sweep")
promise("streams it", lambda: client.jobs.stream(job.name) is None)
promise("reads its end", lambda: client.jobs.get(job.name).status == "Completed")
promise(
    "reads which trial is the best one",
    lambda: client.jobs.get(job.name).properties["best_child_run_id"] == "py-kept-sweep_1",
)
promise(
    "lists its trials",
    lambda: sorted(child.name for child in client.jobs.list(parent_job_name=job.name))
    == [f"py-kept-sweep_{number}" for number in range(3)],
)
target = pathlib.Path(tempfile.mkdtemp())
promise(
    "downloads from its best trial",
    lambda: client.jobs.download(job.name, download_path=str(target)) is None
    and (target / "artifacts/outputs/rate.txt").read_text() == "1",
)
end()
