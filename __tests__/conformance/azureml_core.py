"""The first SDK (azureml-core), unmodified, against the emulator's real host names. It writes to ARM and reads from the data plane."""

import logging
import os
import sys
import time
import warnings

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)

from azureml.core import Workspace  # noqa: E402
from azureml.core.authentication import ServicePrincipalAuthentication  # noqa: E402
from azureml.core.compute import (  # noqa: E402
    AdlaCompute,
    AksCompute,
    AmlCompute,
    BatchCompute,
    ComputeTarget,
    DatabricksCompute,
    HDInsightCompute,
    RemoteCompute,
)
from promises import end, promiser  # noqa: E402

promise = promiser("azureml-core")


def connect():
    return Workspace.get(
        name=os.environ["AZURE_ML_WORKSPACE"],
        subscription_id=os.environ["AZURE_SUBSCRIPTION_ID"],
        resource_group=os.environ["AZURE_RESOURCE_GROUP"],
        auth=ServicePrincipalAuthentication(
            tenant_id=os.environ["AZURE_TENANT_ID"],
            service_principal_id=os.environ["AZURE_CLIENT_ID"],
            service_principal_password=os.environ["AZURE_CLIENT_SECRET"],
        ),
    )


workspace = None


def get():
    global workspace
    workspace = connect()
    return workspace.location == "eastus"


def quietly(wait):
    """What it prints while it waits is of no concern here."""
    out, sys.stdout = sys.stdout, open(os.devnull, "w")
    try:
        wait()
    finally:
        sys.stdout = out


def create():
    configuration = AmlCompute.provisioning_configuration(vm_size="STANDARD_DS3_V2", max_nodes=2)
    cluster = ComputeTarget.create(workspace, "v1-cluster", configuration)
    quietly(lambda: cluster.wait_for_completion(show_output=True))
    return cluster.provisioning_state == "Succeeded"


def attach():
    configuration = RemoteCompute.attach_configuration(
        resource_id=os.environ["V1_MACHINE"], ssh_port=22, username="azureuser", password="not-a-real-password-1"
    )
    target = ComputeTarget.attach(workspace, "v1-vm", configuration)
    quietly(lambda: target.wait_for_completion(show_output=True))
    return target.provisioning_state == "Succeeded"


# The kinds that only this client attaches: what the action attached, and what is attached here, by resource group rg-data.
OLDER = {
    "HDInsight cluster": (
        HDInsightCompute,
        "hdi",
        "/microsoft.hdinsight/clusters/hdi1",
        {
            "subscription_id": os.environ["AZURE_SUBSCRIPTION_ID"],
            "cluster_name": "v1-spark",
            "ssh_port": 22,
            "username": "sshuser",
            "password": "not-a-real-password-1",
        },
    ),
    "Batch account": (
        BatchCompute,
        "batch",
        "/microsoft.batch/batchaccounts/batch1",
        {"account_name": "v1batch"},
    ),
    "Databricks workspace": (
        DatabricksCompute,
        "dbx",
        "/microsoft.databricks/workspaces/dbx1",
        {"workspace_name": "v1-databricks", "access_token": "not-a-real-token-1"},
    ),
    "Data Lake Analytics account": (
        AdlaCompute,
        "adla",
        "/microsoft.datalakeanalytics/accounts/adla1",
        {"account_name": "v1adla"},
    ),
}


def reads_back(kind, name, resource):
    target = kind(workspace, name)
    return target.provisioning_state == "Succeeded" and target.cluster_resource_id.lower().endswith(resource)


def reads_back_address():
    target = HDInsightCompute(workspace, "our-hdi")
    return target.address == "20.0.0.5" and target.ssh_port == 22


def attach_older(kind, name, arguments):
    target = ComputeTarget.attach(
        workspace, name, kind.attach_configuration(resource_group="rg-data", **arguments)
    )
    quietly(lambda: target.wait_for_completion(show_output=True))
    return target.provisioning_state == "Succeeded"


def reads_back_aks():
    target = AksCompute(workspace, "our-aks")
    ssl = target.ssl_configuration
    return (
        target.provisioning_state == "Succeeded"
        and target.is_attached
        and target.cluster_purpose == "DevTest"
        and target.cluster_resource_id.lower().endswith("/managedclusters/aks1")
        and (ssl.status, ssl.cname, ssl.cert, ssl.key) == ("Enabled", "a.example.com", None, None)
    )


def reads_back_made_aks():
    target = AksCompute(workspace, "our-aks-made")
    return (
        not target.is_attached
        and (target.agent_count, target.agent_vm_size) == (3, "Standard_D3_v2")
        and target.cluster_resource_id.lower().endswith("/managedclusters/our-aks-made")
        and target.system_services[0].service_type == "ScoringFrontEnd"
    )


def attach_aks():
    configuration = AksCompute.attach_configuration(
        resource_group="rg-data", cluster_name="v1-cluster", cluster_purpose="DevTest", load_balancer_type="PublicIp"
    )
    target = ComputeTarget.attach(workspace, "v1-aks", configuration)
    quietly(lambda: target.wait_for_completion(show_output=True))
    return target.provisioning_state == "Succeeded"


def create_aks():
    configuration = AksCompute.provisioning_configuration(agent_count=3, vm_size="Standard_D3_v2")
    target = ComputeTarget.create(workspace, "v1-aks-new", configuration)
    quietly(lambda: target.wait_for_completion(show_output=True))
    return target.provisioning_state == "Succeeded"


def gone():
    names = set(workspace.compute_targets)
    return "v1-gone" not in names and {"v1-cluster", "v1-vm", "cpu-cluster", "dsvm"} <= names


def attach_and_detach():
    configuration = RemoteCompute.attach_configuration(
        resource_id=os.environ["V1_KEPT_MACHINE"], ssh_port=22, username="azureuser", password="not-a-real-password-1"
    )
    target = ComputeTarget.attach(workspace, "v1-gone", configuration)
    quietly(lambda: target.wait_for_completion(show_output=True))
    target.detach()
    # It does not wait by itself.
    for _ in range(50):
        if "v1-gone" not in workspace.compute_targets:
            return True
        time.sleep(0.2)
    return False


promise("reads the workspace", get)
promise(
    "reads back the cluster that the action created",
    lambda: AmlCompute(workspace, "cpu-cluster").scale_settings.maximum_node_count == 4,
)
promise(
    "reads back the machine that the action attached",
    lambda: RemoteCompute(workspace, "dsvm").cluster_resource_id.lower().endswith("/virtualmachines/dsvm"),
)
for what, (kind, name, resource, _) in OLDER.items():
    promise(
        f"reads back the {what} that the action attached",
        lambda kind=kind, name=name, resource=resource: reads_back(kind, f"our-{name}", resource),
    )
promise("reads back address and port of the HDInsight cluster", reads_back_address)
promise("reads back the AKS cluster that the action attached, without its certificate", reads_back_aks)
promise("reads back the AKS cluster that the service made for the action", reads_back_made_aks)
promise("creates a cluster and waits for it", create)
promise("attaches an AKS cluster and waits for it", attach_aks)
promise("has an AKS cluster made and waits for it", create_aks)
promise("attaches a machine and waits for it", attach)
for what, (kind, name, _, arguments) in OLDER.items():
    promise(
        f"attaches a {what} and waits for it",
        lambda kind=kind, name=name, arguments=arguments: attach_older(kind, f"v1-{name}", arguments),
    )
promise("attaches another and detaches it", attach_and_detach)
promise(
    "reads the action's pipeline as a run",
    lambda: workspace.get_run(os.environ["PIPELINE_RUN"]).get_status() == "Completed",
)
promise(
    "reads the run of its step below it",
    lambda: os.environ["STEP_RUN"]
    in [child.id for child in workspace.get_run(os.environ["PIPELINE_RUN"]).get_children()],
)
promise("lists computes", gone)
end()
