import { beforeAll, describe, expect, it } from "@jest/globals";
import { machine, machineId, machineWithNetwork } from "../../emulator/resources/machines.ts";
import { resourceId, type ResourceDocument } from "../../emulator/resources/resource.ts";
import type { PlannedStep } from "../../src/report/result.ts";
import { bodyOf, dataId, placesOf, readYaml } from "../support/declared.ts";
import { planCases, wordsOf, type FindingCase } from "../support/findings.ts";

const yaml = (settings: string) =>
  `name: v1-vm\ntype: virtualmachine\nresource_group: rg-data\nvm_name: vm2\nssh_settings:\n  admin_username: azureuser\n${settings}`;

describe("a virtual machine's request", () => {
  it("is the official client's, with a password", async () => {
    expect(await bodyOf(yaml("  admin_password: { env: P }\n"))).toEqual({
      location: "eastus",
      properties: {
        computeType: "VirtualMachine",
        resourceId: dataId("Microsoft.Compute/virtualMachines", "vm2"),
        properties: { sshPort: 22, administratorAccount: { username: "azureuser", password: "***" } },
      },
    });
  });

  it("is the first SDK's, with a private key and its passphrase, less the members that it sends empty", async () => {
    // azureml-core 1.61.0 also sends address: null, publicKeyData: "" and password: "".
    expect(await bodyOf(yaml("  ssh_private_key_file: { env: K }\n  passphrase: { env: W }\n"))).toEqual({
      location: "eastus",
      properties: {
        computeType: "VirtualMachine",
        resourceId: dataId("Microsoft.Compute/virtualMachines", "vm2"),
        properties: {
          sshPort: 22,
          administratorAccount: { username: "azureuser", privateKeyData: "***", passphrase: "***" },
        },
      },
    });
  });
});

describe("a virtual machine's login", () => {
  it.each([
    {
      settings: "  admin_password: { env: P }\n  passphrase: { env: W }\n",
      problem: "error passphrase-without-key 8:15",
    },
    {
      settings: "  ssh_private_key_file: { env: K }\n  passphrase: open sesame\n",
      problem: "error literal-secret 8:15",
    },
    { settings: "  passphrase: { env: W }\n", problem: "error password-or-key 6:19" },
    { settings: "  admin_password: hunter2\n", problem: "error literal-secret 7:19" },
    { settings: "  ssh_private_key_file: id_rsa\n", problem: "error literal-secret 7:25" },
    { settings: "  admin_password: { env: P }\n  ssh_port: 0\n", problem: "error out-of-range 8:13" },
  ])("is an error at its place: $problem", ({ settings, problem }) => {
    const { problems } = readYaml(yaml(settings));
    expect(placesOf(problems)).toContain(problem);
    expect(JSON.stringify(problems)).not.toMatch(/hunter2|open sesame/);
  });
});

/** A machine of which something is otherwise than the service wants it. */
function machineWith(name: string, properties: object): readonly ResourceDocument[] {
  const [vm = machine(name), ...network] = machineWithNetwork(name);
  return [{ ...vm, properties: { ...(vm["properties"] as object), ...properties } }, ...network];
}
const image = (publisher: string, offer: string, osType = "Linux") => ({
  storageProfile: { osDisk: { osType }, imageReference: { publisher, offer, sku: "gen2" } },
});
const state = (power: string, osName?: string) => ({
  instanceView: { ...(osName === undefined ? {} : { osName }), statuses: [{ code: `PowerState/${power}` }] },
});
const nicWith = (name: string, configuration: object): ResourceDocument => ({
  id: resourceId("Microsoft.Network/networkInterfaces", `${name}-nic`),
  properties: { ipConfigurations: [{ properties: configuration }] },
});
const attach = ({ vm, subscription = "33333333-3333-4333-8333-333333333333" }: Case) =>
  `type: virtualmachine, subscription_id: ${subscription}, resource_group: rg-data, vm_name: ${vm}, ssh_settings: { admin_username: u, admin_password: { env: P } }`;
type Case = Omit<FindingCase, "target"> & { readonly vm: string; readonly subscription?: string };

const cases: readonly Case[] = [
  { vm: "good", when: "it is as the service wants it", resources: machineWithNetwork("good"), expected: [] },
  { vm: "absent", when: "it does not exist", resources: [], expected: ["error resource-not-found"] },
  {
    vm: "secret",
    when: "the identity may not read it",
    resources: machineWithNetwork("secret"),
    hidden: ["/virtualMachines/secret$"],
    expected: ["not-checked resource-not-readable"],
  },
  {
    vm: "elsewhere",
    when: "the identity sees nothing of its subscription",
    resources: [],
    subscription: "44444444-4444-4444-8444-444444444444",
    expected: ["not-checked resource-not-readable"],
  },
  {
    vm: "windows",
    when: "it runs Windows",
    resources: machineWith("windows", image("MicrosoftWindowsServer", "WindowsServer", "Windows")),
    expected: ["error vm-not-linux"],
  },
  {
    vm: "centos",
    when: "it runs another distribution",
    resources: machineWith("centos", { ...image("OpenLogic", "CentOS"), ...state("running", "centos") }),
    expected: ["error vm-not-ubuntu"],
  },
  {
    vm: "debian",
    when: "its image is another distribution's and its agent says nothing",
    resources: machineWith("debian", { ...image("Debian", "debian-12"), ...state("running") }),
    expected: ["error vm-not-ubuntu"],
  },
  {
    vm: "own-image",
    when: "it has a custom image and its agent says nothing",
    resources: machineWith("own-image", {
      storageProfile: { osDisk: { osType: "Linux" }, imageReference: { id: "/images/mine" } },
      ...state("running"),
    }),
    expected: ["warning vm-system-unknown"],
  },
  {
    vm: "own-ubuntu",
    when: "it has a custom image and its agent says Ubuntu",
    resources: machineWith("own-ubuntu", {
      storageProfile: { osDisk: { osType: "Linux" }, imageReference: { id: "/images/mine" } },
      ...state("running", "ubuntu"),
    }),
    expected: [],
  },
  {
    vm: "stopped",
    when: "it is deallocated",
    resources: machineWith("stopped", state("deallocated")),
    expected: ["error vm-not-running"],
  },
  {
    vm: "starting",
    when: "it is starting",
    resources: machineWith("starting", state("starting")),
    expected: ["warning vm-not-running"],
  },
  {
    vm: "mute",
    when: "it does not report its power state",
    resources: machineWith("mute", { instanceView: {} }),
    expected: ["warning vm-state-unknown"],
  },
  {
    vm: "private",
    when: "it has no public address",
    resources: [...machineWithNetwork("private"), nicWith("private", { privateIPAddress: "10.0.0.4" })],
    expected: ["error vm-no-public-address"],
  },
  {
    vm: "natted",
    when: "a load balancer's rule leads to it",
    resources: [...machineWithNetwork("natted"), nicWith("natted", { loadBalancerInboundNatRules: [{ id: "/rule" }] })],
    expected: ["warning vm-behind-load-balancer"],
  },
  {
    vm: "dynamic",
    when: "its dynamic address has no value",
    resources: [
      ...machineWithNetwork("dynamic"),
      {
        id: resourceId("Microsoft.Network/publicIPAddresses", "dynamic-ip"),
        properties: { publicIPAllocationMethod: "Dynamic" },
      },
    ],
    expected: ["warning vm-address-not-assigned"],
  },
  {
    vm: "hidden-nic",
    when: "the identity may not read its network interface",
    resources: machineWithNetwork("hidden-nic"),
    hidden: ["/networkInterfaces/hidden-nic-nic$"],
    expected: ["not-checked resource-not-readable"],
  },
  {
    vm: "several",
    when: "several things are wrong at once",
    resources: [...machineWith("several", { ...image("RedHat", "RHEL"), ...state("stopped") }), nicWith("several", {})],
    expected: ["error vm-not-ubuntu", "error vm-not-running", "error vm-no-public-address"],
  },
];

describe("before a virtual machine is attached, the plan", () => {
  let steps: readonly PlannedStep[];
  beforeAll(async () => {
    steps = await planCases(cases.map((one) => ({ ...one, target: attach(one) })));
  });

  it.each(cases.map((one, index) => ({ ...one, index })))("finds $expected when $when", ({ index, expected }) => {
    expect(wordsOf(steps[index])).toEqual(expected);
    const refused = expected.some((word) => word.startsWith("error"));
    expect(steps[index]?.action).toBe(refused ? "refuse" : "attach");
  });

  it("says how to start a machine that is stopped", () => {
    const index = cases.findIndex(({ vm }) => vm === "stopped");
    expect(steps[index]?.findings[0]?.advice).toBe(`Start it: az vm start --ids ${machineId("stopped")}`);
  });
});
