import { gunzipSync, gzipSync } from "node:zlib";
import { v1ServicePhase, type LiveV1Service } from "../azure/v1-live-service.ts";
import type { FixedField, ServiceChange } from "../deployment/service/patch.ts";
import { digestProperty } from "./digest.ts";

/** Properties by which a later run finds out how far an earlier one came. */
export const serviceProperties = {
  digest: digestProperty,
  /** The digest of what has passed its tests. */
  tested: "azureml-targets.tested",
  /** Of an update that has not passed yet: the changes that lead back, packed. */
  before: "azureml-targets.before",
  /** Of a candidate: the service that it is tested for. */
  candidateOf: "azureml-targets.candidate-of",
  /** Of what stays to be looked at: `true`; `if-failed` from the beginning, which holds where the service is in a failed state. */
  kept: "azureml-targets.kept",
  /** Hash of the certificate that was sent last. */
  certificate: "azureml-targets.certificate",
} as const;

/** An update has passed, or is taken back. */
export const noNote: ServiceChange = { op: "add", path: `/properties/${serviceProperties.before}`, value: "" };

/** What is to be done with a service, decided by what is live once nothing is in flight on it. */
export type ServiceDecision =
  /** Made under its own name; what an earlier run left of a first creation is removed before. */
  | { readonly do: "create"; readonly leftover?: true }
  /** It is as declared, and has passed. */
  | { readonly do: "none" }
  /** It is as declared, and the run that made it so was cut off before its tests had passed. */
  | { readonly do: "finish"; readonly isFirst: boolean; readonly back: readonly ServiceChange[] }
  /** An update to something else was cut off: back to what was there before, then decided anew. */
  | { readonly do: "roll-back"; readonly back: readonly ServiceChange[] }
  /** Tested as a candidate first. */
  | { readonly do: "update" }
  | {
      readonly do: "refuse";
      readonly reason: "conflict" | "not-supported";
      readonly message: string;
      readonly field?: string;
    };

/**
 * | live | its digest | has passed | before | decision |
 * |---|---|---|---|---|
 * | none | | | | create |
 * | of another type, or elsewhere | | | | refuse |
 * | healthy | ours | ours | – | none |
 * | healthy | ours | not ours | known | finish |
 * | any | other, or not healthy | not it | known | roll back |
 * | healthy | ours | never | – | finish the first release |
 * | not healthy, or kept | any | never | – | remove it, create |
 * | healthy | other | never | – | update: it may have passed, and that not be noted |
 * | any | foreign, or another, or not healthy | it | – | update, unless a declared key cannot be changed |
 */
export function decideService(
  wanted: { readonly type: "aci" | "aks"; readonly digest: string; readonly fixed: readonly FixedField[] },
  live: LiveV1Service | undefined,
): ServiceDecision {
  if (live === undefined) return { do: "create" };
  if (live.computeType.toLowerCase() !== wanted.type) {
    const message = `The web service ${live.name} is there, on ${live.computeType}, and no update moves it to ${wanted.type.toUpperCase()}. Choose another name, or delete it.`;
    return { do: "refuse", reason: "conflict", message, field: "name" };
  }
  const digest = own(live, serviceProperties.digest);
  const tested = own(live, serviceProperties.tested);
  const back = unpackChanges(own(live, serviceProperties.before));
  const isReady = digest === wanted.digest && v1ServicePhase(live.state) === "healthy";
  if (digest !== "" && tested !== digest && back.length > 0)
    return isReady ? { do: "finish", isFirst: false, back } : { do: "roll-back", back };
  if (isReady && tested === digest) return { do: "none" };
  if (digest !== "" && tested === "") {
    if (isKept(live) || v1ServicePhase(live.state) !== "healthy") return { do: "create", leftover: true };
    if (isReady) return { do: "finish", isFirst: true, back: [] };
  }
  const [fixed] = wanted.fixed;
  if (fixed !== undefined) {
    const message = `${fixed.key} of the web service ${live.name} is ${fixed.from}, and no update changes it to ${fixed.to}. Declare ${fixed.from}, choose another name, or delete the service.`;
    return { do: "refuse", reason: fixed.key === "compute" ? "conflict" : "not-supported", message, field: fixed.key };
  }
  if (!isGiven(live.fields["environmentImageRequest"])) {
    const message = `The web service ${live.name} was made of an image of the first SDK, and no update gives it an environment. Choose another name, or delete the service.`;
    return { do: "refuse", reason: "not-supported", message, field: "name" };
  }
  return { do: "update" };
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** True for a candidate of this service that nobody wanted to keep. */
export function isLeftCandidate(live: LiveV1Service, name: string): boolean {
  return isCandidateOf(live, name) && !isKept(live);
}

function isKept(live: LiveV1Service): boolean {
  const kept = own(live, serviceProperties.kept);
  return kept === "true" || (kept === "if-failed" && v1ServicePhase(live.state) === "failed");
}

export function isCandidateOf(live: LiveV1Service, name: string): boolean {
  return own(live, serviceProperties.digest) !== "" && own(live, serviceProperties.candidateOf) === name;
}

function own({ properties }: Pick<LiveV1Service, "properties">, name: string): string {
  return Object.hasOwn(properties, name) ? (properties[name] ?? "") : "";
}

/** Longer ones are not kept. Our choice: the service says no limit, and an environment takes less than half of it. */
const longestNote = 16_000;

/** @returns nothing where it would be too long: then the next run can finish the update, and not take it back. */
export function packChanges(changes: readonly ServiceChange[]): string {
  const packed = gzipSync(JSON.stringify(changes)).toString("base64");
  return packed.length > longestNote ? "" : packed;
}

/** Text that somebody else has written leads to no changes. */
export function unpackChanges(packed: string): readonly ServiceChange[] {
  if (packed === "") return [];
  try {
    const read: unknown = JSON.parse(
      gunzipSync(Buffer.from(packed, "base64"), { maxOutputLength: 1_000_000 }).toString("utf8"),
    );
    const isChange = (one: unknown): one is ServiceChange =>
      typeof one === "object" &&
      one !== null &&
      "path" in one &&
      typeof one.path === "string" &&
      one.path.startsWith("/") &&
      "op" in one &&
      (one.op === "replace" || one.op === "add") &&
      "value" in one;
    return Array.isArray(read) && read.every(isChange) ? read : [];
  } catch {
    return [];
  }
}
