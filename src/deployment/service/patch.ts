import { canonicalJson } from "../../canonical-json.ts";
import { membersOf } from "../../azure/members.ts";
import type { AciService, AksService } from "./definition.ts";
import type { ServiceRequest } from "./request.ts";

/** One change of a JSON Patch, as the service takes them. */
export type ServiceChange = {
  readonly op: "replace" | "add";
  /** JSON Pointer. */
  readonly path: string;
  readonly value: unknown;
};

/** What it takes to bring a live service to what is declared, and back. */
export type ServicePatch = {
  readonly changes: readonly ServiceChange[];
  /** Sets the same fields back to what was read. */
  readonly back: readonly ServiceChange[];
  /** Changed fields that no read shows, so that nothing can set them back. */
  readonly oneWay: readonly string[];
  /** Declared keys of which the live service has another value that no update can change. */
  readonly fixed: readonly FixedField[];
  /** Declared keys that no update sets, and of which the live service shows no value: whether it has it is not known. */
  readonly unseen: readonly string[];
};

export type FixedField = { readonly key: string; readonly from: string; readonly to: string };

/** Fields in the order in which the official client's `update` lists them. */
const ofBoth = ["environmentImageRequest"];
const ofAci = ["kvTags", "properties", "description", "authEnabled", "sslEnabled", "sslCertificate", "sslKey", "cname"];
const ofAks = ["autoScaler", "dataCollection", "authEnabled", "aadAuthEnabled", "containerResourceRequirements"];

const members: Readonly<Record<string, readonly string[]>> = {
  autoScaler: ["autoscaleEnabled", "minReplicas", "maxReplicas", "refreshPeriodInSeconds", "targetUtilization"],
  dataCollection: ["storageEnabled"],
  containerResourceRequirements: ["cpu", "cpuLimit", "memoryInGB", "memoryInGBLimit", "gpu"],
  livenessProbeRequirements: [
    ...["periodSeconds", "initialDelaySeconds", "timeoutSeconds", "successThreshold", "failureThreshold"],
  ],
};

const updatable: Readonly<Record<"aci" | "aks", readonly string[]>> = {
  aci: [...ofBoth, ...ofAci, "appInsightsEnabled"],
  aks: [
    ...ofBoth,
    ...ofAks,
    ...["appInsightsEnabled", "scoringTimeoutMs", "maxConcurrentRequestsPerContainer", "maxQueueWaitMs"],
    ...["numReplicas", "livenessProbeRequirements", "namespace", "kvTags", "properties", "description"],
  ],
};

const secrets = ["sslCertificate", "sslKey"];

/** Members of the request that only a creation takes, and the keys that declare them. */
const fixedFields: Readonly<Record<"aci" | "aks", Readonly<Record<string, string>>>> = {
  aci: {
    "/containerResourceRequirements/cpu": "cpu_cores",
    "/containerResourceRequirements/memoryInGB": "memory_gb",
    "/dnsNameLabel": "dns_name_label",
    "/location": "location",
    "/dataCollection/storageEnabled": "collect_model_data",
    "/vnetConfiguration": "vnet_name",
    "/encryptionProperties": "cmk_key_name",
  },
  aks: { "/computeName": "compute", "/storageInitEnabled": "blobfuse_enabled" },
};

/**
 * The changes by which the official client's `update` brings a service to what is declared: what is not declared is left as
 * it is, and so is what has its value already. A certificate is sent whenever there is another change, because no read shows it.
 *
 * @param live the fields as they were read. They are looked at, and set back one by one; no body is made of them.
 */
export function toServicePatch(
  { type }: Pick<AciService | AksService, "type">,
  request: ServiceRequest,
  live: Readonly<Record<string, unknown>>,
): ServicePatch {
  const changes = updatable[type].flatMap((field) => changesOf(field, request[field], live[field]));
  // A secret alone is no reason to change a service: whether it differs cannot be seen.
  const seen = changes.filter(({ path }) => !secrets.includes(path.slice(1)));
  const sent = seen.length === 0 ? [] : changes;
  return {
    changes: sent,
    back: sent.flatMap(({ path }) => (secrets.includes(path.slice(1)) ? [] : [backTo(path, live)])),
    oneWay: sent.map(({ path }) => path.slice(1)).filter((field) => secrets.includes(field)),
    fixed: fixedOf(type, request, live),
    unseen: Object.entries(fixedFields[type]).flatMap(([path, key]) =>
      isGiven(at(request, path)) && !isGiven(at(live, path)) ? [key] : [],
    ),
  };
}

function changesOf(field: string, wanted: unknown, live: unknown): readonly ServiceChange[] {
  // What the client leaves out of an update, or would only say that nothing is declared.
  if (wanted === undefined || wanted === null) return [];
  if (field === "properties")
    return Object.entries(membersOf(wanted)).flatMap(([name, value]): readonly ServiceChange[] =>
      isSame(value, membersOf(live)[name]) ? [] : [{ op: "add", path: `/properties/${escaped(name)}`, value }],
    );
  const parts = members[field];
  if (parts === undefined) return isSame(wanted, live) ? [] : [{ op: "replace", path: `/${field}`, value: wanted }];
  // There is nothing yet of which a member could be replaced.
  const hasValue = parts.some((part) => isGiven(membersOf(wanted)[part]));
  if (live === undefined || live === null) return hasValue ? [{ op: "add", path: `/${field}`, value: wanted }] : [];
  return parts.flatMap((part): readonly ServiceChange[] => {
    const value = membersOf(wanted)[part];
    return !isGiven(value) || isSame(value, membersOf(live)[part])
      ? []
      : [{ op: "replace", path: `/${field}/${part}`, value }];
  });
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** Whatever order members are in; what is absent and what is `null` are the same. */
function isSame(a: unknown, b: unknown): boolean {
  return canonicalJson(a ?? null) === canonicalJson(b ?? null);
}

/** Sets one field back. Properties can be added to and not removed: one that was not there becomes empty. */
function backTo(path: string, live: Readonly<Record<string, unknown>>): ServiceChange {
  const value = at(live, path);
  return path.startsWith("/properties/")
    ? { op: "add", path, value: value ?? "" }
    : { op: "replace", path, value: value ?? null };
}

function at(live: unknown, path: string): unknown {
  return path
    .slice(1)
    .split("/")
    .reduce((value, step) => own(value, step.replaceAll("~1", "/").replaceAll("~0", "~")), live);
}

function own(value: unknown, name: string): unknown {
  const known = membersOf(value);
  return Object.hasOwn(known, name) ? known[name] : undefined;
}

/** A part of a JSON Pointer. */
function escaped(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}

/** Only what both say: a field that is not shown may well be as declared. */
function fixedOf(type: "aci" | "aks", request: ServiceRequest, live: Readonly<Record<string, unknown>>) {
  return Object.entries(fixedFields[type]).flatMap(([path, key]): readonly FixedField[] => {
    const [wanted, found] = [at(request, path), at(live, path)];
    if (!isGiven(wanted) || !isGiven(found) || isSame(plain(path, wanted), plain(path, found))) return [];
    return [{ key, from: shown(found), to: shown(wanted) }];
  });
}

/** Regions are spelt `East US` too, and names of computes in any case. */
function plain(path: string, value: unknown): unknown {
  if (typeof value !== "string") return value;
  return path === "/location"
    ? value.replaceAll(/\s/g, "").toLowerCase()
    : path === "/computeName"
      ? value.toLowerCase()
      : value;
}

function shown(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
