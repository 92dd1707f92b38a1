import type { CodeEntry } from "./code-entry.ts";

/** The codes of what can be wrong with one target. */
export const targetCodes = {
  // Targets
  "not-a-target": {
    title: "The entry is not a target.",
    explanation: "An entry of targets is neither a mapping nor the path of a file.",
    help: "Write a mapping with name and type, or the path of an az ml compute file.",
  },
  "not-a-list": {
    title: "The input targets is not a list.",
    explanation: "The input targets takes the same list as the key targets of a declaration.",
    help: "Write a YAML list, for example - { name: cpu-cluster, type: amlcompute }.",
  },
  "unknown-type": {
    title: "The type of the target is unknown.",
    explanation: "The type is not one that can be attached or created.",
    help: "Use one of the types that the message names.",
  },
  "by-deployment-only": {
    title: "Azure Container Instances cannot be attached.",
    explanation: "The service creates a container instance with a deployment and deletes it with the deployment.",
    help: "Remove the target, and declare it under deploy as { type: aci }.",
  },
  retired: {
    title: "The service behind the target is retired.",
    explanation:
      "Azure has shut the service down: its accounts run no jobs. With allow_retired: true it is only a warning.",
    help: "Use what the message names in its place.",
  },
  "other-subscription": {
    title: "The resource is in another subscription than the workspace.",
    explanation:
      "The service attaches no AKS cluster of another subscription, and a Databricks workspace of another one is usually a mistake.",
    help: "Fix the ID, connect the cluster to Azure Arc, or set allow_other_subscription: true.",
  },
  placeholder: {
    title: "A placeholder is left in an ID.",
    explanation: "The ID of a resource holds <NAME>, $NAME or {name}, which nothing fills in when the file is read.",
    help: "Put the name in its place.",
  },
  "malformed-resource-id": {
    title: "The text is not a valid ARM resource ID.",
    explanation: "The ID does not have the parts of an Azure resource ID, or those of the type that is needed here.",
    help: "Copy the ID from the portal, or from az resource show.",
  },
  "malformed-name": {
    title: "The text is not a valid name of an Azure resource.",
    explanation: "The name would become part of a resource ID and has characters that cannot be in one.",
    help: "Write the name alone, as the portal shows it.",
  },
  "wrong-resource-type": {
    title: "The resource has another type than the target.",
    explanation: "The resource ID is valid, and its type is not one that this kind of target attaches.",
    help: "Fix the ID, or the type of the target.",
  },
  "id-and-parts": {
    title: "A resource is named twice.",
    explanation: "The full ID is given, and beside it parts of the ID, which could contradict it.",
    help: "Keep the ID, or its parts.",
  },

  // Managed clusters and compute instances
  "unknown-size-form": {
    title: "The text is not a valid VM size name.",
    explanation:
      "The text does not have the form of a VM size name. Whether the region offers a size is checked by plan.",
    help: "Write it as Azure does, for example Standard_DS3_v2.",
  },
  "retired-size": {
    title: "The VM size is retired.",
    explanation: "Azure has retired the series of this size, so no new machine of it can be expected.",
    help: "Choose the current size that the message names.",
  },
  "retired-tier": {
    title: "Low-priority machines are retired.",
    explanation: "Azure Machine Learning retired the low-priority tier on 2026-03-31.",
    help: "Use tier: dedicated, with min_instances: 0 to keep the cost down.",
  },
  "billed-while-idle": {
    title: "Machines are billed while nothing runs.",
    explanation: "A cluster keeps min_instances machines running, or nothing ever stops a compute instance.",
    help: "Set min_instances: 0; stop a compute instance by a schedule or by idle_time_before_shutdown_minutes.",
  },
  "missing-subnet": {
    title: "The network has no subnet.",
    explanation: "network_settings is given, and says nothing about the subnet, which the service needs.",
    help: "Add subnet: its name, or its full ID.",
  },
  "missing-vnet": {
    title: "The subnet's virtual network is not named.",
    explanation: "The subnet is given by its name alone, and a name is unique only within its virtual network.",
    help: "Add vnet_name, or give the subnet's full ID.",
  },
  "malformed-duration": {
    title: "The text is not an ISO 8601 duration.",
    explanation: "The idle time of a compute instance is sent as an ISO 8601 duration.",
    help: "Use idle_time_before_shutdown_minutes, or write PT30M for 30 minutes.",
  },
  "too-many-schedules": {
    title: "There are too many schedules.",
    explanation: "The service limits how many schedules a compute instance has.",
    help: "Put several times into one schedule, for example 0 8,18 * * 1-5.",
  },
  "unknown-time-zone": {
    title: "The time zone is unknown.",
    explanation: "Schedules use the names that Windows gives to time zones, not those of the IANA database.",
    help: "Use a name such as UTC, W. Europe Standard Time or Pacific Standard Time.",
  },
  "malformed-time": {
    title: "The text is not a date and time.",
    explanation:
      "start_time is the local date and time from which a schedule counts; the time zone has a key of its own.",
    help: 'Write it in quotes, as "2026-01-31T18:00:00".',
  },
  "malformed-cron": {
    title: "The cron expression is not valid.",
    explanation: "Cron triggers have five fields: minute, hour, day of the month, month and day of the week.",
    help: "Write five fields, for example 0 18 * * * for every day at 18:00.",
  },
  "file-too-large": {
    title: "The setup script is too large to be sent.",
    explanation: "A script from the checkout is sent inside the request, and the service limits its size.",
    help: "Upload it to the workspace's file share, and give path.",
  },
  "duplicate-application": {
    title: "Two applications have the same name.",
    explanation: "The names of a compute instance's custom applications tell them apart.",
    help: "Give each application a name of its own.",
  },
  "duplicate-port": {
    title: "Two endpoints publish the same port.",
    explanation: "A port of a compute instance can be published once, over all its applications.",
    help: "Publish each endpoint on a port of its own.",
  },

  // AKS
  "only-for-creation": {
    title: "The key is only for a new cluster.",
    explanation: "The key describes how an AKS cluster is created, and this target attaches one that exists.",
    help: "Remove the key, or what names the existing cluster.",
  },
  "too-few-nodes": {
    title: "The cluster has too few nodes for production.",
    explanation:
      "For production, the service takes AKS clusters of at least three nodes. A new cluster is for production unless cluster_purpose says otherwise.",
    help: "Raise agent_count, or set cluster_purpose: dev_test.",
  },
  "too-few-cpus": {
    title: "The cluster has too few CPUs for production.",
    explanation:
      "For production, the service takes AKS clusters of at least twelve virtual CPUs over all nodes. A new cluster is for production unless cluster_purpose says otherwise.",
    help: "Choose a larger size or more nodes, or set cluster_purpose: dev_test.",
  },
  "subnet-without-load-balancer": {
    title: "There is a subnet without an internal load balancer.",
    explanation: "load_balancer_subnet has an effect only with load_balancer_type: internal_load_balancer.",
    help: "Set load_balancer_type: internal_load_balancer, or remove load_balancer_subnet.",
  },
  "incomplete-network": {
    title: "The network of the new cluster is incomplete.",
    explanation: "The service takes all values of the network of a new AKS cluster, or none.",
    help: "Add the keys that the message names, or remove network_settings.",
  },
  "malformed-cidr": {
    title: "The text is not a range of IPv4 addresses.",
    explanation: "service_cidr and docker_bridge_cidr are ranges in CIDR notation.",
    help: "Write it as 10.0.0.0/16.",
  },
  "malformed-address": {
    title: "The text is not an IPv4 address.",
    explanation: "dns_service_ip is one address of the cluster's services.",
    help: "Write it as 10.0.0.10.",
  },
  "dns-outside-services": {
    title: "The DNS address is outside the range of the services.",
    explanation: "The cluster's DNS is one of its services, so dns_service_ip has to be inside service_cidr.",
    help: "Choose an address inside service_cidr.",
  },
  "overlapping-ranges": {
    title: "Two ranges of addresses overlap.",
    explanation: "docker_bridge_cidr and service_cidr have addresses in common.",
    help: "Choose ranges that overlap neither each other nor a subnet.",
  },
  "tls-off-and-on": {
    title: "TLS is turned off and configured.",
    explanation: "ssl.status is disabled, and another key of ssl configures a certificate.",
    help: "Remove one of the two.",
  },
  "certificate-and-label": {
    title: "There are two certificates.",
    explanation: "ssl has a certificate of its own, and a label for which the service would provide one.",
    help: "Keep cname, cert and key, or keep leaf_domain_label.",
  },
  "incomplete-certificate": {
    title: "The certificate is incomplete.",
    explanation: "A certificate of your own needs cname, cert and key.",
    help: "Give all three; cert and key as references such as { env: TLS_KEY }.",
  },
  "malformed-cname": {
    title: "The text is not a valid host name.",
    explanation: "ssl.cname is the host name that the certificate was issued for.",
    help: "Write the name alone, as scoring.example.com.",
  },
  "malformed-label": {
    title: "The text is not a valid domain label.",
    explanation: "ssl.leaf_domain_label becomes the first part of a host name below the region's domain.",
    help: "Use 3 to 63 lower-case letters, digits and dashes, beginning with a letter.",
  },

  // Kubernetes
  "unknown-instance-type": {
    title: "The default instance type is not declared.",
    explanation: "default_instance_type is neither one of instance_types nor the type that every cluster has.",
    help: "Use one of the names in the message.",
  },
  "malformed-quantity": {
    title: "The text is not a Kubernetes quantity.",
    explanation: "Requests and limits of an instance type are quantities of Kubernetes.",
    help: "Write it as 2, 500m or 4Gi.",
  },
  "illegal-namespace": {
    title: "The text is not a valid Kubernetes namespace.",
    explanation: "Kubernetes restricts the names of namespaces. The attachment would fail.",
    help: "Use 1 to 63 lower-case letters, digits and dashes, beginning and ending with a letter or a digit.",
  },
  "namespace-not-used": {
    title: "properties.namespace has no effect.",
    explanation: "The cluster is attached in the namespace that the key namespace names, as with az ml.",
    help: "Set namespace beside properties.",
  },
  "only-first-identity": {
    title: "Only the first identity is used.",
    explanation: "Of several user-assigned identities, a Kubernetes cluster uses only the first one.",
    help: "List one identity.",
  },
} as const satisfies Readonly<Record<string, CodeEntry>>;
