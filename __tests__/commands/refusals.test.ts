import { describe, expect, it } from "@jest/globals";
import type { ComputeDocument } from "../../emulator/arm/computes/document.ts";
import type { Fault } from "../../emulator/faults.ts";
import { machineId } from "../../emulator/resources/machines.ts";
import { formatPosition, isError } from "../../src/yaml/problem.ts";
import { run, type RunOptions } from "../faults/run.ts";
import { useStand } from "../support/use-stand.ts";
import { loadSource } from "../faults/source.ts";
import { computeDocument } from "../faults/stand.ts";
import { checkoutOf } from "../support/step.ts";

const source = await loadSource();
const stand = useStand();

/** The sign ▸ in a file is before the place that the refusal has to name. */
type Files = Readonly<Record<string, string>>;

type Case = {
  readonly of: string;
  readonly files: Files;
  readonly command?: RunOptions["command"];
  readonly inputs?: Readonly<Record<string, string>>;
  readonly live?: readonly ComputeDocument[];
  readonly fault?: Fault;
  readonly reason: string;
};

/** `azureml.yml:3:5`, or nothing where no file has the sign. */
function marked(files: Files): string | undefined {
  for (const [file, text] of Object.entries(files)) {
    const before = text.split("▸");
    if (before.length !== 2) continue;
    const lines = (before[0] ?? "").split("\n");
    return `${file}:${lines.length}:${(lines.at(-1) ?? "").length + 1}`;
  }
  return undefined;
}

async function refused({ files, command = "apply", inputs = {}, live = [], fault }: Omit<Case, "of" | "reason">) {
  for (const compute of live) stand.emulator.putCompute(compute);
  if (fault !== undefined) stand.endpoint.faults.add({ times: 99, ...fault });
  const checkout = checkoutOf(Object.fromEntries(Object.entries(files).map(([f, text]) => [f, text.replace("▸", "")])));
  const { result } = await run(source, { command, checkout, inputs, environment: stand.environment });
  return result;
}

const compute = (name: string, properties: Readonly<Record<string, unknown>>) =>
  computeDocument(name, { disableLocalAuth: true, ...properties });
const cluster = (name: string, { size = "STANDARD_DS3_V2", maximum = 4 } = {}) =>
  compute(name, {
    computeType: "AmlCompute",
    resourceId: null,
    isAttachedCompute: false,
    properties: {
      vmSize: size,
      vmPriority: "Dedicated",
      scaleSettings: { minNodeCount: 0, maxNodeCount: maximum, nodeIdleTimeBeforeScaleDown: "PT120S" },
      remoteLoginPortPublicAccess: "Disabled",
      enableNodePublicIp: true,
    },
  });
const machine = (name: string) =>
  compute(name, {
    computeType: "VirtualMachine",
    resourceId: machineId("vm1"),
    isAttachedCompute: true,
    properties: { sshPort: 22, administratorAccount: { username: "azureuser" }, address: "20.0.0.5" },
  });

const put = (name: string, status: number, error: object): Fault => ({
  method: "PUT",
  path: `/computes/${name}$`,
  kind: "status",
  status,
  body: { error },
});
const vm = (name: string, id: string) => `  - name: ${name}
    type: virtualmachine
    resource_id: ${id}
    ssh_settings: { admin_username: azureuser, admin_password: { env: DSVM_PASSWORD } }
`;
const targets = (lines: string): Files => ({ "azureml.yml": `# targets\ntargets:\n${lines}` });

const ofTargets: readonly Case[] = [
  {
    of: "drift in one field",
    files: targets("  - name: gpu\n    type: amlcompute\n    size: Standard_DS3_v2\n    max_instances: ▸8\n"),
    live: [cluster("gpu")],
    reason: "drift",
  },
  {
    of: "drift in several fields",
    files: targets("  - type: amlcompute\n    name: ▸gpu\n    size: Standard_D2_v2\n    max_instances: 8\n"),
    live: [cluster("gpu")],
    reason: "drift",
  },
  {
    of: "a resource that is attached under another name",
    files: targets(vm("dsvm", `▸${machineId("vm1")}`)),
    live: [machine("theirs")],
    reason: "conflict",
  },
  {
    of: "a name that a compute of another kind has",
    files: targets(vm("▸gpu", machineId("vm1"))),
    live: [cluster("gpu")],
    reason: "conflict",
  },
  {
    of: "a size that the region does not offer",
    files: { "compute/gpu.yml": "name: gpu\ntype: amlcompute\nsize: ▸Standard_NC96ads_A100_v4\n" },
    inputs: { config: "compute/gpu.yml" },
    reason: "preflight-failed",
  },
  {
    of: "a quota that is too small",
    files: targets("  - name: gpu\n    type: amlcompute\n    size: Standard_NC6s_v3\n    min_instances: ▸2\n"),
    reason: "preflight-failed",
  },
  {
    of: "a resource that is not there",
    files: targets(vm("dsvm", `▸${machineId("no-such-machine")}`)),
    reason: "preflight-failed",
  },
];

describe("plan and apply name the place of", () => {
  it.each(ofTargets)("$of", async ({ files, inputs = {}, live = [], reason }) => {
    const where = marked(files);
    for (const command of ["plan", "apply"] as const) {
      await stand.restore(live);
      const result = await refused({ files, inputs, command });
      expect([command, result.failureReason, result.failures.map((failure) => failure.split(" ")[0])]).toEqual([
        command,
        reason,
        [`${where}:`],
      ]);
      const [file, line, column] = (where ?? "").split(":");
      const place = { file, line: Number(line), column: Number(column) };
      expect(result.plan?.steps).toMatchObject([{ action: "refuse", where: place }]);
      if (command === "apply") expect(result.targets).toMatchObject([{ outcome: "failed", where: place }]);
    }
  });
});

const ofService: readonly Case[] = [
  {
    of: "a permission that is missing",
    files: targets("  - name: ▸gpu\n    type: amlcompute\n"),
    fault: put("gpu", 403, { code: "AuthorizationFailed", message: "You may not." }),
    reason: "not-authorized",
  },
  {
    of: "a name that does not follow the service's rule, under a code that says nothing",
    files: targets("  - type: amlcompute\n    name: ▸a-name-of-24-letters-abc\n"),
    fault: put("a-name-of-24-letters-abc", 400, {
      code: "UserError",
      message:
        "Compute name is invalid. It can include letters, digits and dashes. It must start with a letter, end with a letter or digit, and be between 2 and 16 characters in length.",
    }),
    reason: "provisioning-failed",
  },
  {
    of: "a member that the service names",
    files: targets("  - name: gpu\n    type: amlcompute\n    idle_time_before_scale_down: ▸120\n"),
    fault: put("gpu", 400, {
      code: "ValidationError",
      message: "Not allowed here.",
      target: "properties.properties.scaleSettings.nodeIdleTimeBeforeScaleDown",
    }),
    reason: "provisioning-failed",
  },
  {
    of: "an identity that is not there, by the leaf of the error",
    files: targets(
      "  - name: gpu\n    type: amlcompute\n    ▸identity:\n      type: system_assigned\n    max_instances: 2\n",
    ),
    fault: put("gpu", 400, {
      code: "BadRequest",
      message: "It failed.",
      additionalInfo: [{ type: "InnerError", info: { value: { code: "UserAssignedIdentityNotFound" } } }],
    }),
    reason: "provisioning-failed",
  },
  {
    of: "a login that the machine refuses, which its kind knows",
    files: targets(
      `  - name: dsvm\n    type: virtualmachine\n    resource_id: ${machineId("vm1")}\n    ▸ssh_settings:\n      admin_username: azureuser\n      admin_password: { env: DSVM_PASSWORD }\n`,
    ),
    fault: {
      method: "PUT",
      path: "/computes/dsvm$",
      kind: "operation-fails",
      code: "BadRequest",
      message: "Permission denied (publickey,password).",
    },
    reason: "provisioning-failed",
  },
  {
    of: "a size that the service does not take",
    files: targets("  - name: gpu\n    type: amlcompute\n    size: ▸Standard_DS3_v2\n"),
    fault: { method: "PUT", path: "/computes/gpu$", kind: "operation-fails", code: "InvalidVmSize", message: "No." },
    reason: "provisioning-failed",
  },
];

describe("apply names the place of what the service refuses:", () => {
  it.each(ofService)("$of", async (one) => {
    const result = await refused(one);
    expect(result.failureReason).toBe(one.reason);
    expect(result.failures[0]).toMatch(new RegExp(`^${marked(one.files)}: `));
    expect(result.failures).toHaveLength(1);
  });

  it("advises the service's own rule for a name, whatever validate believes", async () => {
    const { failures } = await refused(ofService[1] as Case);
    expect(failures.join()).toContain("The service's rule for the name asks for between 2 and 16 characters.");
  });

  it("nothing in a file where the target is given inline", async () => {
    const result = await refused({
      files: {},
      inputs: { targets: "- { name: gpu, type: amlcompute, max_instances: 8 }" },
      live: [cluster("gpu")],
    });
    expect(result.failures[0]).toMatch(/^gpu \(managed cluster\): It differs in max_instances/);
    expect(result.targets[0]).not.toHaveProperty("where");
    expect(result.plan?.steps[0]).not.toHaveProperty("where");
  });
});

const job = (lines: string, environment = "environment: { image: ubuntu }\n") => ({
  "azureml.yml": "run: jobs/train.yml\n",
  "jobs/train.yml": `# a job\ncommand: echo once\n${environment}${lines}`,
});
const submission = (status: number, error: object): Fault => ({
  method: "PUT",
  path: "/jobs/",
  kind: "status",
  status,
  body: { error },
});
const leaf = (code: string) => ({
  code: "UserError",
  message: "The request is invalid.",
  additionalInfo: [
    { type: "InnerError", info: { value: { code: "NotFound", innerError: { code, innerError: null } } } },
  ],
});

const ofRuns: readonly Case[] = [
  {
    of: "an identity that is not there",
    files: job("▸identity:\n  type: managed\n  client_id: 11111111-1111-4111-8111-111111111111\n"),
    fault: submission(404, leaf("UserAssignedIdentityNotFound")),
    reason: "submission-failed",
  },
  {
    of: "a compute that the service does not find",
    files: job("compute: ▸bystander-cluster\n"),
    fault: submission(400, leaf("ComputeNotFound")),
    reason: "submission-failed",
  },
  {
    of: "an input, by the member that the service names",
    files: job("inputs:\n  lr: 0.1\n  ▸data:\n    path: azureml://datastores/workspaceblobstore/paths/x\n"),
    fault: submission(400, { code: "ValidationError", message: "No.", target: "properties.inputs['data'].uri" }),
    reason: "submission-failed",
  },
  {
    of: "a refusal that names no field",
    files: { ...job(""), "jobs/train.yml": "▸command: echo once\nenvironment: { image: ubuntu }\n" },
    fault: submission(400, { code: "Strange", message: "No." }),
    reason: "submission-failed",
  },
  {
    of: "a permission that is missing",
    files: job("name: ▸train\n"),
    fault: submission(403, { code: "AuthorizationFailed", message: "You may not." }),
    reason: "not-authorized",
  },
  {
    of: "a program that fails",
    files: {
      "azureml.yml": "run: jobs/train.yml\n",
      "jobs/train.yml": "# a job\nenvironment: { image: ubuntu }\ncommand: ▸exit 3\n",
    },
    reason: "run-failed",
  },
];

const notThere: readonly Case[] = [
  {
    of: "an environment that the workspace does not have",
    files: job("", "environment: ▸azureml:no-such-environment@latest\n"),
    reason: "invalid-declaration",
  },
  {
    of: "a compute that is nowhere",
    files: job("compute: ▸no-such-compute\n"),
    reason: "invalid-declaration",
  },
  {
    of: "a secret that is missing",
    files: job("environment_variables:\n  TOKEN: ▸{ env: NO_SUCH_TOKEN }\n"),
    reason: "secret-unavailable",
  },
];

describe("train names the place of", () => {
  it.each(notThere)("$of, before anything is written", async ({ files, reason }) => {
    const { failureReason, problems } = await refused({ files, command: "train" });
    expect([failureReason, problems.filter(isError).map(({ where }) => where && formatPosition(where))]).toEqual([
      reason,
      [marked(files)],
    ]);
  });

  it.each(ofRuns)("$of", async (one) => {
    const result = await refused({ ...one, command: "train" });
    expect([result.failureReason, result.failures]).toEqual([
      one.reason,
      [expect.stringMatching(new RegExp(`^${marked(one.files)}: `))],
    ]);
  });

  it("a gate that is missed", async () => {
    const files = {
      "azureml.yml":
        "run: { command: echo once, environment: { image: ubuntu } }\ngates:\n  - ▸metric: accuracy\n    at_least: 0.9\n",
    };
    const result = await refused({ files, command: "train" });
    expect(result.failures).toEqual([expect.stringMatching(new RegExp(`^${marked(files)}: The gate on accuracy`))]);
  });
});

describe("detach names the place of", () => {
  it("a compute that it may not delete, where that is declared", async () => {
    const files = targets("  - name: ▸gpu\n    type: amlcompute\n");
    const given = { files, command: "detach" as const, inputs: { only: "GPU" }, live: [cluster("gpu")] };
    expect((await refused(given)).failures).toEqual([expect.stringMatching(new RegExp(`^${marked(files)}: GPU: `))]);
    expect((await refused({ ...given, files: {} })).failures).toEqual([expect.stringMatching(/^GPU: /)]);
  });
});

describe("a conflict that never passes is sent once, with its advice, where it refuses", () => {
  const lasting = [
    {
      code: "MissingSubscriptionRegistration",
      message: "The subscription is not registered to use namespace 'Microsoft.MachineLearningServices'.",
      advice: "az provider register --namespace Microsoft.MachineLearningServices",
    },
    {
      code: "ReadOnlyDisabledSubscription",
      message: "The subscription 's' is disabled and therefore marked as read only.",
      advice: "Its owner has to enable it again",
    },
  ];
  const drifted = targets("  - { name: gpu, type: amlcompute, size: Standard_DS3_v2, max_instances: 8 }\n");
  const moved = targets(vm("dsvm", machineId("vm2")));
  const environment = { "env.yml": "name: env\nimage: ubuntu\n" };
  const requests: readonly (Omit<Case, "reason" | "fault"> & { readonly method: string; readonly path: string })[] = [
    {
      of: "an update",
      method: "PATCH",
      path: "/computes/gpu$",
      files: drifted,
      live: [cluster("gpu")],
      inputs: { "on-drift": "update" },
    },
    {
      of: "a removal before an attachment",
      method: "DELETE",
      path: "/computes/dsvm$",
      files: moved,
      live: [machine("dsvm")],
      inputs: { "on-drift": "reattach" },
    },
    {
      of: "a detachment",
      command: "detach",
      method: "DELETE",
      path: "/computes/dsvm$",
      files: moved,
      live: [machine("dsvm")],
      inputs: { only: "dsvm" },
    },
    { of: "a submission", command: "train", method: "PUT", path: "/jobs/[^/]+$", files: job("") },
    {
      of: "an environment",
      method: "PUT",
      path: "/environments/env/versions/[^/]+$",
      files: environment,
      inputs: { config: "env.yml" },
    },
    {
      of: "an environment of a job",
      command: "train",
      method: "PUT",
      path: "/environments/[^/]+/versions/[^/]+$",
      files: job(""),
    },
    {
      of: "the upload of a job's code",
      command: "train",
      method: "POST",
      path: "/startPendingUpload$",
      files: { ...job("code: src\n"), "jobs/src/a.py": "1" },
    },
  ];

  it.each(requests.flatMap((request) => lasting.map((refusal) => ({ ...request, ...refusal }))))(
    "$of: $code",
    async ({ method, path, code, message, advice, ...given }) => {
      const fault: Fault = { method, path, kind: "status", status: 409, body: { error: { code, message } } };
      const { failures } = await refused({ ...given, fault });
      expect(failures).toEqual([expect.stringContaining(advice)]);
      const sent = stand.requests().filter((one) => one.method === method && new RegExp(path).test(one.path));
      expect(sent).toHaveLength(1);
    },
  );

  it("the lease: the storage counts as unusable, and nobody is waited for", async () => {
    const fault: Fault = {
      method: "PUT",
      path: "/azureml-blobstore/",
      kind: "status",
      status: 409,
      headers: { "x-ms-error-code": "AccountIsDisabled" },
    };
    const { failures, targets: done } = await refused({ files: drifted, fault });
    expect(failures).toEqual([]);
    expect(done).toMatchObject([{ action: "create", guarantee: "verified" }]);
  });
});

describe("a workspace that a file names", () => {
  it("is refused at its line where it is not there, or where its subscription is given by name", async () => {
    const gone = "▸workspace: { name: no-such-workspace }\ntargets: [{ name: gpu, type: amlcompute }]\n";
    const named = "▸workspace: { subscription_id: ML production }\ntargets: [{ name: gpu, type: amlcompute }]\n";
    for (const [text, said] of [
      [gone, "There is no workspace 'no-such-workspace'"],
      [named, 'The subscription "ML production" of subscription_id under workspace: is not a GUID.'],
    ] as const) {
      const { failures } = await refused({ files: { "azureml.yml": text }, command: "plan" });
      expect(failures).toEqual([expect.stringContaining(`azureml.yml:1:1: ${said}`)]);
    }
  });
});
