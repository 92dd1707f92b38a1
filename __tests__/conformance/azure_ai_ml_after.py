"""The official client (azure-ai-ml) again, after the action has handled what the clients made."""

import warnings

warnings.filterwarnings("ignore")

from promises import end, promiser  # noqa: E402
from workspace import connected  # noqa: E402

promise = promiser("azure-ai-ml, afterwards")
client = connected()
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
