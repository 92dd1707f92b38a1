import { describe, expect, it } from "@jest/globals";
import { act, writesIn } from "../support/step.ts";
import { useEmulator, workspaceLine } from "../support/use-emulator.ts";

/** What the service refuses, as its recordings say it, and what the user is told. */
const emulator = useEmulator({ durations: { default: 0.3 } });

const cluster = { "azureml.yml": `${workspaceLine}targets: [{ name: cpu, type: amlcompute }]\n` };
const job = {
  "azureml.yml": `${cluster["azureml.yml"]}run: { command: echo once, compute: cpu, environment: { image: ubuntu } }\n`,
};

const forbidden = (action: string) => ({
  error: {
    code: "AuthorizationFailed",
    message: `The client '7f' with object id 'a1' does not have authorization to perform action '${action}' over scope '/s' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
  },
});

describe("a refusal", () => {
  it.each([
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
  ])("with 409 that never passes is sent once: $code", async ({ code, message, advice }) => {
    emulator.faults.add({
      method: "PUT",
      path: "/computes/cpu$",
      kind: "status",
      status: 409,
      times: 9,
      body: { error: { code, message } },
    });
    const step = await act(emulator, "apply", cluster);
    expect(step.exitCode).toBe(1);
    expect(writesIn(emulator.journal())).toEqual(["PUT computes/cpu"]);
    expect(step.summary).toContain(advice);
  });

  it("for want of a permission has the same reason and advice for every write", async () => {
    const computes = "Microsoft.MachineLearningServices/workspaces/computes/";
    emulator.faults.add({
      method: "PUT",
      path: "/computes/cpu$",
      kind: "status",
      status: 403,
      body: forbidden(`${computes}write`),
    });
    const applied = await act(emulator, "apply", cluster);
    expect(applied.outputs["failure-reason"]).toBe("not-authorized");
    expect(applied.summary).toContain(`The identity a1 lacks the action ${computes}write on /s.`);
    expect(applied.summary).not.toContain("refused the login");
    // At the target's name, like a problem of validate.
    const place = { title: "not-authorized", file: "azureml.yml", line: "2", col: "19" };
    expect(applied.annotations).toMatchObject([{ severity: "error", properties: place }]);
    expect(applied.log.join("\n")).toContain("azureml.yml:2:19: cpu (managed cluster): ");

    emulator.faults.add({
      method: "DELETE",
      path: "/computes/dsvm$",
      kind: "status",
      status: 403,
      body: forbidden(`${computes}delete`),
    });
    const machine = `${workspaceLine}targets:\n  - name: dsvm\n    type: virtualmachine\n    resource_id: ${emulator.machineId("dsvm")}\n    ssh_settings: { admin_username: azureuser, admin_password: { env: DSVM_PASSWORD } }\n`;
    expect((await act(emulator, "apply", { "azureml.yml": machine })).exitCode).toBe(0);
    const detached = await act(emulator, "detach", { "azureml.yml": machine }, { inputs: { only: "dsvm" } });
    expect(detached.outputs["failure-reason"]).toBe("not-authorized");
    expect(detached.summary).toContain(`lacks the action ${computes}delete`);

    const jobs = "Microsoft.MachineLearningServices/workspaces/jobs/write";
    emulator.faults.add({ method: "PUT", path: "/jobs/", kind: "status", status: 403, body: forbidden(jobs) });
    const submitted = await act(emulator, "train", job);
    expect(submitted.outputs["failure-reason"]).toBe("not-authorized");
    expect(submitted.log.join("\n")).toContain("The role AzureML Data Scientist has it");
  });
});

describe("an answer that is none", () => {
  it.each([
    { what: "a redirection", status: 302 },
    { what: "nothing", status: 204 },
    { what: "an empty object", status: 200, body: {} },
    { what: "an error with status 200", status: 200, body: { error: { code: "A", message: "b" } } },
  ])(
    "in place of the workspace ($what) never lets anything be written",
    async ({ status, body }) => {
      emulator.faults.add({ method: "GET", path: "/workspaces/[^/]+$", kind: "status", status, times: 99, body });
      const step = await act(emulator, "apply", cluster);
      expect(step.exitCode).toBe(1);
      expect(writesIn(emulator.journal())).toEqual([]);
      expect(step.outputs["failure-reason"]).not.toBe("internal-error");
    },
    120_000,
  );

  it("to a submission that was carried out is a lost reply: the run is read back and followed", async () => {
    emulator.faults.add({ method: "PUT", path: "/jobs/", kind: "malformed" });
    const step = await act(emulator, "train", job);
    expect(step.exitCode).toBe(0);
    expect(writesIn(emulator.journal()).filter((write) => write.startsWith("PUT jobs/"))).toHaveLength(1);
    expect(step.outputs["run-name"]).toMatch(/./);
    expect(step.log.join("\n")).not.toContain("Submitted the run .");
  });

  it("to a submission that was not carried out is a failure by name, after a bounded time", async () => {
    emulator.faults.add({ method: "PUT", path: "/jobs/", kind: "status", status: 204, times: 9 });
    const step = await act(emulator, "train", job, { inputs: { wait: "false" } });
    expect(step.exitCode).toBe(1);
    expect(step.outputs["failure-reason"]).toBe("submission-failed");
    expect(step.log.join("\n")).toContain("is not in the workspace after 3 requests");
  }, 120_000);
});
