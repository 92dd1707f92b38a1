import type { Outcome } from "../azure/outcome.ts";
import type { Deployment, DeploymentTypeName } from "../deployment/deployment.ts";
import type { PlannedRelease, ReleaseDeps, ReleaseFlow, TakenParts } from "./kind.ts";

/** How each type is released, loaded when a file declares it. A new flow is one file and one line here. */
const flows = {
  local: () => import("./local-release.ts"),
  aci: () => import("./service-release.ts"),
  aks: () => import("./service-release.ts"),
  managed: () => import("./online-release.ts"),
  kubernetes: () => import("./online-release.ts"),
  batch: () => import("./batch-release.ts"),
} as const satisfies Readonly<Record<DeploymentTypeName, () => Promise<unknown>>>;

/** What releasing a deployment comes to. Only reads. */
export async function planRelease(
  deployment: Deployment,
  parts: TakenParts,
  deps: ReleaseDeps,
): Promise<Outcome<PlannedRelease>> {
  // A flow takes the deployments of its own types alone, which TypeScript does not follow through a union.
  const flow = (await flows[deployment.type]()) as ReleaseFlow<Deployment>;
  return flow.plan(deployment, parts, deps);
}
