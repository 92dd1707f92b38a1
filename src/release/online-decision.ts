import type { LiveEndpoint } from "../azure/online-endpoints.ts";
import { defined } from "../azure/defined.ts";
import { failed, succeeded, type AzureFailure, type Outcome } from "../azure/outcome.ts";
import * as kubernetes from "../deployment/online/kubernetes.ts";
import * as managed from "../deployment/online/managed.ts";
import type { OnlineDeployment } from "../deployment/online/definition.ts";
import { toDeploymentRequest } from "../deployment/online/request.ts";
import type { RequestTest } from "../deployment/parts/tests.ts";
import type { ResolvedDeployment } from "../deployment/resolved.ts";
import { computeIds } from "../job/parts/compute.ts";
import type { Purpose } from "../report/failure.ts";
import { runTags } from "../run/provenance.ts";
import type { SecretReference } from "../secret/secret.ts";
import { digestOf, digestProperty } from "./digest.ts";
import type { ReleaseDeps, TakenParts } from "./kind.ts";
import { differencesFromLive, endpointBody } from "./online-bodies.ts";
import { rolloutEndpointOf, type LiveOnline } from "./online-live.ts";
import type { OnlineRelease } from "./online-steps.ts";
import { secretValues } from "./secret-values.ts";
import { decideRollout, type Declared, type EndpointState, type Rollout } from "./rollout.ts";

/** What of a declaration is decided about one live state. */
type Decided = { readonly rollout: Rollout; readonly digest?: string };

/** Compares what is declared with what is live. */
export function decide(
  deployment: OnlineDeployment,
  parts: Pick<TakenParts, "identityOf">,
  live: LiveOnline,
  deps: ReleaseDeps,
): Outcome<Decided> {
  const forDigest = resolvedWith(deps, { idOf: parts.identityOf, valueOf: () => undefined });
  const { deployment: definition, endpoint, endpointName, strategy, type } = deployment;
  const digest = definition === undefined ? undefined : digestOf(toDeploymentRequest(definition, type, forDigest));
  const declared: Declared = {
    ...(endpoint === undefined
      ? {}
      : { endpoint: defined({ traffic: endpoint.traffic, mirror: endpoint.mirrorTraffic }) }),
    ...(definition === undefined || digest === undefined ? {} : { deployment: { name: definition.name, digest } }),
    ...defined({ strategy }),
  };
  const isAsDeclared = live.endpoint === undefined || isDeclaredSo(deployment, live.endpoint, forDigest);
  const rollout = decideRollout(
    declared,
    live.endpoint === undefined ? undefined : rolloutEndpointOf(live.endpoint, live.deployments, isAsDeclared),
  );
  if ("refused" in rollout) {
    const why =
      live.endpoint === undefined
        ? { code: "EndpointNotFound", target: "endpoint_name" }
        : { code: "TrafficNotPossible" };
    const message = `The endpoint '${endpointName}': ${rollout.refused}`;
    return failed({ reason: "refused", error: { ...why, message, details: [] } });
  }
  return succeeded({ rollout, ...defined({ digest }) });
}

function isDeclaredSo({ endpoint }: OnlineDeployment, live: LiveEndpoint, resolved: ResolvedDeployment): boolean {
  if (endpoint === undefined) return true;
  const state: EndpointState = { traffic: live.traffic, mirror: live.mirrorTraffic, marks: { kept: [] } };
  return differencesFromLive(endpointBody(endpoint, live, resolved, state), live).length === 0;
}

const nothingAdded: ResolvedDeployment["provenance"] = { properties: {}, tags: {} };

function resolvedWith(
  { azure: { workspace }, liveNames }: Pick<ReleaseDeps, "azure" | "liveNames">,
  rest: Pick<ResolvedDeployment, "idOf" | "valueOf">,
  provenance = nothingAdded,
): ResolvedDeployment {
  return {
    location: workspace.location,
    computeIdOf: computeIds(workspace.id, liveNames),
    provenance,
    ...rest,
  };
}

/** Where a deployment comes from, beside what it is. */
function provenanceOf(digest: string, { github, run }: Pick<ReleaseDeps, "github" | "run">) {
  const known = (text: string | undefined) => (text === "" ? undefined : text);
  const from = { commit: known(github.commit), repository: known(github.repository), workflowRun: github.runUrl };
  return {
    properties: defined({
      [digestProperty]: digest,
      "azureml-targets.commit": from.commit,
      "azureml-targets.repository": from.repository,
      "azureml-targets.workflow-run": from.workflowRun,
    }),
    tags: defined({
      [digestProperty]: digest,
      [runTags.commit]: from.commit,
      [runTags.repository]: from.repository,
      [runTags.workflowRun]: from.workflowRun,
      [runTags.run]: run?.name,
    }),
  };
}

/** What is to be carried out, or why nothing is written, and what that call was for. */
type Prepared =
  | { readonly ok: true; readonly value: OnlineRelease }
  | { readonly ok: false; readonly failure: AzureFailure; readonly purpose?: Purpose };

/**
 * Everything that the first write needs: permissions, the assets, and the secrets that are sent.
 *
 * @throws SecretUnavailable
 */
export async function prepare(
  deployment: OnlineDeployment,
  parts: TakenParts,
  { steps }: Rollout,
  digest: string | undefined,
  deps: ReleaseDeps,
): Promise<Prepared> {
  const { deployment: definition, endpoint, type } = deployment;
  if (steps.length > 0) {
    const allowed = await deps.beforeWriting();
    if (!allowed.ok) return allowed;
  }
  const isMade = steps.some((step) => step.do === "deploy" && step.how !== "join");
  const { secretsOf } = type === "managed" ? managed : kubernetes;
  const sent = isMade ? secretsOf(deployment).map(({ reference }) => reference) : [];
  const secrets = await secretValues(sent, deps.resolveSecret);
  const ids = isMade ? await parts.ensure() : succeeded(parts.identityOf);
  if (!ids.ok) return { ...ids, purpose: "asset" };
  const references = { idOf: ids.value, valueOf: (reference: SecretReference) => secrets.get(reference) };
  const plain = resolvedWith(deps, references);
  const full = digest === undefined ? plain : resolvedWith(deps, references, provenanceOf(digest, deps));
  return succeeded({
    endpoint: deployment.endpointName,
    type,
    tests: deployment.tests.filter((test): test is RequestTest => test.kind === "request"),
    timeoutSeconds: deployment.timeoutSeconds,
    endpointBody: (live, to) => endpointBody(endpoint, live, plain, to),
    ...(definition === undefined || !isMade ? {} : { deploymentBody: toDeploymentRequest(definition, type, full) }),
    ...defined({ digest }),
  });
}
