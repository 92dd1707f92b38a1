import { describe, expect, it } from "@jest/globals";
import { resourceIdOf } from "../../src/compute/target.ts";
import { dataId, placesOf, readYaml } from "../support/declared.ts";

const vmId = dataId("Microsoft.Compute/virtualMachines", "vm2");
const login = "ssh_settings: { admin_username: u, admin_password: { env: P } }\n";
const vm = (parts: string) => `name: v1-vm\ntype: virtualmachine\n${parts}\n${login}`;
const cluster = (settings: string) => `name: cpu-cluster\ntype: amlcompute\n${settings}\n`;
const network = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v";

describe("what names a resource", () => {
  it.each([
    { yaml: vm(`resource_group: rg-data\nvm_name: ${vmId}`), expected: ["error malformed-name 4:10"] },
    { yaml: vm("resource_group: rg-data\nvm_name: vm?x"), expected: ["error malformed-name 4:10"] },
    { yaml: vm('resource_group: ""\nvm_name: vm2'), expected: ["error malformed-name 3:17"] },
    {
      yaml: vm("resource_group: rg-data\nvm_name: vm2\nsubscription_id: a/b"),
      expected: ["error malformed-name 5:18"],
    },
    { yaml: vm("resource_group: rg_(data).1\nvm_name: vm2"), expected: [] },
    {
      yaml: cluster(
        "identity: { type: user_assigned, user_assigned_identities: [{ resource_id: identity_resource_id }] }",
      ),
      expected: [],
    },
    {
      yaml: cluster(`identity: { type: user_assigned, user_assigned_identities: [{ resource_id: ${vmId} }] }`),
      expected: ["error malformed-resource-id 3:76"],
    },
    { yaml: cluster("network_settings: { subnet: /subscriptions/s }"), expected: ["error malformed-resource-id 3:29"] },
    { yaml: cluster(`network_settings: { subnet: ${network} }`), expected: ["error malformed-resource-id 3:29"] },
    { yaml: cluster(`network_settings: { subnet: ${network}/subnets/default }`), expected: [] },
    { yaml: cluster(`network_settings: { subnet: default, vnet_name: ${network} }`), expected: [] },
    {
      yaml: cluster(`network_settings: { subnet: default, vnet_name: ${network}/subnets/a }`),
      expected: ["error malformed-resource-id 3:49"],
    },
    { yaml: cluster("network_settings: { subnet: <SUBNET>, vnet_name: <VNET_NAME> }"), expected: [] },
    { yaml: cluster("network_settings: { subnet: a/b, vnet_name: v }"), expected: ["error malformed-name 3:29"] },
  ])("$#: is wrong where it says so: $expected", ({ yaml, expected }) => {
    expect(placesOf(readYaml(yaml).problems)).toEqual(expected);
  });

  it("is taken without the spaces around it", () => {
    const { target } = readYaml(vm(`resource_id: " ${vmId} "`));
    expect(target && resourceIdOf(target)).toBe(vmId);
  });
});
