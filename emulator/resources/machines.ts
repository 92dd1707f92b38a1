import { seeded } from "../settings.ts";
import { resourceId, type ResourceDocument } from "./resource.ts";

/** ARM id of a machine. */
export function machineId(name: string): string {
  return resourceId("Microsoft.Compute/virtualMachines", name);
}

/** A running Ubuntu machine with what it hangs on: a network interface with a public address. */
export function machineWithNetwork(name: string): readonly ResourceDocument[] {
  const network = (type: string, own: string, properties: object): ResourceDocument => ({
    id: resourceId(`Microsoft.Network/${type}`, own),
    name: own,
    type: `Microsoft.Network/${type}`,
    location: seeded.location,
    properties: { provisioningState: "Succeeded", ...properties },
  });
  const address = network("publicIPAddresses", `${name}-ip`, {
    publicIPAllocationMethod: "Static",
    ipAddress: "20.0.0.5",
  });
  const nic = network("networkInterfaces", `${name}-nic`, {
    primary: true,
    ipConfigurations: [
      { name: "ipconfig1", properties: { privateIPAddress: "10.0.0.4", publicIPAddress: { id: address.id } } },
    ],
  });
  return [machine(name), nic, address];
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
      networkProfile: { networkInterfaces: [{ id: resourceId("Microsoft.Network/networkInterfaces", `${name}-nic`) }] },
      instanceView: { osName: "ubuntu", osVersion: "22.04", statuses: [{ code: "PowerState/running" }] },
    },
  };
}
