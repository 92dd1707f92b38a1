import { randomBytes, randomUUID } from "node:crypto";
import { courseOf } from "../arm/course.ts";
import type { Fault } from "../faults.ts";
import { ok, type Incoming, type Reply } from "../server/reply.ts";
import { seeded } from "../settings.ts";
import type { Store } from "../store.ts";
import { problemsOf, type CheckParts } from "./v1-services-checks.ts";
import {
  filledIn,
  serviceCollections,
  type Json,
  type KeptService,
  type ServiceSecrets,
} from "./v1-services-document.ts";
import { mmsError, noService, type Detail } from "./v1-services-error.ts";
import { operationsPath, type V1Operations } from "./v1-services-operations.ts";
import { isDetail, patched } from "./v1-services-patch.ts";
import type { Provisioning } from "./v1-services-provisioning.ts";

type Parts = CheckParts & {
  readonly store: Store;
  readonly operations: V1Operations;
  readonly provisioning: Provisioning;
  /** Seconds that an operation takes at least. */
  readonly seconds: number;
  /** A service as it is read. */
  readonly shown: (service: KeptService, request: Incoming) => unknown;
};

/** Writes of services: each is carried out once for each time that it comes, because none has a name of its own. */
export function createServiceWrites(parts: Parts) {
  const { store, operations, provisioning, seconds, shown } = parts;
  const get = (name: string) => store.get<KeptService>(serviceCollections.services, name);
  const put = (service: KeptService, secrets: ServiceSecrets) => {
    store.put(serviceCollections.services, service.name, service);
    store.put(serviceCollections.secrets, service.name, secrets);
  };
  const accepted = ({ endpoints }: Incoming, id: string, body: unknown): Reply => ({
    status: 202,
    headers: { "Operation-Location": `${endpoints.api}${operationsPath}/${id}` },
    body,
  });
  /** What stands in the way of a new service, or of another one in its place. */
  const conflict = (body: Json): Reply | undefined => {
    const name = String(body["name"]);
    const known = get(name);
    if (known === undefined) return undefined;
    if (body["overwrite"] !== true) return mmsError(409, existing(known));
    if (provisioning.isInFlight(name)) return mmsError(409, busy(name));
    const fixed = ["computeType", "computeName", ...(known.computeType === "ACI" ? fixedOfAci : [])];
    const [asked, has] = [complete(body), complete(known)];
    return fixed.some((member) => differ(asked[member], has[member])) ? mmsError(400, invalidOverwrite) : undefined;
  };

  return {
    create: (request: Incoming, faults: readonly Fault[]): Reply => {
      const body = (request.body ?? {}) as Json;
      const refused = refusal(problemsOf(complete(body), parts)) ?? conflict(body);
      if (refused !== undefined) return refused;
      const { keys, sslCertificate, sslKey, ...open } = body;
      const name = String(body["name"]);
      const known = get(name);
      const operation = operations.begin(name, "DeployService");
      const now = new Date().toISOString();
      const service: KeptService = {
        ...complete(open),
        name,
        computeType: String(body["computeType"]),
        state: "Transitioning",
        error: null,
        address: known?.["address"] ?? randomUUID(),
        wasProvisioned: known?.["wasProvisioned"] ?? false,
        createdTime: known?.["createdTime"] ?? now,
        updatedTime: now,
        operationId: operation,
      };
      put(service, newSecrets(keys as Json | undefined, secretsOf(name, store), { sslCertificate, sslKey }));
      provisioning.begin(name, operation, courseOf(faults, seconds, undefined), true);
      return accepted(request, operation, shown(service, request));
    },

    update: (request: Incoming, name: string, faults: readonly Fault[]): Reply => {
      const known = get(name);
      if (known === undefined) return noService(name);
      if (!/^application\/json-patch\+json/.test(request.headers["content-type"] ?? ""))
        return mmsError(400, {
          code: "UnsupportedMediaType",
          message: "An update is sent as application/json-patch+json.",
        });
      if (provisioning.isInFlight(name)) return mmsError(409, busy(name));
      const secrets = secretsOf(name, store);
      const { sslCertificate, sslKey } = secrets;
      const changed = patched({ ...known, sslCertificate, sslKey }, request.body, known.computeType);
      if (isDetail(changed)) return mmsError(400, changed);
      const refused = refusal(problemsOf(changed, parts));
      if (refused !== undefined) return refused;
      const operation = operations.begin(name, "DeployService");
      const { sslCertificate: certificate, sslKey: key, ...open } = changed;
      const service = {
        ...(open as KeptService),
        state: "Transitioning",
        operationId: operation,
        updatedTime: new Date().toISOString(),
      };
      put(service, newSecrets(undefined, secrets, { sslCertificate: certificate, sslKey: key }));
      const restarts =
        differ(known["environmentImageRequest"], open["environmentImageRequest"]) || known.state !== "Healthy";
      provisioning.begin(name, operation, courseOf(faults, seconds, undefined), restarts);
      return accepted(request, operation, shown(service, request));
    },

    /** What is going on with it ends with it. */
    remove: async (request: Incoming, name: string, faults: readonly Fault[]): Promise<Reply> => {
      if (get(name) === undefined) return { status: 204 };
      await provisioning.cancel(name);
      const known = get(name);
      if (known === undefined) return { status: 204 };
      const course = courseOf(faults, seconds, undefined);
      if (known.computeType === "ACI" && course.error === undefined && course.dueAt !== undefined) {
        provisioning.removeNow(name);
        return ok(undefined);
      }
      const operation = operations.begin(name, "DeleteService");
      const leaving = { ...known, state: "Transitioning", operationId: operation };
      store.put(serviceCollections.services, name, leaving);
      provisioning.remove(name, operation, course, known.state);
      return accepted(request, operation, undefined);
    },

    regenerate: (request: Incoming, name: string): Reply => {
      const { keyType, keyValue } = (request.body ?? {}) as Json;
      if (keyType !== "Primary" && keyType !== "Secondary")
        return mmsError(400, { code: "InvalidKeyType", message: "The key type is Primary or Secondary." });
      const member = keyType === "Primary" ? "primaryKey" : "secondaryKey";
      store.put(serviceCollections.secrets, name, {
        ...secretsOf(name, store),
        [member]: typeof keyValue === "string" && keyValue !== "" ? keyValue : newKey(),
      });
      const operation = operations.begin(name, "RegenerateKeys");
      operations.end(operation, "Succeeded");
      return accepted(request, operation, undefined);
    },
  };
}

/** With what the service makes of members that were left out. */
export function complete(body: Json): Json {
  return { ...body, ...filledIn(body) };
}

function refusal(details: readonly Detail[]): Reply | undefined {
  return details.length === 0 ? undefined : mmsError(400, ...details);
}

/** Of a container group, which cannot be changed in these. @see https://learn.microsoft.com/azure/container-instances/container-instances-update */
const fixedOfAci = ["containerResourceRequirements", "dnsNameLabel"];

const invalidOverwrite: Detail = {
  code: "InvalidOverwriteRequest",
  message:
    "Invalid overwrite request - cannot update container resource requirements, dns name label, or deployment type. Please delete and redeploy this service.",
};

function differ(one: unknown, other: unknown): boolean {
  return JSON.stringify(one ?? null) !== JSON.stringify(other ?? null);
}

/** @see https://github.com/Sweetflowerjulia/NLP-tag-classification-with-GloVe-and-LSTM/issues/1 */
export function existing({ name, computeType }: KeptService): Detail {
  const message =
    computeType === "ACI"
      ? `Subscription ${seeded.subscriptionId} already contains an ACI Container Group with name ${name}`
      : `Service ${name} with the same name already exists, please use a different service name or delete the existing service.`;
  return { code: "ServiceExists", message };
}

function busy(name: string): Detail {
  return {
    code: "OperationInProgress",
    message: `Another operation on the service ${name} is in progress. Please try again when it has ended.`,
  };
}

/** One that nobody has made by a request has keys all the same. */
export function secretsOf(name: string, store: Store): ServiceSecrets {
  const known = store.get<ServiceSecrets>(serviceCollections.secrets, name);
  if (known !== undefined) return known;
  const made = newSecrets(undefined, undefined, {});
  if (store.get(serviceCollections.services, name) !== undefined) store.put(serviceCollections.secrets, name, made);
  return made;
}

function newKey(): string {
  return randomBytes(24).toString("base64url");
}

/** Keys that are given, else those that there were, else new ones. */
function newSecrets(
  keys: Json | null | undefined,
  known: ServiceSecrets | undefined,
  { sslCertificate, sslKey }: { readonly sslCertificate?: unknown; readonly sslKey?: unknown },
): ServiceSecrets {
  const key = (member: "primaryKey" | "secondaryKey") => {
    const given = keys?.[member];
    return typeof given === "string" && given !== "" ? given : (known?.[member] ?? newKey());
  };
  return {
    primaryKey: key("primaryKey"),
    secondaryKey: key("secondaryKey"),
    ...(typeof sslCertificate === "string" ? { sslCertificate } : {}),
    ...(typeof sslKey === "string" ? { sslKey } : {}),
  };
}
