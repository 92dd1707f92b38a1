import type { LiveCompute } from "../../azure/computes.ts";
import type { ServiceError } from "../../azure/outcome.ts";
import { serviceErrorOf } from "../../azure/service-error.ts";
import { member } from "../compare.ts";
import type { NodeRange, Readiness } from "../kind.ts";
import { liveStops } from "./schedules.ts";

export function liveNodesOf({ properties }: LiveCompute): NodeRange | undefined {
  const { vmSize: size, idleTimeBeforeShutdown: idle, schedules } = properties;
  if (typeof size !== "string") return undefined;
  return { size, minimum: typeof idle === "string" || liveStops(schedules) ? 0 : 1, maximum: 1 };
}

/** States in which nobody can work on the instance, though its provisioning succeeded. */
const faults = new Map<string, string>(
  Object.entries({
    createfailed: "It could not be created.",
    setupfailed: "Setup did not finish.",
    usersetupfailed: "Setup for its user did not finish.",
    unusable: "It is out of order.",
  }),
);

/** The instance has a `state` of its own beside the provisioning; `lastOperation` and `errors` tell why it is in it. */
export function faultOf({ properties }: LiveCompute): ServiceError | undefined {
  const { state, errors } = properties;
  const sentence = typeof state === "string" ? faults.get(state.toLowerCase()) : undefined;
  if (typeof state !== "string" || sentence === undefined) return undefined;
  const name = member(properties, "lastOperation", "operationName");
  const status = member(properties, "lastOperation", "operationStatus");
  const last =
    typeof name === "string"
      ? ` Its last operation was ${name}${typeof status === "string" ? `: ${status}` : ""}.`
      : "";
  const details = Array.isArray(errors)
    ? errors.map((error: unknown) => serviceErrorOf(error, { code: state, message: sentence }))
    : [];
  return { code: state, message: `The compute instance is ${state}. ${sentence}${last}`, details };
}

/** States on the way to one that lasts. */
const passing = new Set(["creating", "settingup", "usersettingup", "starting", "restarting", "resizing"]);

/** As long as setup scripts may take, and the start before them. Our choice. */
export const longestReadinessSeconds = 30 * 60;

/** Provisioning may be over while the instance is still being set up; the state in the end decides. */
export function readiness(live: LiveCompute): Readiness {
  const error = faultOf(live);
  if (error !== undefined) return { state: "failed", error };
  const { state } = live.properties;
  return typeof state === "string" && passing.has(state.toLowerCase())
    ? { state: "waiting", progress: state }
    : { state: "ready" };
}

/** One that is stopped takes no job until somebody starts it. */
export function whyRunsWait({ properties: { state } }: LiveCompute): string | undefined {
  if (typeof state !== "string" || state.toLowerCase() === "running") return undefined;
  if (state.toLowerCase() === "jobrunning") return "runs another job";
  return /^stop(ped|ping)$/i.test(state) ? `is ${state}: start it, or the run waits on` : `is ${state}`;
}

/** A stopped instance holds its quota too. */
export function machinesHeld(): number {
  return 1;
}
