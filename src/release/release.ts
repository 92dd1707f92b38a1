import type { Outcome } from "../azure/outcome.ts";
import type { Deployment, DeploymentTypeName } from "../deployment/deployment.ts";
import type { PlannedRelease, ReleaseDeps, ReleaseFlow, TakenParts } from "./kind.ts";

/** What is released in a workspace. What the runner serves needs none: `local-release.ts` says what it needs. */
type ReleasedType = Exclude<DeploymentTypeName, "local">;

/** How each type is released, loaded when a file declares it. A new flow is one file and one line here. */
const flows = {
  aci: () => import("./service-release.ts"),
  aks: () => import("./service-release.ts"),
  managed: () => import("./online-release.ts"),
  kubernetes: () => import("./online-release.ts"),
  batch: () => import("./batch-release.ts"),
} as const satisfies Readonly<Record<ReleasedType, () => Promise<unknown>>>;

/** What releasing a deployment comes to. Only reads. */
export async function planRelease(
  deployment: Extract<Deployment, { readonly type: ReleasedType }>,
  parts: TakenParts,
  deps: ReleaseDeps,
): Promise<Outcome<PlannedRelease>> {
  // A flow takes the deployments of its own types alone, which TypeScript does not follow through a union.
  const flow = (await flows[deployment.type]()) as ReleaseFlow<Deployment>;
  return flow.plan(deployment, parts, deps);
}
