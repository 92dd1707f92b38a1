import type { Store } from "./store.ts";
import { seeded } from "./settings.ts";

const group = `/subscriptions/${seeded.subscriptionId}/resourceGroups/rg-data/providers`;

/** ARM id of a machine that is there from the start. */
export function machineId(name: string): string {
  return `${group}/Microsoft.Compute/virtualMachines/${name}`;
}

/** The resources that targets point at, and a secret: put once into an empty store. */
export function seed(store: Store): void {
  if (store.get("seeded", "yes") !== undefined) return;
  for (const name of [seeded.machine, "vm1", "vm2", "vm3"]) addMachine(store, name);
  store.put("secrets", "dsvm-password", "Secret-from-the-vault-1");
  store.put("seeded", "yes", true);
}

export function addMachine(store: Store, name: string): void {
  const id = machineId(name);
  store.put("resources", id.toLowerCase(), {
    id,
    name,
    type: "Microsoft.Compute/virtualMachines",
    location: seeded.location,
    properties: {
      provisioningState: "Succeeded",
      hardwareProfile: { vmSize: "Standard_DS3_v2" },
      storageProfile: {
        osDisk: { osType: "Linux" },
        imageReference: { publisher: "microsoft-dsvm", offer: "ubuntu-2204", sku: "2204-gen2" },
      },
      networkProfile: { networkInterfaces: [] },
      instanceView: { osName: "ubuntu", osVersion: "22.04", statuses: [{ code: "PowerState/running" }] },
    },
  });
}
