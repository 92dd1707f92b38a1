import type { AssetUse } from "../../asset/asset.ts";
import { defined } from "../../azure/defined.ts";
import { problemsAt } from "../../compute/problems-at.ts";
import { readCompute } from "../../job/parts/compute.ts";
import type { DeployEntry, DeploymentCompute, ReadDeployment } from "../kind.ts";
import type { DeployedModel } from "../parts/model.ts";
import type { DeploymentSecret } from "../resolved.ts";
import { assetsOfService, secretsOfService } from "./assets.ts";
import type { AksService } from "./definition.ts";
import { aciSchema, aksSchema, type DeclaredAks } from "./keys.ts";
import { checkService, readService } from "./read.ts";
import { checkAks } from "./rules.ts";

export const label = "web service on AKS";

export const schema = aksSchema;

export function read({ settings }: DeployEntry): ReadDeployment<AksService> {
  if (settings === undefined) return { problems: [] };
  const { value, node, problems } = checkService<DeclaredAks>(settings, aksSchema, aciSchema, "aci");
  if (value === undefined) return { problems };
  const { found, add } = problemsAt(node);
  checkAks(value, { node, add });
  const { service, problems: ofService } = readService(value, node, label);
  const all = [...problems, ...ofService, ...found];
  if (service === undefined) return { problems: all };
  const deployment: AksService = {
    type: "aks",
    ...service,
    compute: readCompute(value.compute),
    probe: defined({
      periodSeconds: value.period_seconds,
      initialDelaySeconds: value.initial_delay_seconds,
      timeoutSeconds: value.timeout_seconds,
      successThreshold: value.success_threshold,
      failureThreshold: value.failure_threshold,
    }),
    ...defined({
      namespace: value.namespace,
      cpuCoresLimit: value.cpu_cores_limit,
      memoryGbLimit: value.memory_gb_limit,
      gpuCores: value.gpu_cores,
      numReplicas: value.num_replicas,
      autoscale: readAutoscale(value),
      tokenAuthEnabled: value.token_auth_enabled,
      scoringTimeoutMs: value.scoring_timeout_ms,
      maxConcurrentRequests: value.replica_max_concurrent_requests,
      maxRequestWaitTime: value.max_request_wait_time,
      blobfuseEnabled: value.blobfuse_enabled,
    }),
  };
  return { deployment, problems: all };
}

function readAutoscale(value: DeclaredAks): AksService["autoscale"] | undefined {
  if (value.autoscale_enabled === undefined) return undefined;
  return {
    enabled: value.autoscale_enabled,
    ...defined({
      minReplicas: value.autoscale_min_replicas,
      maxReplicas: value.autoscale_max_replicas,
      refreshSeconds: value.autoscale_refresh_seconds,
      targetUtilization: value.autoscale_target_utilization,
    }),
  };
}

export function assetsOf(service: AksService): readonly AssetUse[] {
  return assetsOfService(service);
}

export function modelOf({ model }: AksService): DeployedModel | undefined {
  return model;
}

export function computesOf({ compute, source }: AksService): readonly DeploymentCompute[] {
  return [{ compute, types: ["AKS"], where: { node: source, path: ["compute"] } }];
}

export function secretsOf(service: AksService): readonly DeploymentSecret[] {
  return secretsOfService(service);
}
