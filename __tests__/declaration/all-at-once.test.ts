import { describe, expect, it } from "@jest/globals";
import { declare } from "../support/declare.ts";

/** `3:13 duplicate-name`: every error of a declaration file, and what it says. */
async function errorsIn(yaml: string) {
  const { problems } = await declare({ "azureml.yml": yaml }, { subscriptionId: "s" });
  const errors = problems.filter(({ severity }) => severity === "error");
  return {
    places: errors.map(({ where, code }) => `${where?.line ?? ""}:${where?.column ?? ""} ${code}`),
    text: errors.map(({ message, fix }) => `${message} ${fix}`).join("\n"),
  };
}

const login = (more: string) => `ssh_settings: { admin_username: u, ${more} }`;
const machine = `type: virtualmachine, resource_id: /subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v`;

describe("one problem hides no other:", () => {
  it.each([
    [
      "a misspelt key, and two members that contradict each other",
      "targets:\n  - { name: cpu, type: amlcompute, sise: x, min_instances: 9, max_instances: 4 }\n",
      ["2:36 unknown-key", "2:60 min-above-max"],
    ],
    [
      "a slip of a member that a rule needs, which then says nothing",
      "targets:\n  - { name: cpu, type: amlcompute, min_instances: 9, max_instance: 10 }\n",
      ["2:54 unknown-key"],
    ],
    [
      "an unknown key, and two ways to log in",
      `targets:\n  - { name: dsvm, foo: 1, ${machine}, ${login("admin_password: { env: P }, ssh_private_key_file: { env: Q }")} }\n`,
      ["2:19 unknown-key", "2:228 password-or-key"],
    ],
    [
      "a target that cannot be read, and its name a second time",
      "targets:\n  - { name: cpu, type: amlcomput }\n  - { name: CPU, type: amlcompute }\n",
      ["2:24 unknown-type", "3:13 duplicate-name"],
    ],
    [
      "a key that no job has, and an input that is not declared",
      'run:\n  command: "x ${{inputs.a}}"\n  compte: cpu\n',
      ["2:12 unknown-binding", "3:3 unknown-key"],
    ],
    [
      "a slip of inputs, and nothing about what is in it",
      'run:\n  command: "x ${{inputs.a}}"\n  input: { a: 1 }\n',
      ["3:3 unknown-key"],
    ],
    [
      "an unknown key at the top, prices, gates and the workspace",
      "prices: { Standard_DS3_v2: -1, small: 1 }\nrunz: {}\ngates: [{ metric: a }, { metrik: b }]\ntargets: [{ name: x, type: amlcompute }]\n",
      [
        "1:28 out-of-range",
        "1:32 unknown-size-form",
        "2:1 unknown-key",
        "3:9 gate-condition",
        "3:24 missing-key",
        "3:26 unknown-key",
        "4:19 illegal-name",
      ],
    ],
  ])("%s", async (_, yaml, places) => {
    const errors = await errorsIn(yaml);
    expect(errors.places).toEqual(places);
  });
});

describe("another dialect is told the form of today:", () => {
  const target = (lines: string) => `targets:\n  - { name: cpu, ${lines} }\n`;
  it.each([
    [
      "ARM's JSON",
      target("type: amlcompute, properties: { vmSize: x, scaleSettings: { maxNodeCount: 4 } }"),
      1,
      "vmSize is size; scaleSettings is min_instances, max_instances",
    ],
    [
      "the first SDK's network",
      target("type: amlcompute, vnet_resourcegroup_name: g"),
      1,
      "network_settings.subnet, as a full ID with its group",
    ],
    [
      "the first SDK's machine",
      target(`${machine}, address: 1.2.3.4, ${login("admin_password: { env: P }")}`),
      1,
      "named by resource_id alone",
    ],
    [
      "the first SDK's AKS",
      target("type: aks, vm_size: Standard_D3_v2, ssl_cert_pem_file: x"),
      2,
      "It is agent_vm_size here.",
    ],
    [
      "the first SDK's instance",
      target("type: computeinstance, size: Standard_DS3_v2, assigned_user_object_id: x"),
      1,
      "create_on_behalf_of.user_object_id",
    ],
    ["compute_type", target("compute_type: AmlCompute"), 1, "Write type in place of compute_type"],
    [
      "a target by its name in a list",
      "targets:\n  - cpu: { type: amlcompute }\n",
      1,
      'Write name: cpu in place of "cpu:"',
    ],
    ["targets without dash and indent", "targets:\ncpu:\n  type: amlcompute\n", 1, '"- name: cpu", and its keys below'],
    [
      "a run without indent",
      "run:\ncommand: x\nenvironment: azureml:e:1\n",
      1,
      "Indent command and environment below run.",
    ],
    [
      "a key that is indented too far",
      "targets:\n- name: cpu\n  type: amlcompute\n   size: Standard_DS3_v2\n",
      1,
      'The line "size: Standard_DS3_v2" does not fit the indentation',
    ],
    ["target in place of targets", "target:\n  - { name: cpu, type: amlcompute }\n", 1, "Did you mean targets?"],
    ["computes in place of targets", "computes:\n  - { name: cpu, type: amlcompute }\n", 1, "Did you mean targets?"],
    ["a run configuration", "run: { command: x, framework: Python }\n", 1, "run configurations of the first SDK"],
    [
      "nodes beside serverless compute",
      "run: { command: x, compute: { instance_count: 2 } }\n",
      1,
      "resources: { instance_count: 2 } in its place",
    ],
  ])("%s", async (_, yaml, count, said) => {
    const errors = await errorsIn(yaml);
    expect(errors.text).toContain(said);
    expect(errors.places).toHaveLength(count);
  });
});
