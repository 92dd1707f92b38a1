"""The official client (azure-ai-ml) again, after the action has handled what the clients made."""

import os
import warnings

warnings.filterwarnings("ignore")

from azure.ai.ml import MLClient  # noqa: E402
from azure.identity import ClientSecretCredential  # noqa: E402
from promises import end, promiser  # noqa: E402

promise = promiser("azure-ai-ml, afterwards")
client = MLClient(
    ClientSecretCredential(os.environ["AZURE_TENANT_ID"], os.environ["AZURE_CLIENT_ID"], os.environ["AZURE_CLIENT_SECRET"]),
    os.environ["AZURE_SUBSCRIPTION_ID"],
    os.environ["AZURE_RESOURCE_GROUP"],
    os.environ["AZURE_ML_WORKSPACE"],
)
names = {compute.name for compute in client.compute.list()}
promise("reads the number that the action set on its cluster", lambda: client.compute.get("py-kept").max_instances == 3)
promise(
    "reads the number that the action set on the first SDK's cluster",
    lambda: client.compute.get("v1-cluster").max_instances == 3,
)
promise(
    "finds no attachment that the action detached or replaced",
    lambda: not {"v1-vm", "py-kept-vm", "our-name", "v1-aks", "v1-aks-new", "py-k8s", "py-spark"} & names,
)
promise("finds the clusters all the same", lambda: {"py-kept", "v1-cluster", "cpu-cluster", "dsvm"} <= names)
end()
