import { defined } from "./defined.ts";
import { listOf, membersOf, textOf, textsOf, type Members } from "./members.ts";
import type { ServiceError } from "./outcome.ts";
import { serviceErrorOf } from "./service-error.ts";

/** A web service of the first SDK as it was read: without secrets. */
export type LiveV1Service = {
  readonly name: string;
  /** `ACI` or `AKS`, as far as anybody makes one. */
  readonly computeType: string;
  /** As the service spells it; {@link v1ServicePhase} says what it means. */
  readonly state: string;
  /** Plain `http://` where it has no certificate. Absent until it was provisioned once. */
  readonly scoringUri?: string;
  readonly computeName?: string;
  readonly location?: string;
  readonly description?: string;
  readonly kvTags: Readonly<Record<string, string>>;
  readonly properties: Readonly<Record<string, string>>;
  /** `name:version`. */
  readonly modelIds: readonly string[];
  readonly auth: "key" | "token" | "none";
  /** Of the last provisioning, where it failed. */
  readonly error?: ServiceError;
  /** Of the last operation on it. */
  readonly operationId?: string;
  /** ISO 8601. */
  readonly updatedTime?: string;
  /**
   * All that was read, but for secrets, which the service does not show: values to set back, one by one, and never the body
   * of a request.
   */
  readonly fields: Members;
};

/** What the state of a service means. */
export type V1ServicePhase = "in-flight" | "healthy" | "failed";

/** @see https://learn.microsoft.com/azure/templates/microsoft.machinelearningservices/2021-04-01/workspaces/services */
export function v1ServicePhase(state: string): V1ServicePhase {
  switch (state.toLowerCase()) {
    case "healthy":
      return "healthy";
    case "failed":
    case "unhealthy":
    case "unschedulable":
    case "timedout":
      return "failed";
    default:
      return "in-flight";
  }
}

/** What is not to be sent back: the service shows `null` in its place, and would take that for the value. */
const secrets = ["keys", "sslCertificate", "sslKey"];

/** @returns `undefined` for what is no service. */
export function liveV1Service(wire: unknown): LiveV1Service | undefined {
  const members = membersOf(wire);
  const [name, computeType] = [textOf(members["name"]), textOf(members["computeType"])];
  if (name === undefined || computeType === undefined) return undefined;
  const { state, scoringUri, computeName, location, description, operationId, updatedTime, error } = members;
  const request = membersOf(members["environmentImageRequest"]);
  return {
    name,
    computeType,
    state: textOf(state) ?? "Unknown",
    kvTags: textsOf(members["kvTags"]),
    properties: textsOf(members["properties"]),
    modelIds: listOf(request["modelIds"]).flatMap((id) => textOf(id) ?? []),
    auth: members["aadAuthEnabled"] === true ? "token" : members["authEnabled"] === true ? "key" : "none",
    fields: Object.fromEntries(Object.entries(members).filter(([member]) => !secrets.includes(member))),
    ...defined({
      scoringUri: textOf(scoringUri),
      computeName: textOf(computeName),
      location: textOf(location),
      description: textOf(description),
      operationId: textOf(operationId),
      updatedTime: textOf(updatedTime),
      error: v1ErrorOf(error, name),
    }),
  };
}

/** The error of a service or an operation, down to its leaf. */
export function v1ErrorOf(error: unknown, of: string): ServiceError | undefined {
  if (error === undefined || error === null || error === "") return undefined;
  return serviceErrorOf(error, { code: "DeploymentFailed", message: `The service does not say why ${of} failed.` });
}
