import type { Step } from "../plan/step.ts";
import { resourceIdOf } from "../compute/target.ts";

/**
 * Recorded in the leased blob before a compute is written, and closed once the outcome is verified. An open intent tells the
 * next holder that a process ended in between, and under which name to look for what it may have started. A closed one
 * tells under which name to look for what a list may not show yet.
 */
export type Intent = {
  readonly name: string;
  /** ARM id of what is attached; absent for what the service makes. */
  readonly resourceId?: string;
  readonly action: Step["do"];
  /** ISO 8601, UTC. */
  readonly at: string;
  /** Sent with the write as `x-ms-correlation-request-id`. */
  readonly correlationId: string;
  /** Address of the workflow run that writes. */
  readonly run?: string;
  /** Its outcome was verified. */
  readonly closed?: true;
};

export function intentOf(
  { target, do: action }: Step,
  now: number,
  correlationId: string,
  run: string | undefined,
): Intent {
  const resourceId = resourceIdOf(target);
  return {
    name: target.name,
    ...(resourceId === undefined ? {} : { resourceId }),
    action,
    at: new Date(now).toISOString(),
    correlationId,
    ...(run === undefined ? {} : { run }),
  };
}

/** The intents in a blob; none where it is empty or has another form, because others may write there too. */
export function readIntents(text: string): readonly Intent[] {
  let parsed: unknown;
  try {
    parsed = text === "" ? {} : JSON.parse(text);
  } catch {
    return [];
  }
  const { intents } = (typeof parsed === "object" && parsed !== null ? parsed : {}) as { readonly intents?: unknown };
  return Array.isArray(intents) ? (intents as readonly unknown[]).filter(isIntent) : [];
}

export function writeIntents(intents: readonly Intent[]): string {
  return intents.length === 0 ? "" : `${JSON.stringify({ intents }, undefined, 2)}\n`;
}

/** The name goes into a URL, so only a valid compute name is accepted. */
function isIntent(value: unknown): value is Intent {
  if (typeof value !== "object" || value === null) return false;
  const { name, at } = value as { readonly name?: unknown; readonly at?: unknown };
  return typeof name === "string" && /^[A-Za-z0-9-]{1,64}$/.test(name) && typeof at === "string";
}
