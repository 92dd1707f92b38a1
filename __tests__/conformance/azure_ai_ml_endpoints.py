"""The official client (azure-ai-ml) reads back what the action released, and releases on endpoints of its own that really serve."""

import json
import os
import tempfile
import time
import warnings

warnings.filterwarnings("ignore")

from azure.ai.ml import Input, command  # noqa: E402
from azure.ai.ml.constants._endpoint import EndpointInvokeFields  # noqa: E402
from azure.ai.ml.dsl import pipeline  # noqa: E402
from azure.ai.ml.entities import (  # noqa: E402
    BatchEndpoint,
    CodeConfiguration,
    Environment,
    ManagedOnlineDeployment,
    ManagedOnlineEndpoint,
    Model,
    ModelBatchDeployment,
    ModelBatchDeploymentSettings,
    OnlineRequestSettings,
    PipelineComponentBatchDeployment,
    ResourceConfiguration,
)
from azure.ai.ml.exceptions import MlException  # noqa: E402
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError  # noqa: E402
from promises import end, promiser  # noqa: E402
from workspace import connected  # noqa: E402

promise = promiser("azure-ai-ml, endpoints")
client = connected(show_progress=False)
folder = tempfile.mkdtemp()


def file(name, text):
    """Writes a file below the folder, and says where it is."""
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as out:
        out.write(text)
    return path


def raised(work, kinds=(HttpResponseError,)):
    """What the client says of a refusal."""
    try:
        work()
    except kinds as error:
        return str(error)
    return ""


conda = file(
    "conda.yml",
    "name: serve\ndependencies:\n  - python=3.11\n  - pip\n  - pip:\n      - azureml-inference-server-http==1.5.1\n",
)
file(
    "online/score.py",
    "\n".join(
        [
            "import json, os, pathlib",
            "def init():",
            "    global factor",
            '    path = pathlib.Path(os.environ["AZUREML_MODEL_DIR"]) / "model.json"',
            '    factor = json.loads(path.read_text())["factor"]',
            '    print("factor", factor)',
            "def run(raw):",
            '    return {"predictions": [factor * sum(row) for row in json.loads(raw)["data"]]}',
            "",
        ]
    ),
)
file("broken/score.py", "import nothing_of_this_name\ndef init():\n    pass\ndef run(raw):\n    return raw\n")
model_file = file("model/model.json", '{ "factor": 3 }')
better_file = file("better/model.json", '{ "factor": 5 }')
request_file = file("request.json", json.dumps({"data": [[1, 2], [4]]}))
environment = Environment(image="mcr.microsoft.com/azureml/minimal-ubuntu22.04-py39-cpu-inference", conda_file=conda)


def deployment(name, path=model_file, code="online", endpoint="py-online", **more):
    """A deployment of a model that this script has."""
    return ManagedOnlineDeployment(
        name=name,
        endpoint_name=endpoint,
        model=Model(path=path),
        environment=environment,
        code_configuration=CodeConfiguration(code=os.path.join(folder, code), scoring_script="score.py"),
        instance_type="Standard_DS3_v2",
        instance_count=1,
        request_settings=OnlineRequestSettings(request_timeout_ms=20000),
        **more,
    )


def forget_deployment():
    """The client keeps the deployment that was named last for every later call."""
    EndpointInvokeFields.DEFAULT_HEADER.pop(EndpointInvokeFields.MODEL_DEPLOYMENT, None)


def invoked(deployment_name=None, endpoint="py-online"):
    """The answer of an endpoint."""
    forget_deployment()
    return json.loads(
        client.online_endpoints.invoke(endpoint, request_file=request_file, deployment_name=deployment_name)
    )


ours = client.online_deployments.get("blue", "our-online")
promise("reads the traffic that the action has moved", lambda: client.online_endpoints.get("our-online").traffic == {"blue": 100})
promise("reads the action's deployment with its digest", lambda: bool(ours.properties["azureml-targets.digest"]))
promise("reads which model it serves", lambda: ours.model.endswith("/models/our-scale/versions/1"))
promise("is answered by the action's deployment", lambda: invoked(endpoint="our-online") == {"predictions": [9, 12]})
promise("reads the default that the action has set", lambda: client.batch_endpoints.get("our-batch").defaults.deployment_name == "nightly")
promise("lists the job of the action's test", lambda: [job.status for job in client.batch_endpoints.list_jobs("our-batch")] == ["Completed"])

online = client.online_endpoints.begin_create_or_update(
    ManagedOnlineEndpoint(name="py-online", auth_mode="key", tags={"of": "client"})
).result()
promise("creates an online endpoint", lambda: online.provisioning_state == "Succeeded" and online.tags == {"of": "client"})
promise("is told its address", lambda: client.online_endpoints.get("py-online").scoring_uri.endswith("/score"))
promise("lists online endpoints", lambda: "py-online" in [one.name for one in client.online_endpoints.list()])

blue = client.online_deployments.begin_create_or_update(deployment("blue")).result()
promise("deploys a model with code and a conda file", lambda: blue.provisioning_state == "Succeeded")
promise("reads the deployment back", lambda: client.online_deployments.get("blue", "py-online").instance_type == "Standard_DS3_v2")
promise("lists the deployments", lambda: [one.name for one in client.online_deployments.list("py-online")] == ["blue"])
promise("invokes a deployment that has no traffic by its name", lambda: invoked("blue") == {"predictions": [9, 12]})
promise("is answered by nobody before there is traffic", lambda: "http-status-codes" in raised(invoked, (MlException,)))
promise("reads the log of the container", lambda: "factor 3" in client.online_deployments.get_logs("blue", "py-online", 50))
promise(
    "reads the log of the storage initializer",
    lambda: "Downloaded" in client.online_deployments.get_logs("blue", "py-online", 50, container_type="storage-initializer"),
)


def with_traffic(traffic, mirror=None):
    """The endpoint after its traffic was set."""
    endpoint = client.online_endpoints.get("py-online")
    endpoint.traffic = traffic
    endpoint.mirror_traffic = mirror or {}
    return client.online_endpoints.begin_create_or_update(endpoint).result()


promise("gives it all traffic", lambda: with_traffic({"blue": 100}).traffic == {"blue": 100})
promise("invokes the endpoint", lambda: invoked() == {"predictions": [9, 12]})
client.online_deployments.begin_create_or_update(deployment("green", better_file)).result()
promise("mirrors traffic to a second deployment", lambda: with_traffic({"blue": 100}, {"green": 20}).mirror_traffic == {"green": 20})
promise("is answered by the first one all the same", lambda: invoked() == {"predictions": [9, 12]})
promise("cannot give both half and a quarter", lambda: "sum" in raised(lambda: with_traffic({"blue": 50, "green": 25})))
promise("shares the traffic", lambda: with_traffic({"blue": 50, "green": 50}).traffic == {"blue": 50, "green": 50})
promise(
    "is answered by both",
    lambda: sorted(json.dumps(invoked()) for _ in range(4))
    == ['{"predictions": [15, 20]}'] * 2 + ['{"predictions": [9, 12]}'] * 2,
)
promise(
    "cannot delete a deployment with traffic",
    lambda: "traffic" in raised(lambda: client.online_deployments.begin_delete("blue", "py-online").result()),
)
with_traffic({"green": 100})
promise(
    "deletes one without traffic",
    lambda: client.online_deployments.begin_delete("blue", "py-online").result() is None
    and [one.name for one in client.online_deployments.list("py-online")] == ["green"],
)
green = client.online_deployments.get("green", "py-online")
green.instance_count = 2
promise(
    "updates a deployment",
    lambda: client.online_deployments.begin_create_or_update(green).result().instance_count == 2
    and invoked() == {"predictions": [15, 20]},
)
failed = raised(lambda: client.online_deployments.begin_create_or_update(deployment("red", code="broken")).result())
promise("is told that a container has crashed", lambda: "ResourceNotReady" in failed and "User container has crashed" in failed)
promise("finds the cause in its log", lambda: "No module named 'nothing_of_this_name'" in client.online_deployments.get_logs("red", "py-online", 100))
promise("deletes what has failed", lambda: client.online_deployments.begin_delete("red", "py-online").result() is None)

# An MLflow model by itself: with a loader of its own, so that nothing else has to be installed for it.
file(
    "mlflow/MLmodel",
    "\n".join(
        [
            "flavors:",
            "  python_function:",
            "    loader_module: scaled",
            "    code: code",
            "    env: { conda: conda.yaml }",
            "    python_version: 3.11.7",
            "",
        ]
    ),
)
file("mlflow/conda.yaml", "dependencies:\n  - python=3.11\n  - pip\n  - pip:\n      - mlflow-skinny\n      - pandas\n")
file(
    "mlflow/code/scaled.py",
    "class Scaled:\n    def predict(self, frame, params=None):\n        return frame.sum(axis=1) * 7\n\ndef _load_pyfunc(path):\n    return Scaled()\n",
)
request = file("table.json", json.dumps({"input_data": {"columns": ["a", "b"], "data": [[1, 2], [3, 4]]}}))
client.online_deployments.begin_create_or_update(
    ManagedOnlineDeployment(
        name="flow",
        endpoint_name="py-online",
        model=Model(path=os.path.join(folder, "mlflow"), type="mlflow_model"),
        instance_type="Standard_DS3_v2",
        instance_count=1,
    )
).result()
promise(
    "deploys an MLflow model without code",
    lambda: json.loads(client.online_endpoints.invoke("py-online", request_file=request, deployment_name="flow")) == [21, 49],
)

keys = client.online_endpoints.get_keys("py-online")
client.online_endpoints.begin_regenerate_keys("py-online", key_type="secondary").result()
after = client.online_endpoints.get_keys("py-online")
promise(
    "reads the keys, and makes a new one",
    lambda: keys.primary_key == after.primary_key and keys.secondary_key != after.secondary_key,
)

for mode in ("aml_token", "aad_token"):
    name = f"py-{mode.replace('_', '-')}"
    client.online_endpoints.begin_create_or_update(ManagedOnlineEndpoint(name=name, auth_mode=mode)).result()
    client.online_deployments.begin_create_or_update(deployment("blue", endpoint=name)).result()
    promise(f"gets a token for {mode}", lambda: bool(client.online_endpoints.get_keys(name).access_token))
    promise(f"invokes an endpoint by {mode}", lambda: invoked("blue", name) == {"predictions": [9, 12]})
    client.online_endpoints.begin_delete(name).result()

promise("deletes the endpoint with what is below it", lambda: client.online_endpoints.begin_delete("py-online").result() is None)
promise("finds it no more", lambda: raised(lambda: client.online_endpoints.get("py-online"), (ResourceNotFoundError,)) != "")

# For the action to go on with.
kept = client.online_endpoints.begin_create_or_update(ManagedOnlineEndpoint(name="py-kept-online", auth_mode="key")).result()
client.online_deployments.begin_create_or_update(deployment("blue", better_file, endpoint="py-kept-online")).result()
kept.traffic = {"blue": 100}
client.online_endpoints.begin_create_or_update(kept).result()

# Batch endpoints.
file(
    "batch/batch_score.py",
    "\n".join(
        [
            "import json, os, pathlib",
            "def init():",
            "    global factor",
            '    path = pathlib.Path(os.environ["AZUREML_MODEL_DIR"]) / "model.json"',
            '    factor = json.loads(path.read_text())["factor"]',
            "def run(mini_batch):",
            "    return [f\"{os.path.basename(path)} {factor * int(pathlib.Path(path).read_text())}\" for path in mini_batch]",
            "",
        ]
    ),
)
for number in (1, 2, 3):
    file(f"data/{number}.txt", str(number))
batch = client.batch_endpoints.begin_create_or_update(BatchEndpoint(name="py-batch", tags={})).result()
promise("creates a batch endpoint", lambda: batch.provisioning_state == "Succeeded" and batch.scoring_uri.endswith("/jobs"))
promise("lists batch endpoints", lambda: "py-batch" in [one.name for one in client.batch_endpoints.list()])
client.batch_deployments.begin_create_or_update(
    ModelBatchDeployment(
        name="nightly",
        endpoint_name="py-batch",
        model=Model(path=model_file),
        environment=Environment(image="mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04"),
        code_configuration=CodeConfiguration(code=os.path.join(folder, "batch"), scoring_script="batch_score.py"),
        compute="cpu-cluster",
        resources=ResourceConfiguration(instance_count=1),
        settings=ModelBatchDeploymentSettings(mini_batch_size=2, output_action="append_row", output_file_name="rows.csv"),
    )
).result()
promise("deploys a model for batches", lambda: client.batch_deployments.get("nightly", "py-batch").mini_batch_size == 2)


def ended(job):
    """The status with which a job has ended."""
    while True:
        status = client.jobs.get(job.name).status
        if status in ("Completed", "Failed", "Canceled"):
            return status
        time.sleep(0.2)


batch = client.batch_endpoints.get("py-batch")
batch.defaults.deployment_name = "nightly"
promise(
    "makes it the default",
    lambda: client.batch_endpoints.begin_create_or_update(batch).result().defaults.deployment_name == "nightly",
)
promise(
    "cannot delete the default",
    lambda: "default" in raised(lambda: client.batch_deployments.begin_delete("nightly", "py-batch").result()),
)
forget_deployment()
job = client.batch_endpoints.invoke("py-batch", input=Input(type="uri_folder", path=os.path.join(folder, "data")))
promise("invokes the endpoint with a local folder, and follows the job", lambda: ended(job) == "Completed")
promise("lists the jobs of the endpoint", lambda: [one.name for one in client.batch_endpoints.list_jobs("py-batch")] == [job.name])
promise("lists the jobs of the deployment", lambda: [one.name for one in client.batch_deployments.list_jobs("py-batch", name="nightly")] == [job.name])


def predictions():
    """The rows that the job has written."""
    client.jobs.download(job.name, output_name="score", download_path=os.path.join(folder, "out"))
    with open(os.path.join(folder, "out", "named-outputs", "score", "rows.csv"), encoding="utf-8") as rows:
        return rows.read().splitlines()


promise("downloads what was predicted", lambda: predictions() == ["1.txt 3", "2.txt 6", "3.txt 9"])

echo = command(
    name="echo",
    command="echo ${{inputs.word}}",
    environment=Environment(image="mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04"),
    inputs={"word": Input(type="string")},
)


@pipeline()
def echoed(word: str):
    """One step."""
    echo(word=word)


component = client.components.create_or_update(echoed(word="x").component)
client.batch_deployments.begin_create_or_update(
    PipelineComponentBatchDeployment(
        name="steps", endpoint_name="py-batch", component=component, settings={"default_compute": "cpu-cluster"}
    )
).result()
stepped = client.batch_endpoints.invoke(
    "py-batch", deployment_name="steps", inputs={"word": Input(type="string", default="moin")}
)
promise("invokes a deployment of a pipeline, and follows its job", lambda: ended(stepped) == "Completed")
promise("deletes the batch endpoint", lambda: client.batch_endpoints.begin_delete("py-batch").result() is None)
end()
