import type { OnlineDeployment } from "../deployment/online/definition.ts";
import type { DeploymentStep, PlannedDeployment } from "../report/result.ts";
import { placeOf } from "../yaml/source.ts";
import { defined } from "../azure/defined.ts";
import { stateText, type Rollout, type RolloutStep } from "./rollout.ts";

/** What a release would do, in words. @param registered what would be registered for the new deployment. */
export function plannedOf(
  deployment: OnlineDeployment,
  { name, steps, before, after }: Rollout,
  registered: readonly DeploymentStep[],
): PlannedDeployment {
  const { endpointName: endpoint } = deployment;
  const makes = steps.some((step) => step.do === "deploy" && step.how !== "join");
  const told = steps.flatMap((step, index) => stepOf(step, steps.slice(0, index), deployment));
  const subject = name === undefined ? `the endpoint '${endpoint}'` : `the deployment '${name}'`;
  const none: DeploymentStep = { action: "none", what: subject, reason: "It is as declared." };
  const all = [...(makes ? registered : []), ...told];
  return {
    endpoint,
    type: deployment.type,
    ...defined({ deployment: name, where: placeOf(deployment.source), strategy: strategyOf(deployment, before) }),
    steps: all.length === 0 ? [none] : all,
    trafficBefore: before,
    trafficAfter: after,
  };
}

/** The strategy that holds, declared or not; none for a first release, and for an endpoint alone. */
export function strategyOf(
  { strategy, deployment }: Pick<OnlineDeployment, "strategy" | "deployment">,
  before: Rollout["before"],
): string | undefined {
  if (deployment === undefined) return undefined;
  return strategy?.type ?? (Object.keys(before).length > 0 ? "blue-green" : undefined);
}

function stepOf(
  step: RolloutStep,
  earlier: readonly RolloutStep[],
  { endpointName, tests, timeoutSeconds: _ }: OnlineDeployment,
): readonly DeploymentStep[] {
  const endpoint = `the endpoint '${endpointName}'`;
  switch (step.do) {
    case "put-endpoint":
      return [endpointStep(step, earlier, endpoint)];
    case "deploy":
      return [deployStep(step)];
    case "test": {
      const isAgain = earlier.some((one) => one.do === "test");
      const count = `${tests.length} smoke ${tests.length === 1 ? "test" : "tests"}`;
      const reason = isAgain ? "Again, with its share of the traffic." : "Before it gets traffic.";
      return tests.length === 0 ? [] : [{ action: "test", what: `the deployment '${step.name}': ${count}`, reason }];
    }
    case "wait":
      return [];
    case "remove":
      return [{ action: "delete", what: `the deployment '${step.name}'`, reason: removals[step.why] }];
  }
}

const removals = {
  "left-over": "An unfinished release left it, without traffic.",
  "name-needed": "It has no traffic, and its name is needed.",
  failed: "It failed, and the service does not repair it by an update.",
  old: "The new deployment has its traffic.",
} as const;

function endpointStep(
  { why, to }: Extract<RolloutStep, { readonly do: "put-endpoint" }>,
  earlier: readonly RolloutStep[],
  endpoint: string,
): DeploymentStep {
  const shares = stateText(to);
  const waited = earlier.at(-2)?.do === "wait" ? earlier.at(-2) : undefined;
  const after = waited?.do === "wait" ? ` After ${waited.seconds} s and the tests.` : "";
  switch (why) {
    case "create":
      return { action: "create", what: endpoint, reason: "It does not exist." };
    case "update":
      return { action: "update", what: endpoint, reason: "It differs from what is declared." };
    case "repair":
      return { action: "update", what: endpoint, reason: "Its last write has failed, so it is written again." };
    case "start-over":
      return {
        action: "move-traffic",
        what: shares,
        reason: "A release was interrupted: it starts again from what served before.",
      };
    case "mirror":
      return {
        action: "mirror",
        what: shares,
        reason: "Copies of live requests go to the new deployment; their answers are dropped.",
      };
    case "end-mirror":
      return { action: "mirror", what: shares, reason: `The mirror ends.${after}` };
    case "share":
      return { action: "move-traffic", what: shares, reason: `A step of the canary.${after}` };
    case "move":
      return { action: "move-traffic", what: shares, reason: `As declared, once the tests have passed.${after}` };
    case "mark":
      return {
        action: "update",
        what: endpoint,
        reason:
          to.marks.releasing === undefined
            ? "A tag says which deployments stay without traffic on purpose."
            : "A tag says what is changed while it has traffic, until it has passed its tests.",
      };
  }
}

function deployStep({ name, how }: Extract<RolloutStep, { readonly do: "deploy" }>): DeploymentStep {
  const what = `the deployment '${name}'`;
  switch (how) {
    case "create":
      return { action: "create", what, reason: "No live deployment has this definition." };
    case "replace":
      return { action: "update", what, reason: "Its definition differs." };
    case "join":
      return {
        action: "none",
        what,
        reason: "A deployment with this definition exists; the release continues with it.",
      };
  }
}
