"""What a script with azure-ai-ml does for the same files: `validate|plan|apply|submit|stream|download|release|deploy FILE…`."""

import os
import sys
import warnings

warnings.filterwarnings("ignore")

from azure.ai.ml import MLClient, load_compute, load_job, load_online_deployment  # noqa: E402

work, *files = sys.argv[1:]


def connect():
    from azure.identity import ClientSecretCredential

    credential = ClientSecretCredential(
        os.environ["AZURE_TENANT_ID"], os.environ["AZURE_CLIENT_ID"], os.environ["AZURE_CLIENT_SECRET"]
    )
    return MLClient(
        credential,
        os.environ["AZURE_SUBSCRIPTION_ID"],
        os.environ["AZURE_RESOURCE_GROUP"],
        os.environ["AZURE_ML_WORKSPACE"],
    )


def release(deployment_file, request_file):
    """Beside what has the traffic; asked by its own name before it gets it, and then alone."""
    deployment = load_online_deployment(deployment_file)
    client = connect()
    endpoint = client.online_endpoints.get(deployment.endpoint_name)
    [old] = endpoint.traffic
    deployment.name = "green" if old == "blue" else "blue"
    client.online_deployments.begin_create_or_update(deployment).result()
    print(client.online_endpoints.invoke(endpoint.name, deployment_name=deployment.name, request_file=request_file))
    endpoint.traffic = {deployment.name: 100}
    client.online_endpoints.begin_create_or_update(endpoint).result()
    client.online_deployments.begin_delete(old, endpoint.name).result()


if work == "submit":
    job = load_job(files[0])
    print(connect().jobs.create_or_update(job).name)
elif work == "release":
    release(*files)
elif work == "deploy":
    deployment = load_online_deployment(files[0])
    print(connect().online_deployments.begin_create_or_update(deployment).result().name)
elif work in ("stream", "download"):
    client = connect()
    job = client.jobs.create_or_update(load_job(files[0]))
    client.jobs.stream(job.name)
    if work == "download":
        client.jobs.download(job.name, download_path="run")
else:
    declared = [load_compute(file) for file in files]
    if work == "plan":
        client = connect()
        live = {compute.name for compute in client.compute.list()}
        for compute in declared:
            if compute.name in live:
                there = client.compute.get(compute.name)
                print(compute.name, there.max_instances == compute.max_instances)
    if work == "apply":
        client = connect()
        # Begun together, as the action does with its targets; then waited for.
        for operation in [client.compute.begin_create_or_update(compute) for compute in declared]:
            print(operation.result().name)
