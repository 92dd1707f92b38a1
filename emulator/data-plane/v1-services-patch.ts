import type { Detail } from "./v1-services-error.ts";
import type { Json } from "./v1-services-document.ts";

export type PatchOperation = { readonly op?: unknown; readonly path?: unknown; readonly value?: unknown };

/** What can be changed of a service, as the official client's `update` has it. */
const common = ["environmentImageRequest", "kvTags", "properties", "description", "authEnabled", "appInsightsEnabled"];
const changeable: Readonly<Record<string, readonly string[]>> = {
  ACI: [...common, "sslEnabled", "sslCertificate", "sslKey", "cname"],
  AKS: [
    ...common,
    "aadAuthEnabled",
    "autoScaler",
    "containerResourceRequirements",
    "dataCollection",
    "livenessProbeRequirements",
    "maxConcurrentRequestsPerContainer",
    "maxQueueWaitMs",
    "namespace",
    "numReplicas",
    "scoringTimeoutMs",
  ],
};

/** Applies a JSON Patch to a service. @returns the changed document, or why nothing of it is changed. */
export function patched(document: Json, patch: unknown, computeType: string): Json | Detail {
  return patchedMembers(document, patch, changeable[computeType] ?? common);
}

/** Applies a JSON Patch (RFC 6902) that may change these members alone. */
export function patchedMembers(document: Json, patch: unknown, members: readonly string[]): Json | Detail {
  if (!Array.isArray(patch) || patch.length === 0)
    return { code: "InvalidPatch", message: "The body of an update is a JSON Patch with at least one operation." };
  let changed: Json = document;
  for (const operation of patch as readonly PatchOperation[]) {
    const next = applied(changed, operation, members);
    if (isDetail(next)) return next;
    changed = next.document;
  }
  return changed;
}

export function isDetail(value: object): value is Detail {
  return "code" in value && "message" in value && Object.keys(value).length === 2;
}

function applied(
  document: Json,
  { op, path, value }: PatchOperation,
  allowed: readonly string[],
): { readonly document: Json } | Detail {
  const [, ...parts] = String(path).split("/").map(unescaped);
  const [first] = parts;
  if (first === undefined || !allowed.includes(first))
    return { code: "InvalidPatch", message: `The property at ${String(path)} cannot be updated.` };
  if (op !== "add" && op !== "replace" && op !== "remove")
    return { code: "InvalidPatch", message: `The operation ${String(op)} is not supported.` };
  const next = within(document, parts, op === "remove" ? undefined : (value ?? null), op);
  return next === undefined
    ? {
        code: "InvalidPatch",
        message: `The target location specified by path '${String(path)}' was not found.`,
      }
    : { document: next };
}

function within(
  container: unknown,
  [first = "", ...rest]: readonly string[],
  value: unknown,
  op: string,
): Json | undefined {
  if (typeof container !== "object" || container === null || Array.isArray(container)) return undefined;
  const members = container as Json;
  if (rest.length > 0) {
    const inner = within(Object.hasOwn(members, first) ? members[first] : undefined, rest, value, op);
    return inner === undefined ? undefined : { ...members, [first]: inner };
  }
  if (op === "remove") {
    if (!Object.hasOwn(members, first)) return undefined;
    return Object.fromEntries(Object.entries(members).filter(([name]) => name !== first));
  }
  return { ...members, [first]: value };
}

function unescaped(part: string): string {
  return part.replaceAll("~1", "/").replaceAll("~0", "~");
}
