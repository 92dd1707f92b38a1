import { describe, expect, it } from "@jest/globals";
import { Ajv } from "ajv";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { PlanFile } from "../../src/plan/plan-file.ts";
import { askArm } from "../support/ask-arm.ts";
import { actIn, checkoutOf, password, writesIn, type StepOptions } from "../support/step.ts";
import { useEmulator, workspaceLine } from "../support/use-emulator.ts";

/** A plan that is written by one step and applied by another, to the letter or not at all. */
const emulator = useEmulator({
  durations: { default: 0.2 },
});

const declared = ({ nodes = 4, port = 22, vm = "vm1" } = {}) =>
  `${workspaceLine}targets:\n` +
  `  - { name: cpu, type: amlcompute, size: Standard_DS3_v2, max_instances: ${nodes} }\n` +
  `  - name: dsvm\n    type: virtualmachine\n    resource_id: ${emulator.machineId(vm)}\n    ssh_settings: { admin_username: azureuser, admin_password: { env: DSVM_PASSWORD }, ssh_port: ${port} }\n`;
const repository = (text = declared()) => checkoutOf({ "azureml.yml": text });
const file = "plans/today.json";
const run = (command: string, checkout: string, inputs: StepOptions["inputs"] = {}, options: StepOptions = {}) =>
  actIn(emulator, command, checkout, { ...options, inputs: { "plan-file": file, ...inputs } });
const planIn = (checkout: string) => JSON.parse(readFileSync(join(checkout, file), "utf8")) as PlanFile;
const messages = (step: { readonly annotations: readonly { readonly message: string }[] }) =>
  step.annotations.map(({ message }) => message).join("\n");
const computesIn = () => writesIn(emulator.journal());

describe("the plan file", () => {
  it("matches the published schema, holds every request in full and no secret, and needs none", async () => {
    const checkout = repository();
    const step = await run("plan", checkout, {}, { environment: { DSVM_PASSWORD: "" } });
    expect(step.exitCode).toBe(0);
    const plan = planIn(checkout);
    const schema = JSON.parse(
      readFileSync(join(import.meta.dirname, "../../schema/plan.schema.json"), "utf8"),
    ) as object;
    const validate = new Ajv({ strict: false }).compile(schema);
    expect([validate(plan), validate.errors]).toEqual([true, null]);
    expect(plan.steps.map(({ target, action }) => [target, action])).toEqual([
      ["cpu", "create"],
      ["dsvm", "attach"],
    ]);
    const root =
      "/subscriptions/33333333-3333-4333-8333-333333333333/resourceGroups/rg-ml/providers/Microsoft.MachineLearningServices/workspaces/mlw-main/computes";
    expect(plan.steps[1]?.requests).toEqual([
      {
        method: "PUT",
        path: `${root}/dsvm`,
        apiVersion: "2023-08-01-preview",
        body: {
          location: "eastus",
          properties: {
            computeType: "VirtualMachine",
            resourceId: emulator.machineId("vm1"),
            properties: {
              sshPort: 22,
              administratorAccount: { username: "azureuser", password: "{ env: DSVM_PASSWORD }" },
            },
          },
        },
      },
    ]);
    expect(computesIn()).toEqual([]);
  });

  it("is sent request for request when it is applied", async () => {
    const checkout = repository();
    await run("plan", checkout);
    const applied = await run("apply", checkout);
    expect(applied.log.join("\n")).toContain("Applying the plan in plans/today.json, made at");
    expect(applied.exitCode).toBe(0);
    const sent = emulator.journal().filter(({ method, path }) => method === "PUT" && path.includes("/computes/"));
    const planned = planIn(checkout).steps.flatMap(({ requests }) => requests);
    const inOrder = (paths: readonly string[]) => [...paths].sort();
    expect(inOrder(sent.map(({ path, query }) => `${path} ${query["api-version"] ?? ""}`))).toEqual(
      inOrder(planned.map(({ path, apiVersion }) => `${path} ${apiVersion}`)),
    );
    const body = (of: readonly { readonly path: string; readonly body?: unknown }[]) =>
      JSON.parse(
        JSON.stringify(of.find(({ path }) => path.endsWith("/dsvm"))?.body)
          // The emulator's journal puts secrets out of sight, the plan has their references.
          .replace(/"(\*\*\*|\{ env: [^"]*)"/, '"secret"'),
      ) as unknown;
    expect(body(sent)).toEqual(body(planned));
    expect(JSON.stringify(planIn(checkout))).not.toContain(password);
  });

  it("lists removals first, with detach or delete, and shows the secret's reference", async () => {
    await run("apply", repository(), { "plan-file": "" });
    const checkout = repository(declared({ port: 2222 }));
    const step = await run("plan", checkout, { "on-drift": "reattach" });
    const { requests, changes, means } = planIn(checkout).steps[1] ?? {};
    expect(requests?.map(({ method, query }) => [method, query?.["underlyingResourceAction"]])).toEqual([
      ["DELETE", "Detach"],
      ["PUT", undefined],
    ]);
    expect([means, changes]).toEqual([
      "reattach",
      [
        { field: "ssh_settings.ssh_port", from: "22", to: "2222", means: "reattach" },
        { field: "ssh_settings.admin_password", from: "unknown", to: "{ env: DSVM_PASSWORD }", means: "reattach" },
      ],
    ]);
    expect(step.summary).toContain("detach, then attach again");
    expect(step.outputs["to-reattach"]).toBe("1");
    emulator.clearJournal();
    expect((await run("apply", checkout, { "on-drift": "reattach" })).exitCode).toBe(0);
    expect(computesIn()).toEqual(["DELETE computes/dsvm", "PUT computes/dsvm"]);
  });

  it("may be in the runner's temporary folder", async () => {
    const folder = mkdtempSync(join(tmpdir(), "plan-"));
    const checkout = repository();
    const path = join(folder, "deep", "plan.json");
    expect((await run("plan", checkout, { "plan-file": path })).exitCode).toBe(0);
    expect(existsSync(path)).toBe(true);
    expect((await run("up", checkout, { "plan-file": path })).exitCode).toBe(0);
    expect(computesIn()).toHaveLength(2);
  });
});

describe("a plan is not applied when", () => {
  it.each([
    {
      name: "a declaration has changed",
      now: () => declared({ nodes: 8 }),
      message: "cpu: its declaration has changed: properties.properties.scaleSettings.maxNodeCount was 4 and is 8",
    },
    {
      name: "a target is newly declared",
      now: () => `${declared()}  - { name: more, type: amlcompute }\n`,
      message: "more: it is declared, but not in the plan.",
    },
    {
      name: "a target is no longer declared",
      now: () => declared().replace(/ {2}- \{ name: cpu.*\n/, ""),
      message: "cpu: it is in the plan, but no longer declared.",
    },
  ])("$name: nothing is written, and the failure names the difference", async ({ now, message }) => {
    const checkout = repository();
    await run("plan", checkout);
    writeFileSync(join(checkout, "azureml.yml"), now());
    const step = await run("apply", checkout);
    expect(step.exitCode).toBe(1);
    expect(step.outputs["failure-reason"]).toBe("plan-outdated");
    expect(messages(step)).toContain(message);
    expect(computesIn()).toEqual([]);
  });

  it("the workspace has changed: nothing is written, not even for unchanged targets", async () => {
    const checkout = repository();
    await run("plan", checkout);
    const other = declared({ vm: "vm2" }).replace("name: dsvm", "name: taken").replace("vm2", "vm1");
    await run("apply", repository(other), { "plan-file": "", only: "taken" });
    emulator.clearJournal();
    const step = await run("apply", checkout);
    expect(step.outputs["failure-reason"]).toBe("plan-outdated");
    expect(messages(step)).toContain(
      "dsvm: the plan says 'attach'; now it is refused. Its resource is already attached",
    );
    expect(messages(step)).toContain("'taken'");
    expect(computesIn()).toEqual([]);
  });

  it.each([
    { input: "on-drift", value: "update", message: "on-drift: fail; now it is update" },
    { input: "on-conflict", value: "adopt", message: "on-conflict: fail; now it is adopt" },
    { input: "allow-delete", value: "true", message: "allow-delete: false; now it is true" },
    { input: "force", value: "true", message: "force: false; now it is true" },
    { input: "only", value: "cpu", message: "only: []; now it is [cpu]" },
    { input: "set", value: "targets.cpu.max_instances=5", message: "now it is [targets.cpu.max_instances=5]" },
  ])("$input has changed", async ({ input, value, message }) => {
    const checkout = repository();
    await run("plan", checkout);
    emulator.clearJournal();
    const step = await run("apply", checkout, { [input]: value });
    expect(step.outputs["failure-reason"]).toBe("plan-outdated");
    expect(messages(step)).toContain(message);
    expect(emulator.journal()).toEqual([]);
  });

  it("it was made for another workspace", async () => {
    emulator.addWorkspace({ name: "mlw-other", resourceGroup: "rg-other" });
    const checkout = repository();
    await run("plan", checkout);
    const step = await run("apply", checkout, { "resource-group": "rg-other", workspace: "mlw-other" });
    expect(step.outputs["failure-reason"]).toBe("plan-outdated");
    expect(messages(step)).toContain("/resourceGroups/rg-other/");
    expect(computesIn()).toEqual([]);
  });

  it.each([
    { name: "is missing", edit: undefined, code: undefined, at: undefined },
    {
      name: "is not JSON",
      edit: (text: string) => text.replace('"steps": [', '"steps": [,'),
      code: "plan-malformed",
      at: /^\d+$/,
    },
    {
      name: "is of another version",
      edit: (text: string) => text.replace('"schemaVersion": 1', '"schemaVersion": 7'),
      code: "plan-version",
      at: /^2$/,
    },
    {
      name: "was edited",
      edit: (text: string) => text.replace('"maxNodeCount": 4', '"maxNodeCount": 400'),
      code: "plan-edited",
      at: /^\d\d+$/,
    },
    {
      name: "has an unknown key",
      edit: (text: string) => text.replace('"madeAt"', '"made_at"'),
      code: "unknown-key",
      at: /^3$/,
    },
    { name: "is something else", edit: () => '["no plan"]\n', code: "plan-version", at: /^1$/ },
  ])("the file $name: the problem is at its place, and no request is sent", async ({ edit, code, at }) => {
    const checkout = repository();
    await run("plan", checkout);
    emulator.clearJournal();
    const path = join(checkout, file);
    if (edit !== undefined) writeFileSync(path, edit(readFileSync(path, "utf8")));
    const step = await run("apply", checkout, edit === undefined ? { "plan-file": "nowhere.json" } : {});
    expect(step.exitCode).toBe(1);
    expect(step.outputs["failure-reason"]).toBe("invalid-input");
    if (code === undefined || at === undefined)
      expect(messages(step)).toContain("'nowhere.json' (plan-file) cannot be read");
    else {
      const found = step.annotations.find(({ properties }) => properties["title"] === code);
      expect(found?.properties["file"]).toBe(file);
      expect(found?.properties["line"]).toMatch(at);
    }
    expect(emulator.journal()).toEqual([]);
  });

  it("it refuses a step: the reasons are those of the plan", async () => {
    await run("apply", repository(), { "plan-file": "" });
    const checkout = repository(declared({ nodes: 8 }));
    const planned = await run("plan", checkout);
    expect(planned.exitCode).toBe(1);
    // What changed, and the input that would allow it.
    expect(planned.summary).toMatch(
      /\| <code>max&#95;instances<\/code>&#58; \d → 8 \| <code>on-drift&#58; update<\/code> \|/,
    );
    emulator.clearJournal();
    const step = await run("apply", checkout);
    expect(step.outputs["failure-reason"]).toBe("drift");
    expect(messages(step)).toContain("cpu: the plan refuses it. It differs in max_instances");
    expect(emulator.journal()).toEqual([]);
  });

  it("the command does not use a plan", async () => {
    const step = await run("detach", repository(), { only: "dsvm" });
    expect(step.outputs["failure-reason"]).toBe("invalid-input");
    expect(messages(step)).toContain("plan-file");
  });
});

describe("where the declarations are not at the root", () => {
  // Checked out beside something else: the repository is in a folder of the runner's workspace.
  const nested = (key = "") => {
    const checkout = checkoutOf({
      "repo/.git/HEAD": "ref: refs/heads/main\n",
      "repo/ml/azureml.yml": `${workspaceLine}targets: [azure/computes.yml]\n`,
      "repo/ml/azure/computes.yml":
        `name: cpu\ntype: amlcompute\nsize: Standard_DS3_v2\n---\n` +
        `name: dsvm\ntype: virtualmachine\nresource_id: ${emulator.machineId("vm1")}\nssh_settings:\n  admin_username: azureuser\n  ${key === "" ? "admin_password: { env: DSVM_PASSWORD }" : `ssh_private_key_file: ${key}`}\n---\n` +
        `name: ann-instance\ntype: computeinstance\nsize: Standard_DS3_v2\nidle_time_before_shutdown_minutes: 30\nsetup_scripts: { creation_script: { local_path: ../setup/create.sh } }\n`,
      "repo/ml/setup/create.sh": "echo hello\n",
    });
    if (key !== "") writeFileSync(join(checkout, "id_rsa"), "-----BEGIN RSA PRIVATE KEY-----\nno-key\n");
    return checkout;
  };
  const places: readonly (readonly [string, StepOptions["inputs"], string, string])[] = [
    ["by working-directory", { "working-directory": "repo/ml" }, "repo/ml/plans/today.json", "ml/plans/today.json"],
    [
      "by config",
      { "working-directory": "repo", config: "ml/azureml.yml" },
      "repo/plans/today.json",
      "plans/today.json",
    ],
    [
      "beside the folder",
      { "working-directory": "repo/ml", "plan-file": "../plans/today.json" },
      "repo/plans/today.json",
      "plans/today.json",
    ],
  ];

  it.each(places)(
    "%s: the plan is the same on another machine, and annotations point to its file",
    async (_, inputs, at, shown) => {
      const [first, second] = [nested(), nested()];
      const planned = await run("plan", first, inputs);
      expect([planned.exitCode, planned.log.join("\n")]).toEqual([0, expect.stringContaining("ann-instance")]);
      const text = readFileSync(join(first, at), "utf8");
      expect(text).not.toContain(first);
      mkdirSync(dirname(join(second, at)), { recursive: true });
      writeFileSync(join(second, at), text.replace('"maxNodeCount": 4', '"maxNodeCount": 400'));
      const edited = await run("apply", second, inputs);
      const found = edited.annotations.find(({ properties }) => properties["title"] === "plan-edited");
      expect(found?.properties["file"]).toBe(shown);
      expect(computesIn()).toEqual([]);
      writeFileSync(join(second, at), text);
      expect((await run("apply", second, inputs)).log.join("\n")).toContain("apply succeeded.");
      expect(computesIn()).toHaveLength(3);
    },
  );

  it("a key file beside the checkout is named as it is declared, and read from its place", async () => {
    const key = "../../../id_rsa";
    const [first, second] = [nested(key), nested(key)];
    // Outside of what is checked out, and still at another place of each machine.
    const inputs = { "working-directory": "ml" };
    const inRepository = (checkout: string) => join(checkout, "repo");
    expect((await run("plan", inRepository(first), inputs)).log.join("\n")).toContain("plan succeeded.");
    const text = readFileSync(join(first, "repo/ml", file), "utf8");
    expect(text).toContain(`{ file: ${key} }`);
    expect(text).not.toContain(first);
    mkdirSync(join(second, "repo/ml/plans"));
    writeFileSync(join(second, "repo/ml", file), text);
    expect((await run("apply", inRepository(second), inputs)).log.join("\n")).toContain("apply succeeded.");
    expect(computesIn()).toHaveLength(3);
  });
});

it("skips a step that has become a no-op, and the report says so", async () => {
  const checkout = repository();
  await run("plan", checkout);
  await run("apply", checkout, { "plan-file": "", only: "cpu" });
  emulator.clearJournal();
  const step = await run("apply", checkout);
  expect(step.exitCode).toBe(0);
  expect(computesIn()).toEqual(["PUT computes/dsvm"]);
  expect(step.summary).toContain("it is already as declared, so nothing was sent");
  const again = await run("apply", checkout);
  expect([again.exitCode, again.outputs["changed"]]).toEqual([0, "false"]);
  expect(computesIn()).toEqual(["PUT computes/dsvm"]);
});

it("finds under the lease what somebody else changes after the comparison", async () => {
  await run("apply", repository(), { "plan-file": "" });
  const checkout = repository(declared({ nodes: 8 }));
  await run("plan", checkout, { "on-drift": "update" });
  emulator.clearJournal();
  // The second list is the one under the lease.
  emulator.faults.add({ method: "GET", path: "/computes$", kind: "delay", seconds: 2, skip: 1 });
  const applying = run("apply", checkout, { "on-drift": "update" });
  while (!emulator.journal().some(({ path }) => path.endsWith("/computes"))) await pause(20);
  const { path = "", apiVersion = "" } = planIn(checkout).steps[0]?.requests[0] ?? {};
  await askArm(emulator, {
    method: "PATCH",
    path: `${path}?api-version=${apiVersion}`,
    body: {
      properties: {
        properties: { scaleSettings: { minNodeCount: 0, maxNodeCount: 2, nodeIdleTimeBeforeScaleDown: "PT120S" } },
      },
    },
  });
  const step = await applying;
  expect(step.outputs["failure-reason"]).toBe("plan-outdated");
  expect(computesIn()).toEqual(["PATCH computes/cpu"]);
});

describe("the outputs of a plan", () => {
  it("have a job for each target with a change", async () => {
    const step = await run("plan", repository());
    expect(JSON.parse(step.outputs["matrix"] ?? "")).toEqual({
      include: [
        { target: "cpu", type: "amlcompute", action: "create" },
        { target: "dsvm", type: "virtualmachine", action: "attach" },
      ],
    });
    expect([step.outputs["to-create"], step.outputs["to-attach"]]).toEqual(["1", "1"]);
    await run("apply", repository(), { "plan-file": "" });
    const second = await run("plan", repository());
    expect(second.outputs["matrix"]).toBe('{"include":[]}');
    expect(second.outputs["has-changes"]).toBe("false");
  });
});
