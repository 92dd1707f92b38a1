import type { ComputeDocument } from "../../emulator/arm/computes/document.ts";
import { exampleSecrets } from "../support/example-secrets.ts";
import type { Ran } from "./run.ts";
import { bystanders, leasePrefix, type Stand } from "./stand.ts";

/** The computes without what depends on the time. */
export function durableState(computes: readonly ComputeDocument[]): readonly unknown[] {
  return [...computes]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ operation, identity, properties, ...rest }) => {
      const { createdOn: _, modifiedOn: __, ...own } = properties;
      const { principalId: ___, ...lastingIdentity } = identity ?? {};
      return {
        ...rest,
        ...(operation === undefined ? {} : { operation: "in flight" }),
        ...(identity === undefined ? {} : { identity: lastingIdentity }),
        properties: withoutTimes(own),
      };
    });
}

/** Without what depends on the time, at any depth, and with sorted members. */
function withoutTimes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutTimes);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !/(time|createdat|updatedat|generation|nodesat|since)$/i.test(key))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, withoutTimes(member)]),
  );
}

/** How the live state differs from what is wanted; empty where it does not. */
export function stateMismatches(stand: Stand, wanted: readonly ComputeDocument[]): readonly string[] {
  const live = durableState(stand.emulator.computes()).map((compute) => JSON.stringify(compute));
  const expected = durableState([...wanted, ...bystanders]).map((compute) => JSON.stringify(compute));
  return [
    ...live
      .filter((compute) => !expected.includes(compute))
      .map((compute) => `is there and should not be: ${shortened(compute)}`),
    ...expected.filter((compute) => !live.includes(compute)).map((compute) => `is missing: ${shortened(compute)}`),
  ];
}

function shortened(compute: string): string {
  return compute.replaceAll(/\/subscriptions\/[^"]*\//g, "…/").slice(0, 600);
}

/** What an attachment takes: one namespace of a Kubernetes cluster, the whole of any other resource. */
function attachmentKey(resourceId: string, computeType: string, own: unknown): string {
  const { namespace } = (own ?? {}) as { readonly namespace?: unknown };
  const part = computeType.toLowerCase() === "kubernetes" && typeof namespace === "string" ? ` ${namespace}` : "";
  return `${resourceId.toLowerCase()}${part}`;
}

/** Writes that must never be carried out if every target is written exactly once. */
export function duplicateWrites(stand: Stand, before: readonly ComputeDocument[]): readonly string[] {
  const { emulator } = stand;
  const problems = emulator
    .violations()
    .map((violation) => `an attachment broke another: ${JSON.stringify(violation)}`);
  const holders = new Map<string, string>();
  for (const { name, properties } of [...before, ...bystanders]) {
    const { resourceId, isAttachedCompute, computeType, properties: own } = properties;
    if (isAttachedCompute === true && typeof resourceId === "string")
      holders.set(attachmentKey(resourceId, String(computeType), own), name);
  }
  const last = new Map<string, string>();
  for (const { method, name, resourceId, computeType, namespace, body, found } of emulator.writes()) {
    if (method === "DELETE") {
      for (const [resource, holder] of holders)
        if (holder.toLowerCase() === name.toLowerCase()) holders.delete(resource);
    } else {
      if (found === "Succeeded" && last.get(name) === body)
        problems.push(`the same ${method} of '${name}' was carried out twice`);
      if (resourceId !== undefined) {
        const held = attachmentKey(resourceId, computeType, { namespace });
        const holder = holders.get(held);
        if (holder !== undefined && method === "PUT" && found === undefined)
          problems.push(`'${name}' was attached while its resource was attached as '${holder}'`);
        holders.set(held, name);
      }
    }
    last.set(name, method === "DELETE" ? "" : body);
  }
  return problems;
}

/** Secrets in anything that somebody without a right to them can read. */
export async function leakedSecrets(stand: Stand, rans: readonly Ran[]): Promise<readonly string[]> {
  const blobs = await stand.emulator.blobs(leasePrefix);
  const problems = [...stand.leaks()];
  for (const [name, value] of Object.entries(exampleSecrets)) {
    const forms = [value, encodeURIComponent(value), JSON.stringify(value), Buffer.from(value).toString("base64")];
    const shows = (text: string) => forms.some((form) => text.includes(form));
    if (rans.some(({ text }) => shows(text))) problems.push(`${name} in what the run shows`);
    for (const blob of blobs) if (shows(blob.text)) problems.push(`${name} in the blob ${blob.name}`);
  }
  for (const { text, masks } of rans)
    for (const mask of masks) if (text.includes(mask)) problems.push(`a masked value in what the run shows`);
  return problems;
}

/** What a successful run must not leave in the storage. */
export async function leftInStorage(stand: Stand): Promise<readonly string[]> {
  const blobs = await stand.emulator.blobs(leasePrefix);
  return blobs.flatMap(({ name, leased, text }) => [
    ...(leased ? [`the lease of ${name} was not released`] : []),
    ...(/"intents"/.test(text) && !text.includes('"closed": true') ? [`an open intent is left in ${name}`] : []),
  ]);
}
