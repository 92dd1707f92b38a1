import { armError } from "../../../server/reply.ts";
import { seeded } from "../../../settings.ts";
import { plainRegion } from "../capacity.ts";
import { ownPart, type Json } from "../document.ts";
import type { ActionResult, EmulatedKind } from "../kind.ts";
import { checkName, checkSize, nameTaken } from "../made.ts";

/** A machine of one person that the service makes, starts and stops. */
export const computeInstance: EmulatedKind = {
  computeType: "ComputeInstance",
  apiVersions: "published",
  origin: "made",
  exclusive: "never",
  nameIsRegional: true,
  check: ({ name, location, own }, { store, capacity, isTakenElsewhere }) => {
    if (isTakenElsewhere(name)) return nameTaken(name);
    const refused = checkName(name, store) ?? checkSize(own);
    if (refused !== undefined) return refused;
    if (plainRegion(location) !== seeded.location)
      return armError(400, "BadRequest", "A compute instance has to be in the region of its workspace.");
    return capacity.refused({ computeType: "ComputeInstance", location, vmSize: own["vmSize"], machines: 1 });
  },
  checkUpdate: ({ name }) =>
    armError(400, "BadRequest", `Compute instance '${name}' exists already and cannot be updated.`),
  filledIn: () => ({
    subnet: null,
    sshSettings: null,
    connectivityEndpoints: null,
    applications: null,
    createdBy: null,
    errors: null,
    state: null,
    personalComputeInstanceSettings: null,
  }),
  completed: (compute, endsWith) => {
    const own = ownPart(compute);
    const schedules = (own["schedules"] ?? undefined) as Json | undefined;
    return {
      own: {
        ...own,
        state: own["powerTo"] ?? "Running",
        powerTo: undefined,
        connectivityEndpoints: { publicIpAddress: "20.0.0.4", privateIpAddress: "10.0.0.4" },
        lastOperation: {
          operationName: own["state"] === null ? "Create" : "Update",
          operationStatus: "Succeeded",
          operationTime: new Date().toISOString(),
        },
        ...(schedules === undefined ? {} : { schedules: withIds(schedules) }),
        ...endsWith,
      },
    };
  },
  asOfNow: ({ powerTo: _, ...shown }) => shown,
  // A stopped instance holds its quota too.
  machines: () => 1,
  actions: {
    start: () => power("Starting", "Running"),
    stop: () => power("Stopping", "Stopped"),
    restart: () => power("Restarting", "Running"),
    updateidleshutdownsetting: ({ idleTimeBeforeShutdown }) =>
      typeof idleTimeBeforeShutdown === "string" && idleTimeBeforeShutdown.startsWith("P")
        ? { changed: { idleTimeBeforeShutdown } }
        : { refused: armError(400, "BadRequest", "idleTimeBeforeShutdown has to be an ISO 8601 duration.") },
  },
};

function power(state: string, powerTo: string): ActionResult {
  return { changed: { state, powerTo }, takesOperation: true };
}

/** The service gives every schedule an id. */
function withIds(schedules: Json): Json {
  const entries = (schedules["computeStartStop"] ?? []) as readonly Json[];
  return {
    computeStartStop: entries.map((entry, index) => ({
      id: `schedule-${index + 1}`,
      provisioningStatus: "Completed",
      ...entry,
    })),
  };
}
