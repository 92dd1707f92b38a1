import { emulatedKinds } from "./arm/computes/kinds.ts";
import { capacityDocuments } from "./resources/sizes.ts";
import type { ResourceDocument } from "./resources/resource.ts";
import type { Store } from "./store.ts";

/** The resources that targets point at, and a secret: put once into an empty store. */
export function seed(store: Store): void {
  if (store.get("seeded", "yes") !== undefined) return;
  const resources = [...emulatedKinds.values()].flatMap(({ seeds = [] }) => seeds);
  for (const resource of [...resources, ...capacityDocuments]) putResource(store, resource);
  store.put("secrets", "dsvm-password", "Secret-from-the-vault-1");
  store.put("seeded", "yes", true);
}

export function putResource(store: Store, resource: ResourceDocument): void {
  store.put("resources", resource.id.toLowerCase(), resource);
}
