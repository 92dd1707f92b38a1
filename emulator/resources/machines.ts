import { seeded } from "../settings.ts";
import { resourceId, type ResourceDocument } from "./resource.ts";

/** ARM id of a machine. */
export function machineId(name: string): string {
  return resourceId("Microsoft.Compute/virtualMachines", name);
}

/** A running Ubuntu machine. */
export function machine(name: string): ResourceDocument {
  return {
    id: machineId(name),
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
  };
}
