import type { DeploymentTypeName } from "./deployment.ts";

/** Types that share what serves them: within a family a name means one thing in a workspace. */
type Family = "online" | "service" | "batch" | "runner";

const families: Readonly<Record<DeploymentTypeName, Family>> = {
  local: "runner",
  aci: "service",
  aks: "service",
  managed: "online",
  kubernetes: "online",
  batch: "batch",
};

type Typed = { readonly type: DeploymentTypeName };

export function familyOf({ type }: Typed): Family {
  return families[type];
}

/** True for what the runner serves itself: nothing of it goes to Azure. */
export function isOnRunner<Deployment extends Typed>(
  deployment: Deployment,
): deployment is Deployment & { readonly type: "local" } {
  return familyOf(deployment) === "runner";
}

/** True for deployments on online endpoints, which have traffic. */
export function isOnline<Deployment extends Typed>(
  deployment: Deployment,
): deployment is Deployment & { readonly type: "managed" | "kubernetes" } {
  return familyOf(deployment) === "online";
}
