import { refused, succeeded, type Outcome } from "../azure/outcome.ts";
import type { V1Services } from "../azure/v1-services.ts";

export type ServiceKeys = { readonly primary?: string; readonly secondary?: string };

export type KeyDeps = {
  readonly services: V1Services;
  readonly timeoutSeconds: number;
  /** Asked before every write. */
  readonly before: () => Promise<Outcome<void>>;
};

/** So often one key is set at most, where a reply is lost. Our choice. */
const mostTries = 3;

/**
 * Gives a service the declared keys, where it has others: an update takes no keys. Both or none: where the second one cannot be
 * set, the first one is what it was.
 *
 * @returns the keys that it had, of those that were changed.
 */
export async function setKeys(name: string, wanted: ServiceKeys, deps: KeyDeps): Promise<Outcome<ServiceKeys>> {
  const { services } = deps;
  if (wanted.primary === undefined && wanted.secondary === undefined) return succeeded({});
  const before = await services.keys(name);
  if (!before.ok) return before;
  const changed: { primary?: string; secondary?: string } = {};
  for (const which of ["primary", "secondary"] as const) {
    const value = wanted[which];
    if (value === undefined || value === before.value[which]) continue;
    const set = await setKey(name, which, value, deps);
    if (!set.ok) {
      if (changed.primary !== undefined) await setKey(name, "primary", changed.primary, deps);
      return set;
    }
    changed[which] = before.value[which];
  }
  return succeeded(changed);
}

/** Setting a key twice is setting it once. */
async function setKey(
  name: string,
  which: "primary" | "secondary",
  value: string,
  { services, timeoutSeconds: seconds, before }: KeyDeps,
): Promise<Outcome<void>> {
  for (let attempt = 1; ; attempt += 1) {
    const may = await before();
    if (!may.ok) return may;
    const sent = await services.setKey(name, which === "primary" ? "Primary" : "Secondary", value);
    if (!sent.ok && (sent.failure.reason !== "unknown" || attempt >= mostTries)) return sent;
    if (sent.ok && sent.value.operation !== undefined) {
      const followed = await services.follow(sent.value.operation, { seconds });
      if (!followed.ok) return followed;
    }
    const now = await services.keys(name);
    if (!now.ok) return now;
    if (now.value[which] === value) return succeeded(undefined);
    if (attempt >= mostTries) return notSet(name, which);
  }
}

function notSet(name: string, which: string): Outcome<never> {
  const message = `The ${which} key of the web service ${name} is not the declared one, although the service has taken it ${mostTries} times. Run deploy again, or set it in the studio.`;
  return refused("KeyNotSet", message);
}
