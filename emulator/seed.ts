import { machine } from "./resources/machines.ts";
import { capacityDocuments } from "./resources/sizes.ts";
import type { ResourceDocument } from "./resources/resource.ts";
import { seeded } from "./settings.ts";
import type { Store } from "./store.ts";

/** What targets can point at from the start. */
const resources: readonly ResourceDocument[] = [
  ...[seeded.machine, "vm1", "vm2", "vm3"].map(machine),
  ...capacityDocuments,
];

/** The resources that targets point at, and a secret: put once into an empty store. */
export function seed(store: Store): void {
  if (store.get("seeded", "yes") !== undefined) return;
  for (const resource of resources) putResource(store, resource);
  store.put("secrets", "dsvm-password", "Secret-from-the-vault-1");
  store.put("seeded", "yes", true);
}

export function putResource(store: Store, resource: ResourceDocument): void {
  store.put("resources", resource.id.toLowerCase(), resource);
}
