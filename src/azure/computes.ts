import type { Clock } from "../clock.ts";
import type { Arm } from "./arm.ts";
import { defined } from "./defined.ts";
import { membersOf, textOf, textsOf } from "./members.ts";
import { followedBy, progressOf, type FollowedBy, type OperationProgress } from "./operation.ts";
import { broken } from "./pages.ts";
import { succeeded, type Outcome, type ServiceError } from "./outcome.ts";
import type { Answer } from "./pipeline.ts";
import { serviceErrorOf } from "./service-error.ts";
import { workspaceId, type WorkspaceRef } from "./workspace.ts";

/** A compute of the workspace as the service shows it. */
export type LiveCompute = {
  readonly id: string;
  readonly name: string;
  /** `AmlCompute`, `VirtualMachine`, … as the service spells it; unknown kinds pass through. */
  readonly computeType: string;
  /** ARM id of what is attached. */
  readonly resourceId?: string;
  readonly location?: string;
  readonly computeLocation?: string;
  readonly description?: string;
  readonly disableLocalAuth?: boolean;
  readonly tags: Readonly<Record<string, string>>;
  readonly identity?: { readonly type: string; readonly userAssignedIds: readonly string[] };
  readonly provisioningState: string;
  readonly provisioningErrors: readonly ServiceError[];
  /** True: brought in by a user (detach it). False: made by the service (delete it). Absent: the service did not say. */
  readonly isAttachedCompute?: boolean;
  readonly createdOn?: string;
  readonly modifiedOn?: string;
  /** The kind's own part (`properties.properties`). */
  readonly properties: Readonly<Record<string, unknown>>;
};

/** A write that the service took on. */
export type Accepted = FollowedBy & {
  /** The compute as the answer showed it. */
  readonly compute?: LiveCompute;
};

/** The computes of one workspace. Reads are repeated on passing faults; writes are sent exactly once. */
export type Computes = {
  /** All pages. */
  readonly list: () => Promise<Outcome<readonly LiveCompute[]>>;
  /** `undefined` when there is none of that name. */
  readonly get: (name: string) => Promise<Outcome<LiveCompute | undefined>>;
  /** Creates, attaches or replaces. */
  readonly put: (
    name: string,
    body: unknown,
    options?: { readonly version?: string; readonly correlationId?: string },
  ) => Promise<Outcome<Accepted>>;
  readonly patch: (
    name: string,
    body: unknown,
    options?: { readonly correlationId?: string },
  ) => Promise<Outcome<Accepted>>;
  /** `POST …/{name}/{action}` */
  readonly act: (name: string, action: string, body: unknown) => Promise<Outcome<Accepted>>;
  /** `Detach` for what is attached, `Delete` for what the service made. A compute that is already gone is a success. */
  readonly remove: (name: string, action: "Detach" | "Delete") => Promise<Outcome<Accepted>>;
  /** `not-found` when the service has forgotten the operation: read the compute instead. */
  readonly progress: (operationUrl: string) => Promise<Outcome<OperationProgress>>;
};

/** The official client's version for computes; types of the newest stable version are the same. */
export const apiVersion = "2023-08-01-preview";

export function createComputes(arm: Arm, workspace: WorkspaceRef, clock: Clock): Computes {
  const id = (name: string) => `${workspaceId(workspace)}/computes/${name}`;
  const accepted = (answer: Outcome<Answer>): Outcome<Accepted> =>
    answer.ok ? succeeded(acceptedOf(answer.value, clock)) : answer;
  return {
    list: async () => {
      const pages = await arm.list(`${workspaceId(workspace)}/computes`, apiVersion);
      if (!pages.ok) return pages;
      const fault = pages.value.map(computeFault).find((found) => found !== undefined);
      return fault === undefined ? succeeded(pages.value.map(liveCompute)) : broken(fault);
    },
    get: async (name) => {
      const answer = await arm.get(id(name), apiVersion);
      if (answer.ok) {
        const fault = computeFault(answer.value.body);
        return fault === undefined ? succeeded(liveCompute(answer.value.body)) : broken(fault);
      }
      return answer.failure.reason === "not-found" ? succeeded(undefined) : answer;
    },
    put: async (name, body, { version = apiVersion, ...options } = {}) =>
      accepted(await arm.put(id(name), version, body, options)),
    patch: async (name, body, options) => accepted(await arm.patch(id(name), apiVersion, body, options)),
    act: async (name, action, body) => accepted(await arm.post(`${id(name)}/${action}`, apiVersion, body)),
    remove: async (name, action) => {
      const answer = await arm.remove(id(name), apiVersion, { underlyingResourceAction: action });
      return !answer.ok && answer.failure.reason === "not-found" ? succeeded({}) : accepted(answer);
    },
    progress: async (operationUrl) => {
      const answer = await arm.getUrl(operationUrl);
      return answer.ok ? succeeded(progressOf(answer.value, clock)) : answer;
    },
  };
}

function acceptedOf(answer: Answer, clock: Clock): Accepted {
  const { body } = answer;
  return {
    ...followedBy(answer, clock),
    ...(typeof body === "object" && body !== null && "properties" in body ? { compute: liveCompute(body) } : {}),
  };
}

/**
 * Why an answer must not be read as a compute. A member of another type than documented is not taken for one that is not
 * there: something would be written to bring it back.
 */
function computeFault(wire: unknown): string | undefined {
  const body = membersOf(wire);
  const properties = membersOf(body["properties"]);
  const name = textOf(body["name"]) ?? textOf(body["id"])?.split("/").at(-1);
  const isAbsent = (value: unknown) => value === undefined || value === null;
  const isObject = (value: unknown) => isAbsent(value) || value === membersOf(value);
  const isText = (value: unknown) => isAbsent(value) || typeof value === "string";
  const wrong = [
    ...(name === undefined || name === "" ? ["name"] : []),
    ...["tags", "identity", "properties"].filter((key) => !isObject(body[key])),
    ...["id", "name", "location"].filter((key) => !isText(body[key])),
    ...(isText(membersOf(body["identity"])["type"]) ? [] : ["identity.type"]),
    ...(isObject(membersOf(body["identity"])["userAssignedIdentities"]) ? [] : ["identity.userAssignedIdentities"]),
    ...Object.entries(membersOf(body["tags"])).flatMap(([key, value]) => (isText(value) ? [] : [`tags.${key}`])),
    ...(isObject(properties["properties"]) ? [] : ["properties.properties"]),
    ...["computeType", "provisioningState", "resourceId", "computeLocation", "description"]
      .filter((key) => !isText(properties[key]))
      .map((key) => `properties.${key}`),
  ];
  return wrong.length === 0
    ? undefined
    : `The service answered with a compute${name === undefined ? "" : ` '${name}'`} whose ${wrong.join(", ")} cannot be read.`;
}

/**
 * The wire's compute as ours. Members may be `null` where they have no value; unknown kinds pass through.
 *
 * @see https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations#provisioning-state
 */
export function liveCompute(wire: unknown): LiveCompute {
  const body = membersOf(wire);
  const [id, name] = [textOf(body["id"]), textOf(body["name"])];
  const identity = membersOf(body["identity"]);
  const identityType = textOf(identity["type"]);
  const properties = membersOf(body["properties"]);
  const text = (key: string) => (typeof properties[key] === "string" ? properties[key] : undefined);
  const flag = (key: string) => (typeof properties[key] === "boolean" ? properties[key] : undefined);
  const errors = Array.isArray(properties["provisioningErrors"])
    ? (properties["provisioningErrors"] as readonly unknown[])
    : [];
  return {
    id: id ?? "",
    name: name ?? id?.split("/").at(-1) ?? "",
    computeType: text("computeType") ?? "Unknown",
    tags: textsOf(body["tags"]),
    // A resource without a state is done; anything but a compute is a broken reply.
    provisioningState: text("provisioningState") ?? (text("computeType") === undefined ? "Unknown" : "Succeeded"),
    provisioningErrors: errors.map((error) =>
      serviceErrorOf(error, { code: "ProvisioningError", message: "The service gave no message." }),
    ),
    properties: membersOf(properties["properties"]),
    ...defined({
      location: textOf(body["location"]),
      resourceId: text("resourceId"),
      computeLocation: text("computeLocation"),
      description: text("description"),
      disableLocalAuth: flag("disableLocalAuth"),
      isAttachedCompute: flag("isAttachedCompute"),
      createdOn: text("createdOn"),
      modifiedOn: text("modifiedOn"),
      identity:
        identityType === undefined
          ? undefined
          : { type: identityType, userAssignedIds: Object.keys(membersOf(identity["userAssignedIdentities"])) },
    }),
  };
}
