"""The official client (azure-ai-ml), unmodified, against the emulator's real host names. Prints a line for each promise."""

import os
import pathlib
import tempfile
import warnings

warnings.filterwarnings("ignore")

from azure.ai.ml import command  # noqa: E402
from azure.ai.ml.entities import (  # noqa: E402
    AmlCompute,
    ComputeInstance,
    Environment,
    IdentityConfiguration,
    KubernetesCompute,
    SynapseSparkCompute,
    VirtualMachineCompute,
    VirtualMachineSshSettings,
)
from promises import end, promiser  # noqa: E402
from workspace import connected  # noqa: E402

promise = promiser("azure-ai-ml")
client = connected()


def update():
    cluster = client.compute.get("py-cluster")
    cluster.max_instances = 5
    return client.compute.begin_update(cluster).result().max_instances == 5


def attach(name, machine):
    target = VirtualMachineCompute(
        name=name,
        resource_id=machine,
        ssh_settings=VirtualMachineSshSettings(admin_username="azureuser", admin_password="not-a-real-password-1"),
    )
    return client.compute.begin_attach(target).result().provisioning_state == "Succeeded"


def instance():
    read = client.compute.get("ann-instance")
    trigger = read.schedules.compute_start_stop[0].trigger
    return (
        read.state == "Running"
        and read.idle_time_before_shutdown_minutes == 30
        and read.size == "Standard_DS3_v2"
        and trigger.frequency.lower() == "week"
        and trigger.schedule.week_days[0].lower() == "friday"
    )


def power(operation, state):
    operation("ann-instance").result()
    return client.compute.get("ann-instance").state == state


def reads_back_kubernetes(name, namespace, identity):
    cluster = client.compute.get(name)
    return (
        isinstance(cluster, KubernetesCompute)
        and cluster.namespace == namespace
        and cluster.resource_id.lower().endswith("/managedclusters/aks2")
        and (cluster.identity.type if cluster.identity else None) == identity
    )


def reads_back_spark():
    pool = client.compute.get("our-spark")
    return (
        isinstance(pool, SynapseSparkCompute)
        and pool.resource_id.lower().endswith("/workspaces/syn1/bigdatapools/pool1")
        and pool.identity.type == "system_assigned"
        and pool.spark_version == "3.4"
    )


def attach_here(target):
    return client.compute.begin_attach(target).result().provisioning_state == "Succeeded"


def resource(path):
    return f"/subscriptions/{client.subscription_id}/resourceGroups/rg-data/providers/{path}"


promise("reads the workspace", lambda: client.workspaces.get(client.workspace_name).location)
promise(
    "reads back the cluster that the action created",
    lambda: client.compute.get("cpu-cluster").max_instances == 4,
)
promise(
    "reads back the machine that the action attached",
    lambda: client.compute.get("dsvm").resource_id.lower().endswith("/virtualmachines/dsvm"),
)
promise("reads back the instance that the action created", instance)
promise("stops it", lambda: power(client.compute.begin_stop, "Stopped"))
promise("starts it", lambda: power(client.compute.begin_start, "Running"))
promise("lists the nodes that were created", lambda: len(list(client.compute.list_nodes("warm-cluster"))) == 2)
promise(
    "reads back the Kubernetes cluster that the action attached, with its identity",
    lambda: reads_back_kubernetes("our-k8s-a", "team-a", "system_assigned"),
)
promise(
    "reads back its second namespace",
    lambda: reads_back_kubernetes("our-k8s-b", "team-b", None),
)
promise("reads back the Spark pool that the action attached", reads_back_spark)
promise("reads the AKS clusters as kinds that it does not know", lambda: client.compute.get("our-aks").name == "our-aks")
promise(
    "creates a cluster",
    lambda: client.compute.begin_create_or_update(
        AmlCompute(name="py-cluster", size="STANDARD_DS3_V2", max_instances=2)
    )
    .result()
    .provisioning_state
    == "Succeeded",
)
promise("attaches a machine", lambda: attach("py-vm", os.environ["PY_MACHINE"]))
promise("lists computes", lambda: {"py-cluster", "py-vm"} <= {compute.name for compute in client.compute.list()})
promise("updates a cluster", update)

code = pathlib.Path(tempfile.mkdtemp())
(code / "train.py").write_text(
    "import pathlib\nprint('hello from the job', flush=True)\n"
    "pathlib.Path('outputs').mkdir(exist_ok=True)\npathlib.Path('outputs/model.txt').write_text('x')\n"
)
job = client.jobs.create_or_update(
    command(
        code=str(code),
        command="python3 train.py",
        environment=Environment(image="python", conda_file={"dependencies": ["python=3.10", "pip"]}),
        compute="py-cluster",
        experiment_name="conformance",
    )
)
promise("submits a job with local code and an inline environment", lambda: job.name)
promise("streams it", lambda: client.jobs.stream(job.name) is None)
promise("reads its end", lambda: client.jobs.get(job.name).status == "Completed")
target = pathlib.Path(tempfile.mkdtemp())
promise(
    "downloads its outputs",
    lambda: client.jobs.download(job.name, download_path=str(target)) is None
    and (target / "artifacts/outputs/model.txt").read_text() == "x",
)

sleeper = client.jobs.create_or_update(
    command(
        command="sleep 60",
        environment=Environment(image="python"),
        compute="py-cluster",
        experiment_name="conformance",
    )
)
promise("cancels a job", lambda: client.jobs.begin_cancel(sleeper.name).result() is None)
promise("reads that it was canceled", lambda: client.jobs.get(sleeper.name).status == "Canceled")
promise("detaches a machine", lambda: client.compute.begin_delete("py-vm", action="Detach").result() is None)
promise("deletes a cluster", lambda: client.compute.begin_delete("py-cluster").result() is None)
promise(
    "finds neither any more",
    lambda: not {"py-cluster", "py-vm"} & {compute.name for compute in client.compute.list()},
)

# What the action finds afterwards.
promise("attaches a machine that stays", lambda: attach("py-kept-vm", os.environ["PY_KEPT_MACHINE"]))
promise(
    "attaches a Kubernetes cluster that stays",
    lambda: attach_here(
        KubernetesCompute(
            name="py-k8s",
            namespace="ml",
            resource_id=resource("Microsoft.Kubernetes/connectedClusters/py-arc"),
            identity=IdentityConfiguration(type="SystemAssigned"),
        )
    ),
)
promise(
    "attaches a Spark pool that stays",
    lambda: attach_here(
        SynapseSparkCompute(
            name="py-spark",
            resource_id=resource("Microsoft.Synapse/workspaces/syn1/bigDataPools/py-pool"),
            identity=IdentityConfiguration(type="SystemAssigned"),
        )
    ),
)
promise(
    "creates a cluster that stays",
    lambda: client.compute.begin_create_or_update(AmlCompute(name="py-kept", size="STANDARD_DS3_V2", max_instances=2))
    .result()
    .provisioning_state
    == "Succeeded",
)
promise(
    "creates an instance that stays",
    lambda: client.compute.begin_create_or_update(
        ComputeInstance(name="py-kept-instance", size="Standard_DS3_v2", idle_time_before_shutdown_minutes=30)
    )
    .result()
    .state
    == "Running",
)
promise(
    "submits a job that the action follows",
    lambda: client.jobs.create_or_update(
        command(
            name="py-kept-job",
            command="sleep 1 && echo done",
            environment=Environment(image="python"),
            compute="py-kept",
            experiment_name="conformance",
        )
    ).name
    == "py-kept-job",
)
end()
