import pLimit from "p-limit";
import type { LiveCompute } from "../azure/computes.ts";
import type { ServiceError } from "../azure/outcome.ts";
import type { ComputeUser, ReadComputeUsers } from "../azure/compute-users.ts";
import type { Finding } from "../compute/kind.ts";
import { collectionsOfUsers } from "../compute/target.ts";
import type { Plan } from "../plan/step.ts";
import type { Findings } from "../plan/preflight.ts";
import type { AttachDeps } from "./dependencies.ts";
import { failedWith, type StepResult } from "./step-result.ts";

/** Any beyond these are counted, not named. Our choice. */
const mostNamed = 10;

/** Why a compute must not be removed now; `undefined` when nothing uses it. */
export async function inUse(
  compute: LiveCompute,
  { usersOf, onProgress }: Pick<AttachDeps, "usersOf" | "onProgress">,
): Promise<StepResult | undefined> {
  const users = await usersOf(compute, collectionsOfUsers(compute));
  if (!users.ok) {
    if (users.failure.reason === "cancelled") return { state: "in-flight", why: "cancelled", compute };
    return failedWith(
      "in-use",
      "UseUnknown",
      `${unknownUse(compute.name, users.failure.error)} It was left as it is. To remove it anyway, set force: true.`,
      compute,
    );
  }
  const { users: found, notice } = users.value;
  if (notice !== undefined) onProgress(compute.name, notice);
  if (found.length === 0) return undefined;
  return failedWith("in-use", "InUse", `${usedBy(compute.name, found)} ${howToGoAhead}`, compute);
}

/**
 * What still uses the computes that a plan removes, by the name of the target: an error that refuses the step, or with
 * `force` a warning. A plan that removes nothing sends no request.
 */
export async function findUsers(
  { steps }: Plan,
  usersOf: ReadComputeUsers,
  { force, parallel }: { readonly force: boolean; readonly parallel: number },
): Promise<Findings> {
  const limit = pLimit(parallel);
  const found = await Promise.all(
    steps.flatMap((step) =>
      "remove" in step
        ? step.remove.map((compute) =>
            limit(async () => [step.target.name, await use(compute, usersOf, force)] as const),
          )
        : [],
    ),
  );
  const findings = new Map<string, readonly Finding[]>();
  for (const [name, finding] of found)
    if (finding !== undefined) findings.set(name, [...(findings.get(name) ?? []), finding]);
  return findings;
}

async function use(compute: LiveCompute, usersOf: ReadComputeUsers, force: boolean): Promise<Finding | undefined> {
  const { name } = compute;
  const users = await usersOf(compute, collectionsOfUsers(compute));
  const severity = force ? "warning" : "error";
  const advice = force ? "force is true, so it is removed anyway." : howToGoAhead;
  if (users.ok) {
    const { users: using, notice } = users.value;
    if (using.length > 0) return { severity, code: "in-use", message: usedBy(name, using), advice };
    return notice === undefined
      ? undefined
      : { severity: "note", code: "no-such-list", message: notice, advice: `'${name}' is removed as planned.` };
  }
  const message = unknownUse(name, users.failure.error);
  return users.failure.reason === "cancelled"
    ? undefined
    : { severity, code: "use-unknown", message, advice: force ? advice : "To remove it anyway, set force: true." };
}

const howToGoAhead = "Wait for them to end or cancel them. To remove it anyway, set force: true.";

function unknownUse(name: string, { message, code }: ServiceError): string {
  return `Whether anything still uses '${name}' could not be read (${message} [${code}]).`;
}

function usedBy(name: string, users: readonly ComputeUser[]): string {
  const named = users.slice(0, mostNamed).map(({ what, name: user, state }) => `the ${what} '${user}' (${state})`);
  const rest = users.length - named.length;
  return `'${name}' is still used by ${named.join(", ")}${rest > 0 ? ` and ${rest} more` : ""}.`;
}
