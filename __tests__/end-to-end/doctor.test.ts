import { beforeEach, describe, expect, it } from "@jest/globals";
import { Ajv } from "ajv";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { seeded, workspacePath } from "../../emulator/settings.ts";
import type { DoctorReport, Result } from "../../src/report/result.ts";
import { act, password, type StepOptions } from "../support/step.ts";
import type { StepResult } from "../../demo/runner.ts";
import { newEmulator, useEmulator, workspaceLine } from "../support/use-emulator.ts";

const settings = { durations: { default: 0.1 }, pageSize: 2 };
const emulator = useEmulator({ ...settings, federatedSubjects: [seeded.subject] });
beforeEach(() => emulator.grantEverything());

const machine = (name: string, secret = "{ env: DSVM_PASSWORD }") =>
  `  - { name: ${name}, type: virtualmachine, resource_group: rg-data, vm_name: dsvm, ssh_settings: { admin_username: azureuser, admin_password: ${secret} } }\n`;
const declared = {
  "azureml.yml": `${workspaceLine}targets:
  - { name: cpu-cluster, type: amlcompute }
${machine("dsvm")}
run: { command: python train.py, code: src, compute: cpu-cluster, environment: { image: ubuntu } }
`,
  "src/train.py": "print(1)\n",
};

const resultOf = (step: StepResult) => JSON.parse(readFileSync(step.outputs["result-path"] ?? "", "utf8")) as Result;
const doctorOf = (step: StepResult): DoctorReport => {
  const { doctor } = resultOf(step);
  if (doctor === undefined) throw new Error(step.log.join("\n"));
  return doctor;
};
const diagnose = (files: Readonly<Record<string, string>>, options: StepOptions = {}) =>
  act(emulator, "doctor", files, options);
const checksOf = (report: DoctorReport) => report.sections.flatMap(({ checks }) => checks);
const codes = (report: DoctorReport, state: string) =>
  checksOf(report)
    .filter((check) => check.state === state)
    .map(({ code }) => code);

it("finds everything in order, reads only, and shows no secret", async () => {
  const step = await diagnose(declared);
  expect(step.log.join("\n")).toContain("doctor succeeded.");
  const report = doctorOf(step);
  expect(report.sections.map(({ title }) => title)).toEqual([
    "Identity",
    "Workspace",
    "Permissions",
    "Targets",
    "Storage",
    "Data plane",
    "Secrets",
  ]);
  expect([...codes(report, "error"), ...codes(report, "warning")]).toEqual([]);
  expect(report.missingActions).toEqual([]);
  const writes = emulator
    .journal()
    .filter(({ method, path }) => !["GET", "HEAD"].includes(method) && !/\/oauth2\/|\/listSecrets$/.test(path));
  expect(writes).toEqual([]);
  const everywhere = [step.raw.replaceAll(/::add-mask::.*/g, ""), step.summary, JSON.stringify(resultOf(step))].join();
  for (const secret of [password, seeded.storageKey, "eyJ"]) expect(everywhere).not.toContain(secret);
  const schema = JSON.parse(
    readFileSync(join(import.meta.dirname, "../../schema/result.schema.json"), "utf8"),
  ) as object;
  const validate = new Ajv({ strict: false }).compile(schema);
  expect([validate(resultOf(step)), validate.errors]).toEqual([true, null]);
});

it("prints the claims, the one that differs and the credential to paste where the token exchange fails", async () => {
  await using other = await newEmulator({
    ...settings,
    federatedSubjects: ["repo:octo-org/octo-repo:environment:production"],
  });
  const step = await act(other, "doctor", declared);
  expect(step.exitCode).toBe(1);
  expect(step.outputs["failure-reason"]).toBe("authentication-failed");
  const report = doctorOf(step);
  expect(report.claims).toEqual({
    issuer: `${other.origin}/_github`,
    subject: seeded.subject,
    audience: "api://AzureADTokenExchange",
  });
  expect(codes(report, "error")).toEqual(["federated-subject"]);
  const log = step.log.join("\n");
  expect(log).toContain(`"subject": "${seeded.subject}"`);
  expect(log).toContain("It is the subject that differs");
  expect(step.summary).toContain(`"subject": "${seeded.subject}"`);
  // The rest is reported as not checked, and what the identity will need is printed all the same.
  expect(codes(report, "not-checked")).toEqual(
    expect.arrayContaining(["workspace", "permissions", "targets", "storage", "discovery"]),
  );
  expect(report.roles[0]?.role.Actions).toContain("Microsoft.MachineLearningServices/workspaces/computes/write");
});

describe("without one action of the printed roles", () => {
  const ml = "Microsoft.MachineLearningServices/workspaces";
  it.each([
    { action: `${ml}/read`, reason: "not-authorized" },
    { action: `${ml}/computes/write`, reason: "not-authorized" },
    { action: `${ml}/codes/versions/write`, reason: "not-authorized" },
    { action: `${ml}/datastores/listsecrets/action`, reason: "" },
    { action: "Microsoft.Compute/virtualMachines/read", reason: "" },
  ])("names exactly $action", async ({ action, reason }) => {
    const { roles } = doctorOf(await diagnose(declared));
    for (const { role, scopes } of roles)
      for (const scope of scopes)
        emulator.grant(scope, [
          // In two assignments, so that they come on pages and add up.
          { actions: role.Actions.slice(0, 3).filter((one) => one !== action) },
          { actions: role.Actions.slice(3).filter((one) => one !== action) },
          { dataActions: role.DataActions },
        ]);
    if (action === `${ml}/read`)
      emulator.faults.add({
        method: "GET",
        path: `${workspacePath}$`,
        kind: "status",
        status: 403,
        body: { error: { code: "AuthorizationFailed", message: `no authorization to perform action '${action}'` } },
      });
    const step = await diagnose(declared);
    const report = doctorOf(step);
    expect(report.missingActions).toEqual([action]);
    expect(step.outputs["failure-reason"]).toBe(reason);
    expect(step.log.join("\n")).toContain(`The identity lacks ${action} on `);
    expect(report.roles.flatMap(({ role }) => role.Actions)).toContain(action);
  });
});

it("reports permissions that it may not read as not checked, never as a failure", async () => {
  emulator.grant(`/subscriptions/${seeded.subscriptionId}`, "forbidden");
  const step = await diagnose(declared);
  expect(step.exitCode).toBe(0);
  const report = doctorOf(step);
  expect(codes(report, "not-checked")).toContain("permission-not-checked");
  expect(report.missingActions).toEqual([]);
});

it("works with only a workspace declared, and with none", async () => {
  const alone = await diagnose({ "azureml.yml": workspaceLine });
  expect(alone.log.join("\n")).toContain("doctor succeeded.");
  expect(doctorOf(alone).roles[0]?.role.Actions).toHaveLength(2);

  const unknown = await diagnose({}, { environment: { AZURE_RESOURCE_GROUP: "", AZURE_ML_WORKSPACE: "" } });
  expect(unknown.outputs["failure-reason"]).toBe("invalid-input");
  expect(doctorOf(unknown).claims?.subject).toBe(seeded.subject);
});

it("continues with what it can read of an invalid declaration", async () => {
  const step = await diagnose({ "azureml.yml": `${workspaceLine}targets:\n${machine("dsvm")}  - { name: x }\n` });
  expect(step.outputs["failure-reason"]).toBe("invalid-declaration");
  expect(checksOf(doctorOf(step)).map(({ message }) => message)).toContain("dsvm: attach. It is not in the workspace.");
});

it("says what apply would refuse", async () => {
  await act(emulator, "apply", { "azureml.yml": `${workspaceLine}targets:\n${machine("other")}` });
  const step = await diagnose({ "azureml.yml": `${workspaceLine}targets:\n${machine("dsvm")}` });
  expect(step.outputs["failure-reason"]).toBe("conflict");
  expect(codes(doctorOf(step), "error")).toEqual(["conflict"]);
});

describe("secrets", () => {
  const files = (secret: string) => ({ "azureml.yml": `${workspaceLine}targets:\n${machine("dsvm", secret)}` });

  it.each(["{ env: NOT_THERE }", "{ file: /nowhere/at/all }", "{ key_vault: https://evil.example/secrets/x }"])(
    "that are missing are named by their reference only: %s",
    async (secret) => {
      const step = await diagnose(files(secret));
      expect(step.outputs["failure-reason"]).toBe("secret-unavailable");
      expect(codes(doctorOf(step), "error")).toEqual(["secret"]);
      expect(emulator.journal().some(({ path }) => path.startsWith("/secrets"))).toBe(false);
    },
  );

  it("of a vault are not read; doctor only checks that the vault answers", async () => {
    emulator.putSecret("dsvm", "the-value-of-the-secret");
    const step = await diagnose(files(`{ key_vault: ${emulator.origin}/secrets/dsvm }`));
    expect(step.exitCode).toBe(0);
    expect(emulator.journal().filter(({ path }) => path.startsWith("/secrets/"))).toEqual([]);
    expect(checksOf(doctorOf(step)).some(({ message }) => message.includes("because no secret is read"))).toBe(true);
  });

  it("of targets that are already attached are only a warning", async () => {
    await act(emulator, "apply", files("{ env: DSVM_PASSWORD }"));
    const step = await diagnose(files("{ env: DSVM_PASSWORD }"), { environment: { DSVM_PASSWORD: "" } });
    expect(step.exitCode).toBe(0);
    expect(codes(doctorOf(step), "warning")).toEqual(["secret"]);
  });
});

describe("something that cannot be reached", () => {
  it("is a warning where it is the storage and nothing is uploaded", async () => {
    emulator.faults.add({
      method: "HEAD",
      path: "azureml-targets/doctor",
      kind: "status",
      status: 403,
      headers: { "x-ms-error-code": "AuthorizationFailure" },
    });
    const step = await diagnose({ "azureml.yml": `${workspaceLine}targets:\n${machine("dsvm")}` });
    expect(step.exitCode).toBe(0);
    const found = checksOf(doctorOf(step)).find(({ code }) => code === "storage");
    expect(found).toMatchObject({ state: "warning" });
    expect(found?.advice).toContain("network rules");
  });

  it("is reported differently from a container that is gone", async () => {
    emulator.faults.add({
      method: "HEAD",
      path: "azureml-targets/doctor",
      kind: "status",
      status: 404,
      headers: { "x-ms-error-code": "ContainerNotFound" },
    });
    const report = doctorOf(await diagnose({ "azureml.yml": `${workspaceLine}targets:\n${machine("dsvm")}` }));
    expect(checksOf(report).find(({ code }) => code === "storage")?.advice).toContain("was deleted");
  });

  it("is checked by the identity's own role where the datastore's secret is withheld", async () => {
    const blobs = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs";
    const withheld = ["Microsoft.MachineLearningServices/workspaces/datastores/listsecrets/action"];
    const subscription = `/subscriptions/${seeded.subscriptionId}`;
    emulator.grant(subscription, [{ actions: ["*"], notActions: withheld, dataActions: [`${blobs}/*`] }]);
    emulator.faults.add({ method: "POST", path: "/listSecrets$", kind: "status", status: 403 });
    emulator.faults.add({ method: "HEAD", path: "azureml-targets/doctor", kind: "status", status: 404 });
    const step = await diagnose({ "azureml.yml": `${workspaceLine}targets:\n${machine("dsvm")}` });
    const report = doctorOf(step);
    expect(report.missingActions).toEqual([]);
    expect(checksOf(report).find(({ code }) => code === "lease")).toMatchObject({ state: "ok" });
    expect(codes(report, "warning")).toEqual([]);
  });

  it("is an error where it is the data plane and a run is declared, and a warning without one", async () => {
    const gone = { method: "GET", path: "^/discovery$", kind: "status", status: 403, times: 2 } as const;
    emulator.faults.add(gone);
    expect((await diagnose(declared)).outputs["failure-reason"]).toBe("not-authorized");
    const step = await diagnose({ "azureml.yml": workspaceLine });
    expect(step.exitCode).toBe(0);
    expect(codes(doctorOf(step), "warning")).toEqual(["discovery"]);
  });
});

it("looks for Python when the run happens on the runner", async () => {
  const files = {
    "azureml.yml": `${workspaceLine}run: { command: "true", compute: local, environment: { image: x } }\n`,
  };
  const step = await diagnose(files, { environment: { PATH: "/nowhere" } });
  expect(step.outputs["failure-reason"]).toBe("environment-failed");
  expect(doctorOf(step).roles[0]?.role.Actions).not.toContain(
    "Microsoft.MachineLearningServices/workspaces/jobs/write",
  );
});
