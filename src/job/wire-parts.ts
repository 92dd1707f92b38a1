import type { DeclaredJob } from "./job-shape.ts";

/** The parts of a job that go to the service as they are declared, in ARM's spelling, as the official client sends them. */

const inputModes = {
  ro_mount: "ReadOnlyMount",
  download: "Download",
  direct: "Direct",
  eval_mount: "EvalMount",
  eval_download: "EvalDownload",
} as const;

const outputModes = {
  mount: "ReadWriteMount",
  rw_mount: "ReadWriteMount",
  upload: "Upload",
  direct: "Direct",
} as const;

export function inputMode(mode: keyof typeof inputModes): string {
  return inputModes[mode];
}

export function outputMode(mode: keyof typeof outputModes): string {
  return outputModes[mode];
}

export function toDistribution(distribution: NonNullable<DeclaredJob["distribution"]>): object {
  switch (distribution.type) {
    case "pytorch":
      return withoutUndefined({
        distributionType: "PyTorch",
        processCountPerInstance: distribution.process_count_per_instance,
      });
    case "mpi":
      return withoutUndefined({
        distributionType: "Mpi",
        processCountPerInstance: distribution.process_count_per_instance,
      });
    case "tensorflow":
      return withoutUndefined({
        distributionType: "TensorFlow",
        parameterServerCount: distribution.parameter_server_count,
        workerCount: distribution.worker_count,
      });
    case "ray":
      return withoutUndefined({
        distributionType: "Ray",
        port: distribution.port,
        address: distribution.address,
        includeDashboard: distribution.include_dashboard,
        dashboardPort: distribution.dashboard_port,
        headNodeAdditionalArgs: distribution.head_node_additional_args,
        workerNodeAdditionalArgs: distribution.worker_node_additional_args,
      });
  }
}

export function toResources(resources: NonNullable<DeclaredJob["resources"]>): object {
  const { docker_args: dockerArgs } = resources;
  return withoutUndefined({
    instanceCount: resources.instance_count,
    maxInstanceCount: resources.max_instance_count,
    instanceType: resources.instance_type,
    locations: resources.locations,
    shmSize: resources.shm_size,
    ...(Array.isArray(dockerArgs) ? { dockerArgsList: dockerArgs } : { dockerArgs }),
    properties: resources.properties ?? {},
  });
}

export function toIdentity(identity: NonNullable<DeclaredJob["identity"]>): object {
  switch (identity.type) {
    case "managed":
    case "managed_identity":
      return withoutUndefined({
        identityType: "Managed",
        clientId: identity.client_id,
        objectId: identity.object_id,
        resourceId: identity.msi_resource_id,
      });
    case "aml_token":
      return { identityType: "AMLToken" };
    case "user_identity":
      return { identityType: "UserIdentity" };
  }
}

const serviceTypes = { jupyter_lab: "JupyterLab", tensor_board: "TensorBoard", vs_code: "VSCode", ssh: "SSH" } as const;

export function toServices(services: NonNullable<DeclaredJob["services"]>): object {
  return Object.fromEntries(
    Object.entries(services).map(([name, service]) => {
      const own = withoutUndefined({ logDir: service.log_dir, sshPublicKeys: service.ssh_public_keys });
      const properties = { ...service.properties, ...own };
      const wire = withoutUndefined({
        jobServiceType: serviceTypes[service.type],
        port: service.port,
        nodes: service.nodes === undefined ? undefined : { nodesValueType: "All" },
        properties: Object.keys(properties).length === 0 ? undefined : properties,
      });
      return [name, wire];
    }),
  );
}

const pascal = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);

export function toQueueSettings(settings: NonNullable<DeclaredJob["queue_settings"]>): object {
  const priorities = { low: 1, medium: 2, high: 3 } as const;
  return withoutUndefined({
    jobTier: settings.job_tier === undefined ? undefined : pascal(settings.job_tier),
    priority: settings.priority === undefined ? undefined : priorities[settings.priority],
  });
}

export function withoutUndefined(members: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
