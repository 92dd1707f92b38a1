"""Models and web services of the first SDK (azureml-core), unmodified, against the emulator's real host names."""

import json
import logging
import os
import sys
import tempfile
import warnings

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)

import requests  # noqa: E402
from azureml.core import Environment, Workspace  # noqa: E402
from azureml.core.authentication import ServicePrincipalAuthentication  # noqa: E402
from azureml.core.compute import AksCompute  # noqa: E402
from azureml.core.conda_dependencies import CondaDependencies  # noqa: E402
from azureml.core.model import InferenceConfig, Model  # noqa: E402
from azureml.core.webservice import AciWebservice, AksWebservice, Webservice  # noqa: E402
from azureml.exceptions import WebserviceException  # noqa: E402
from promises import end, promiser  # noqa: E402

promise = promiser("azureml-core services")

workspace = Workspace.get(
    name=os.environ["AZURE_ML_WORKSPACE"],
    subscription_id=os.environ["AZURE_SUBSCRIPTION_ID"],
    resource_group=os.environ["AZURE_RESOURCE_GROUP"],
    auth=ServicePrincipalAuthentication(
        tenant_id=os.environ["AZURE_TENANT_ID"],
        service_principal_id=os.environ["AZURE_CLIENT_ID"],
        service_principal_password=os.environ["AZURE_CLIENT_SECRET"],
    ),
)

folder = tempfile.mkdtemp()
os.chdir(folder)


def write(path, text):
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def script(factor):
    return f"""
import json, os
def init():
    global weight
    with open(os.path.join(os.environ["AZUREML_MODEL_DIR"], "clf.json")) as file:
        weight = json.load(file)["weight"]
    print("the weight is", weight)
def run(body):
    return [weight * {factor} * value for value in json.loads(body)["data"]]
"""


write("clf.json", '{"weight": 2}')
write("models/weights.json", "{}")
write("models/other/weights.json", "{}")
write("first/score.py", script(1))
write("second/score.py", script(10))
write("broken/score.py", "import a_module_that_is_missing\ndef init(): pass\ndef run(body): return body\n")


def quietly(work):
    """What it prints while it waits is of no concern here."""
    out, sys.stdout = sys.stdout, open(os.devnull, "w", encoding="utf-8")
    try:
        return work()
    finally:
        sys.stdout = out


def config(source):
    environment = Environment("infer")
    environment.python.conda_dependencies = CondaDependencies.create(pip_packages=["azureml-defaults"])
    return InferenceConfig(entry_script="score.py", source_directory=source, environment=environment)


def deploy(name, source, settings, compute=None, **more):
    model = Model(workspace, "v1-clf")
    service = quietly(
        lambda: Model.deploy(workspace, name, [model], config(source), settings, compute, **more)
    )
    quietly(lambda: service.wait_for_deployment(show_output=True))
    return service


def ask(service, values):
    return service.run(json.dumps({"data": values}))


def raises(work, *words):
    """The client says what went wrong, in these words among others."""
    try:
        quietly(work)
    except WebserviceException as error:
        return all(word in error.message for word in words) or error.message
    return "nothing was raised"


def register():
    model = quietly(
        lambda: Model.register(workspace, "clf.json", "v1-clf", tags={"of": "v1"}, description="of the first SDK")
    )
    return (model.name, model.version, model.tags, model.description) == (
        "v1-clf",
        1,
        {"of": "v1"},
        "of the first SDK",
    )


def register_folder():
    model = quietly(lambda: Model.register(workspace, "models", "v1-folder"))
    path = model.download(os.path.join(folder, "downloaded"), exist_ok=True)
    return os.path.isfile(os.path.join(path, "other", "weights.json"))


def reads_ours():
    model = Model(workspace, "our-model", version=3)
    return model.id == "our-model:3" and model.properties == {"trained-by": "nobody"}


def reads_our_service():
    service = Webservice(workspace, "our-aci")
    kept = (service.state, service.tags["a"], [model.id for model in service.models])
    return kept == ("Healthy", "b", ["our-clf:1"]) and ask(service, [1, 2]) == [2, 4]


def deploys_aci():
    settings = AciWebservice.deploy_configuration(
        cpu_cores=1, memory_gb=1, auth_enabled=True, dns_name_label="v1-octo", tags={"a": "b"}
    )
    service = deploy("v1-aci", "first", settings)
    return (
        service.state == "Healthy"
        and service.scoring_uri == "http://v1-octo.eastus.azurecontainer.io/score"
        and service.models[0].id == "v1-clf:1"
    )


def runs_aci():
    service = AciWebservice(workspace, "v1-aci")
    without = requests.post(service.scoring_uri, data="{}", timeout=30).status_code
    swagger = requests.get(
        service.swagger_uri, headers={"Authorization": f"Bearer {service.get_keys()[0]}"}, timeout=30
    )
    return (ask(service, [1, 2]), without, swagger.status_code) == ([2, 4], 401, 200)


def regenerates():
    service = AciWebservice(workspace, "v1-aci")
    primary, secondary = service.get_keys()
    service.regen_key("Primary", "a-key-of-our-own-0123456789")
    return primary != secondary and service.get_keys() == ("a-key-of-our-own-0123456789", secondary)


def updates_aci():
    service = AciWebservice(workspace, "v1-aci")
    quietly(lambda: service.update(inference_config=config("second"), tags={"c": "d"}))
    quietly(lambda: service.wait_for_deployment(show_output=True))
    return (service.state, service.tags, ask(service, [1, 2])) == ("Healthy", {"c": "d"}, [20, 40])


def fails():
    settings = AciWebservice.deploy_configuration(cpu_cores=1, memory_gb=1)
    told = raises(
        lambda: deploy("v1-broken", "broken", settings), "AciDeploymentFailed", "a_module_that_is_missing", ".get_logs()"
    )
    service = Webservice(workspace, "v1-broken")
    return told is True and service.state == "Failed" and "a_module_that_is_missing" in service.get_logs() or told


def overwrites():
    settings = AciWebservice.deploy_configuration(cpu_cores=1, memory_gb=1)
    service = deploy("v1-broken", "first", settings, overwrite=True)
    return service.state == "Healthy" and ask(service, [3]) == [6]


def deploys_aks():
    settings = AksWebservice.deploy_configuration(
        autoscale_enabled=True,
        autoscale_min_replicas=1,
        autoscale_max_replicas=3,
        cpu_cores=0.5,
        memory_gb=1,
        namespace="ml",
        auth_enabled=False,
        token_auth_enabled=True,
    )
    service = deploy("v1-aks-svc", "first", settings, AksCompute(workspace, "v1-aks"))
    return (
        service.state == "Healthy"
        and service.scoring_uri == "http://20.0.0.9:80/api/v1/service/v1-aks-svc/score"
        and service.autoscaler.max_replicas == 3
        and service.compute_name == "v1-aks"
    )


def runs_aks():
    service = AksWebservice(workspace, "v1-aks-svc")
    without = requests.post(service.scoring_uri, data="{}", timeout=30).status_code
    return service.get_access_token().token_type == "Bearer" and without == 401 and ask(service, [5]) == [10]


def updates_aks():
    service = AksWebservice(workspace, "v1-aks-svc")
    quietly(
        lambda: service.update(autoscale_enabled=False, num_replicas=2, token_auth_enabled=False, auth_enabled=True)
    )
    quietly(lambda: service.wait_for_deployment(show_output=True))
    return (service.num_replicas, service.auth_enabled, ask(service, [5])) == (2, True, [10])


def lists():
    names = {service.name for service in Webservice.list(workspace)}
    on_aks = [service.name for service in Webservice.list(workspace, compute_type="AKS")]
    with_model = {service.name for service in Webservice.list(workspace, model_id="v1-clf:1")}
    return {"v1-aci", "v1-aks-svc"} <= names and on_aks == ["v1-aks-svc"] and "v1-aci" in with_model


def deletes():
    for name in ("v1-aci", "v1-aks-svc", "v1-broken"):
        service = Webservice(workspace, name)
        quietly(service.delete)
        if raises(lambda name=name: Webservice(workspace, name), "WebserviceNotFound") is not True:
            return name
    return True


promise("registers a model of one file", register)
promise("registers a model of a folder, and downloads it", register_folder)
promise("finds the model that the action registered by the second API", reads_ours)
promise("reads back the service that the action deployed, and runs it with its key", reads_our_service)
promise("deploys a model to ACI, and waits for it", deploys_aci)
promise("runs it with a key, and is refused without one", runs_aci)
promise("reads what its container has written", lambda: "the weight is 2" in AciWebservice(workspace, "v1-aci").get_logs())
promise("is told that its name is taken", lambda: raises(
    lambda: deploy("v1-aci", "first", AciWebservice.deploy_configuration(cpu_cores=1, memory_gb=1)), "v1-aci"
))
promise("sets a key", regenerates)
promise("updates its code and its tags", updates_aci)
promise("is told why a deployment failed, and reads the log of its container", fails)
promise("overwrites a service that failed", overwrites)
promise("deploys a model to the AKS cluster that it attached, with tokens", deploys_aks)
promise("runs it with a token, and is refused without one", runs_aks)
promise("updates its replicas, and its authentication", updates_aks)
promise("lists services by their compute and their model", lists)
promise("deletes services, and waits for it", deletes)
end()
