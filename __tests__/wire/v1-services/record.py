"""Writes what azureml-core 1.61.0 (post4) sends for the configurations of cases.json and updates.json, with the upload of the
code left out: `pip install azureml-core==1.61.0.post4 "setuptools<80"`, then `python record.py`."""
import inspect
import json
import os
import tempfile

from azureml._restclient.clientbase import ClientBase
from azureml.core import Environment
from azureml.core import model as model_module
from azureml.core.environment import DockerBuildContext
from azureml.core.model import InferenceConfig
from azureml.core.webservice import AciWebservice, AksWebservice, Webservice

HERE = os.path.dirname(os.path.abspath(__file__))
# In a checkout the client adds properties about its commit.
os.chdir(tempfile.mkdtemp())
SECRETS = {"KEY_1": "first", "KEY_2": "second", "TLS_CERT": "certificate", "TLS_KEY": "private"}
ENVIRONMENT = {
    "image": "registry.example.org/i:1",
    "conda_file": {"dependencies": ["python=3.10", {"pip": ["azureml-defaults"]}]},
}


def upload(workspace, dependency, create_tar=False, arcname=None, show_output=False):
    name = "code.tar.gz" if create_tar else "driver.py"
    return f"aml://artifact/LocalUpload/place/{name}", name


model_module.upload_dependency = upload
model_module.wrap_execution_script_with_source_directory = lambda *_: "/tmp/driver.py"


def written(text, suffix):
    path = tempfile.mkstemp(suffix=suffix)[1]
    with open(path, "w") as file:
        file.write(text)
    return path


def environment_of(declared, service):
    said = declared.get("environment", ENVIRONMENT)
    name = said.get("name", f"{service}-env")
    if "build" in said:
        build = said["build"]
        context = DockerBuildContext("StorageAccount", build["path"], build.get("dockerfile_path"))
        environment = Environment.from_docker_build_context(name, context)
    elif "conda_file" in said:
        environment = Environment.from_conda_specification(name, written(json.dumps(said["conda_file"]), ".yml"))
        if "image" in said:
            environment.docker.base_image = said["image"]
    else:
        environment = Environment.from_docker_image(name, said["image"])
    if "environment_variables" in declared:
        environment.environment_variables = dict(declared["environment_variables"])
    return environment


def inference_of(declared, service):
    code = declared.get("code_configuration", {"code": "src", "scoring_script": "score.py"})
    folder = os.path.join(tempfile.mkdtemp(), code["code"])
    script = os.path.join(folder, code["scoring_script"])
    os.makedirs(os.path.dirname(script))
    with open(script, "w") as file:
        file.write("def init(): pass\ndef run(data): return data\n")
    return InferenceConfig(code["scoring_script"], source_directory=folder, environment=environment_of(declared, service))


def arguments_of(declared, function):
    known = inspect.signature(function).parameters
    arguments = {key: value for key, value in declared.items() if key in known}
    for key in ("primary_key", "secondary_key"):
        if key in arguments:
            arguments[key] = SECRETS[arguments[key]["env"]]
    for key in ("ssl_cert_pem", "ssl_key_pem"):
        if key in declared:
            arguments[f"{key}_file"] = written(SECRETS[declared[key]["env"]], ".pem")
    return arguments


def create(case):
    declared, service = case["declared"], f"clf-{case['type']}"
    models = [] if case.get("model") is False else ["clf:1"]
    image = inference_of(declared, service)._build_environment_image_request(None, models)
    kind = AciWebservice if case["type"] == "aci" else AksWebservice
    config = kind.deploy_configuration(**arguments_of(declared, kind.deploy_configuration))
    payload = config._build_create_payload(service, image)
    if case["type"] == "aks":
        payload["computeName"] = "aks1"
    # Once is enough of what all of them share.
    if not {"environment", "environment_variables", "code_configuration"} & declared.keys() and declared:
        del payload["environmentImageRequest"]
    return payload


class Answer:
    status_code = 202
    headers = {"Operation-Location": "https://host/operations/1"}


def update(case):
    declared, service = case["declared"], f"clf-{case['type']}"
    kind = AciWebservice if case["type"] == "aci" else AksWebservice
    sent = []
    ClientBase._execute_func = staticmethod(lambda func, *args, **kwargs: sent.append(kwargs["json"]) or Answer())
    Webservice._check_for_webservice = staticmethod(lambda *_, **__: None)
    made = object.__new__(kind)
    made.__dict__.update(
        name=service, workspace=None, compute_type=case["type"].upper(), environment=True, image=None, models=[],
        ssl_enabled=True, container_resource_requirements=None, autoscaler=None, token_auth_enabled=None,
        auth_enabled=None, num_replicas=None, _mms_endpoint="https://host/services/x", properties={}, tags={},
        _auth=type("Auth", (), {"get_authentication_header": lambda self: {}})(),
        update_deployment_state=lambda: None,
    )
    arguments = arguments_of(declared, kind.update)
    Model = type("Model", (), {"id": "clf:1"})
    made.update(models=[Model()], inference_config=inference_of(declared, service), **arguments)
    # The first change is that of the environment, which is the one of a creation.
    return sent[0][1:]


for source, target, record in (("cases", "created", create), ("updates", "updated", update)):
    with open(os.path.join(HERE, f"{source}.json")) as file:
        cases = json.load(file)
    made = {case["name"]: record(case) for case in cases}
    with open(os.path.join(HERE, f"{target}.json"), "w") as file:
        json.dump(made, file, indent=2, sort_keys=True)
        file.write("\n")
