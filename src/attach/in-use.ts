import type { LiveCompute } from "../azure/computes.ts";
import type { User, UsersOf } from "../azure/usage.ts";
import { failedWith, type End } from "./end.ts";

/** More than this are counted, not named. Our choice. */
const mostNamed = 10;

/** Why a compute must not be taken away now; `undefined` when nothing needs it. */
export async function inUse(
  compute: LiveCompute,
  { usersOf }: { readonly usersOf: UsersOf },
): Promise<End | undefined> {
  const users = await usersOf(compute);
  if (!users.ok) {
    if (users.failure.reason === "cancelled") return { state: "in-flight", why: "cancelled", compute };
    return failedWith(
      "in-use",
      "UseUnknown",
      `Whether anything still uses '${compute.name}' could not be read (${users.failure.error.message} [${users.failure.error.code}]), so it was left as it is. Set force: true to go ahead all the same.`,
      compute,
    );
  }
  if (users.value.length === 0) return undefined;
  return failedWith("in-use", "InUse", usedBy(compute.name, users.value), compute);
}

export function usedBy(name: string, users: readonly User[]): string {
  const named = users.slice(0, mostNamed).map(({ what, name: user, state }) => `the ${what} '${user}' (${state})`);
  const rest = users.length - named.length;
  return (
    `'${name}' is still used by ${named.join(", ")}${rest > 0 ? ` and ${rest} more` : ""}. ` +
    "Wait for them to end or cancel them, or set force: true to go ahead all the same."
  );
}
