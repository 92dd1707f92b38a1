import { seeded } from "../settings.ts";

/** A resource that a target points at, as ARM shows it. A list is a document with `value`, kept under the list's own path. */
export type ResourceDocument = { readonly id: string; readonly [member: string]: unknown };

/** ARM id of a resource in the group that holds what targets point at. */
export function resourceId(type: string, ...names: readonly string[]): string {
  const [namespace, ...types] = type.split("/");
  const path = types.map((part, index) => `${part}/${names[index] ?? ""}`).join("/");
  return `/subscriptions/${seeded.subscriptionId}/resourceGroups/rg-data/providers/${namespace ?? ""}/${path}`;
}
